"""The first two administrators: invited at set-up, once, and what they can begin with."""

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from partners.accounts.first_administrators import SetUpRefusedError, invite_first_administrators
from partners.accounts.lifecycle import close_account
from partners.models import AuditEntry, Invitation, Membership, Organisation, Pilot, User
from partners.organisations.enums import OrganisationKind, Role
from tests import factories as make

pytestmark = pytest.mark.django_db
PASSWORD = "een hele lange zin"


@pytest.fixture
def links():
    return {
        user.username: "/" + link.split("/", 3)[3]
        for user, link in invite_first_administrators(["anna=Anna de Wit", "bram"]).items()
    }


def accept(client, link):
    return client.post(link, {"password": PASSWORD, "again": PASSWORD})


def test_two_links_open_the_administration(client, links):
    assert [user.name for user in User.objects.order_by("username")] == ["Anna de Wit", "bram"]
    for link in links.values():
        assert accept(client, link).url == reverse("mfa_index")
        page = client.get(reverse("admin:index"))
        assert page.status_code == 200
        for model in ("organisation", "pilot", "membership", "user"):
            assert reverse(f"admin:partners_{model}_add") in page.text
        client.logout()


@override_settings(MFA_REQUIRED=True)
def test_they_add_a_second_factor_first(client, links):
    accept(client, links["anna"])
    assert client.get(reverse("admin:index")).url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200


def test_all_of_it_is_in_the_log_and_says_that_it_was_the_set_up(links):
    rows = AuditEntry.objects.order_by("seq").values_list("action", "actor_id", "origin")
    each = ["user_added", "membership_added"]
    assert [row[0] for row in rows] == [
        "organisation_added",
        *each,
        *each,
        *["invitation_issued"] * 2,
    ]
    assert {row[1:] for row in rows} == {(None, "set-up")}


@pytest.mark.parametrize("wanted", [[], ["anna"], ["anna", "anna"], ["anna", "Anna=A."]])
def test_one_or_twice_the_same_is_refused(wanted):
    with pytest.raises(CommandError, match="two different usernames"):
        call_command("first_administrators", *wanted)
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_a_name_that_cannot_be_used_is_refused_and_nothing_is_made():
    make.UserFactory(username="bram")
    for bad in ("bram", "met spatie", ""):
        with pytest.raises(SetUpRefusedError, match=f"^'{bad}': "):
            invite_first_administrators(["anna", bad])
    assert not User.objects.filter(username="anna").exists()


def test_who_has_an_administrator_gets_no_other_by_the_set_up(client, links):
    accept(client, links["bram"])
    with pytest.raises(SetUpRefusedError, match="has a functional administrator already"):
        invite_first_administrators(["anna", "bram"])


def test_lost_links_are_made_anew_for_the_same_names_only(client, links):
    with pytest.raises(SetUpRefusedError, match="anna and bram were invited before"):
        invite_first_administrators(["anna", "carla"])
    again = invite_first_administrators(["bram", "anna"])
    assert sorted(user.username for user in again) == ["anna", "bram"]
    assert User.objects.count() == 2
    assert client.get(links["anna"]).status_code == 404
    assert Invitation.objects.filter(used_at=None, expires_at__gt=timezone.now()).count() == 2


def test_when_all_administrators_left_the_set_up_begins_again(client, links):
    accept(client, links["bram"])
    for user in User.objects.all():
        close_account(user, by=user)
    assert len(invite_first_administrators(["carla", "dirk"])) == 2
    assert Organisation.objects.count() == 1


def membership(user, organisation, role="functional_admin"):
    today = timezone.localdate().strftime("%d-%m-%Y")
    return {"user": user.pk, "organisation": organisation.pk, "role": role, "since": today}


def test_they_make_an_organisation_its_pilot_and_its_first_two_administrators(client, links):
    accept(client, links["anna"])

    def add(model, **fields):
        return client.post(reverse(f"admin:partners_{model}_add"), fields)

    assert add("organisation", name="Gemeente Proefstad", kind="municipality").status_code == 302
    city = Organisation.objects.get(name="Gemeente Proefstad")
    settings = {"take_over_months": 6, "quorum": 2, "minutes_term_days": 7, "state": "open"}
    made = add("pilot", name="Proefstad", slug="proefstad", municipality=city.pk, **settings)
    assert made.status_code == 302, made.text
    assert Pilot.objects.get().municipality == city
    for username in ("carla", "dirk", "eva"):
        assert add("user", name=username, username=username).status_code == 302
    carla, dirk, eva = User.objects.filter(username__in=["carla", "dirk", "eva"]).order_by("name")
    for user, status in ((carla, 302), (dirk, 302), (eva, 200)):  # two of their own is enough
        assert add("membership", **membership(user, city)).status_code == status
    assert set(city.memberships.values_list("user", "role")) == {
        (carla.pk, Role.FUNCTIONAL_ADMIN),
        (dirk.pk, Role.FUNCTIONAL_ADMIN),
    }
    assert AuditEntry.objects.filter(action="membership_added", actor_id__isnull=False).count() == 2


def test_elsewhere_they_appoint_administrators_only_and_never_themselves(client, links):
    accept(client, links["anna"])
    city = make.OrganisationFactory(kind=OrganisationKind.MUNICIPALITY)
    team = make.TeamFactory(organisation=city)
    anna = User.objects.get(username="anna")
    other = make.UserFactory(made_for=anna.made_for)
    add = reverse("admin:partners_membership_add")
    for fields in (
        membership(anna, city),
        membership(other, city, "privacy_officer"),
        membership(other, city, "caseworker") | {"team": team.pk},
    ):
        assert client.post(add, fields).status_code == 200
    assert not Membership.objects.filter(organisation=city).exists()
