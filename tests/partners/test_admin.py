"""Functional administrators: their own scope, nothing unseen."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lvv.jobs import deliver_messages
from partners.admin import UserAdmin
from partners.models import AuditEntry, FactorReset, Membership, OutboxMessage, Team, User
from partners.organisations.enums import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


def membership_form(user, team, role="caseworker"):
    return {
        "user": user.pk,
        "organisation": team.organisation_id,
        "team": team.pk,
        "role": role,
        "since": timezone.localdate().strftime("%d-%m-%Y"),
        "until": "",
    }


def test_only_administrators_come_in(client, cast):
    assert client.act_as(cast.admin).get("/beheer/").status_code == 200
    for other in (cast.owner, cast.coordinator, cast.officer):
        response = client.act_as(other).get("/beheer/", follow=True)
        assert response.status_code == 403


def test_the_admins_sign_in_is_ours(client):
    response = client.get("/beheer/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/inloggen/")


def test_an_administrator_adds_a_member_and_the_coordinator_sees_it(client, cast):
    new = make.UserFactory(name="Nieuwe Collega", made_for=cast.municipal.organisation)
    url = reverse("admin:partners_membership_add")
    response = client.act_as(cast.admin).post(url, membership_form(new, cast.municipal))
    assert response.status_code == 302
    assert Membership.objects.get(user=new).team == cast.municipal
    shown = client.act_as(cast.coordinator).get(
        reverse("partners:pilot_detail", args=[cast.pilot.reference])
    )
    assert "Nieuwe Collega" in shown.text
    assert "Een lidmaatschap is toegevoegd" in shown.text


def test_other_organisations_are_out_of_reach(client, cast):
    new = make.UserFactory()
    client.act_as(cast.admin)
    url = reverse("admin:partners_membership_add")
    response = client.post(url, membership_form(new, cast.partner_team))
    assert response.status_code == 200  # refused, with a message at the field
    assert not Membership.objects.filter(user=new).exists()
    theirs = cast.partner.memberships.get()
    assert (
        client.get(reverse("admin:partners_membership_change", args=[theirs.pk])).status_code == 404
    )
    assert (
        client.get(reverse("admin:partners_user_change", args=[cast.partner.pk])).status_code == 404
    )
    assert cast.partner.name not in client.get(reverse("admin:partners_user_changelist")).text
    assert client.get(reverse("admin:partners_organisation_add")).status_code == 403


def test_an_administrator_of_a_municipality_appoints_nobody_elsewhere(client, cast):
    """The ministry's do: tests/partners/test_first_administrators.py."""
    other = make.TeamFactory()
    new = make.UserFactory(made_for=cast.municipal.organisation)
    form = membership_form(new, other, Role.FUNCTIONAL_ADMIN) | {"team": ""}
    response = client.act_as(cast.admin).post(reverse("admin:partners_membership_add"), form)
    assert response.status_code == 200
    assert not new.memberships.exists()


def test_a_team_gets_the_group_that_holds_its_cells(client, cast):
    client.act_as(cast.admin).post(
        reverse("admin:partners_team_add"),
        {
            "organisation": cast.municipal.organisation_id,
            "pilot": cast.pilot.pk,
            "function": "care",
            "phone": "",
        },
    )
    team = Team.objects.get(organisation=cast.municipal.organisation, function="care")
    assert team.group.name
    assert not team.group.permissions.exists()
    assert AuditEntry.objects.filter(action="team_added", pilot_id=cast.pilot.pk).exists()


def test_nothing_is_deleted(client, cast):
    membership = cast.owner.memberships.get()
    response = client.act_as(cast.admin).post(
        reverse("admin:partners_membership_delete", args=[membership.pk]), {"post": "yes"}
    )
    assert response.status_code == 403
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_settings_are_shown_with_meaning_default_and_last_change(client, cast):
    url = reverse("admin:partners_pilot_change", args=[cast.pilot.pk])
    client.act_as(cast.admin)
    client.post(
        url,
        {
            **client.seen(url),
            "name": cast.pilot.name,
            "slug": cast.pilot.slug,
            "municipality": cast.pilot.municipality_id,
            "state": "open",
            "closes_on": "",
            "maximum_stay_months": "18",
            "take_over_months": "6",
            "contact_name": "",
            "contact_phone": "",
            "quorum": "2",
            "minutes_term_days": "7",
        },
    )
    cast.pilot.refresh_from_db()
    assert cast.pilot.maximum_stay_months == 18
    page = (
        client.act_as(cast.owner)
        .get(reverse("partners:pilot_detail", args=[cast.pilot.reference]))
        .text
    )
    assert "Hoe lang iemand in de voorziening mag verblijven" in page
    assert "niet ingevuld" in page
    assert cast.admin.name in page
    assert "Wijzigingen in wie meedoet" not in page  # that part is the coordinator's


def test_actions_on_accounts(client, cast):
    second = make.MembershipFactory(
        team=None, organisation=cast.pilot.municipality, role=Role.FUNCTIONAL_ADMIN
    ).user
    url = reverse("admin:partners_user_changelist")
    chosen = {"_selected_action": [cast.owner.pk]}
    client.act_as(cast.admin)
    shown = client.post(url, {"action": "send_invitation", **chosen}, follow=True)
    assert "/uitnodiging/" in shown.text
    client.post(url, {"action": "ask_reset", **chosen})
    reset = FactorReset.objects.get()
    resets = reverse("admin:partners_factorreset_changelist")
    client.post(resets, {"action": "confirm", "_selected_action": [reset.pk]})
    reset.refresh_from_db()
    assert reset.confirmed_at is None  # not by herself
    client.act_as(second).post(resets, {"action": "confirm", "_selected_action": [reset.pk]})
    reset.refresh_from_db()
    assert reset.confirmed_by == second
    client.post(url, {"action": "close", "sure": "1", **chosen})
    assert not User.objects.get(pk=cast.owner.pk).is_active


def test_nobody_makes_her_own_organisation_another_kind(client, cast):
    url = reverse("admin:partners_organisation_change", args=[cast.pilot.municipality_id])
    client.act_as(cast.admin)
    client.post(url, {"name": "Andere naam", "kind": "ministry", **client.seen(url)})
    cast.pilot.municipality.refresh_from_db()
    assert (cast.pilot.municipality.name, cast.pilot.municipality.kind) == (
        "Andere naam",
        "municipality",
    )


def test_an_account_that_also_works_elsewhere_cannot_be_taken_over(client, cast):
    make.MembershipFactory(user=cast.owner, team=cast.partner_team)
    url = reverse("admin:partners_user_changelist")
    client.act_as(cast.admin)
    for action in ("send_invitation", "ask_reset", "close"):
        shown = client.post(
            url, {"action": action, "_selected_action": [cast.owner.pk]}, follow=True
        ).text
        assert "/uitnodiging/" not in shown
    cast.owner.refresh_from_db()
    assert cast.owner.is_active
    assert not FactorReset.objects.exists()
    client.post(
        reverse("admin:partners_user_change", args=[cast.owner.pk]), {"name": "x", "username": "y"}
    )
    assert User.objects.get(pk=cast.owner.pk).username == cast.owner.username


def test_who_coordinates_a_pilot_hears_that_one_administrator_changed_it(client, cast):
    url = reverse("admin:partners_pilot_change", args=[cast.pilot.pk])
    client.act_as(cast.admin)
    form = client.get(url).context["adminform"].form
    fields = {
        name: "" if form[name].value() is None else form[name].value() for name in form.fields
    }
    fields.pop("municipal_mode", None)
    assert client.post(url, {**fields, "municipal_mode": "on"}).status_code == 302
    told = OutboxMessage.objects.filter(user=cast.coordinator).latest("pk")
    assert "instellingen van uw pilot" in told.subject
    assert cast.pilot.name in told.body


def test_the_owner_hears_at_the_old_address_that_the_new_one_is_anothers(client, cast, mailoutbox):
    owner = make.UserFactory(made_for=cast.municipal.organisation, email="oud@voorbeeld.invalid")
    url = reverse("admin:partners_user_change", args=[owner.pk])
    changed = {"name": owner.name, "username": owner.username, "email": "nieuw@voorbeeld.invalid"}
    changed |= client.act_as(cast.admin).seen(url)
    assert client.post(url, {**changed, "phone": ""}).status_code == 302
    deliver_messages()
    assert [mail.to for mail in mailoutbox] == [["oud@voorbeeld.invalid"]]


def test_what_an_account_was_called_is_kept_and_signing_in_keeps_nothing(client, cast):
    owner = make.UserFactory(made_for=cast.municipal.organisation, email="oud@voorbeeld.invalid")
    versions = owner.history.count()
    owner.last_login = timezone.now()
    owner.save(update_fields=["last_login"])
    assert owner.history.count() == versions
    url = reverse("admin:partners_user_change", args=[owner.pk])
    changed = {"name": owner.name, "username": owner.username, "email": "nieuw@voorbeeld.invalid"}
    changed |= client.act_as(cast.admin).seen(url)
    client.post(url, {**changed, "phone": ""})
    assert owner.history.first().history_user == cast.admin
    assert "oud@voorbeeld.invalid" in client.get(url).text


def test_what_another_administrator_changed_meanwhile_does_not_go_back(client, cast):
    url = reverse("admin:partners_pilot_change", args=[cast.pilot.pk])
    client.act_as(cast.admin)
    form = client.get(url).context["adminform"].form
    fields = {
        name: "" if form[name].value() is None else form[name].value() for name in form.fields
    }
    fields.pop("municipal_mode", None)
    cast.pilot.state = "winding_down"
    cast.pilot.closes_on = timezone.localdate() + timedelta(days=30)
    cast.pilot.save()
    late = client.post(url, {**fields, "contact_phone": "088 1"})
    assert "intussen gewijzigd" in late.text
    cast.pilot.refresh_from_db()
    assert (cast.pilot.state, cast.pilot.contact_phone) == ("winding_down", "")
    again = late.context["adminform"].form["seen"].value()
    assert again == client.seen(url)["seen"]


def test_an_account_that_was_closed_while_its_form_was_open_stays_closed(client, cast, monkeypatch):
    owner = make.UserFactory(made_for=cast.municipal.organisation, name="Oud")
    url = reverse("admin:partners_user_change", args=[owner.pk])
    changed = {"name": "Nieuw", "username": owner.username, "email": owner.email, "phone": ""}
    changed |= client.act_as(cast.admin).seen(url)
    write = UserAdmin.save_model

    def closed_meanwhile(*args, **kwargs):
        User.objects.filter(pk=owner.pk).update(is_active=False)
        return write(*args, **kwargs)

    monkeypatch.setattr(UserAdmin, "save_model", closed_meanwhile)
    assert client.post(url, changed).status_code == 302
    owner.refresh_from_db()
    assert (owner.name, owner.is_active) == ("Nieuw", False)
