"""Two pairs of eyes are two people: giving a role, confirming it, and who counts as another."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from governance.access.clearance import acting_as
from lvv.common.env import BASE_DIR
from partners.accounts.counterparts import is_counterpart
from partners.accounts.lifecycle import (
    ask_factor_reset,
    close_account,
    confirm_factor_reset,
    invite,
)
from partners.accounts.roles import NotTwo, after_next_working_day, confirm, give
from partners.models import AuditEntry, Membership, OutboxMessage
from partners.organisations.enums import NEEDS_TWO, PilotState, Role
from tests import factories as make
from tests.conftest import closed
from tests.partners.test_admin import membership_form

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
ADD = reverse("admin:partners_membership_add")
LIST = reverse("admin:partners_membership_changelist")


@pytest.fixture
def second(cast):
    return make.MembershipFactory(
        team=None, organisation=cast.pilot.municipality, role=Role.FUNCTIONAL_ADMIN
    ).user


@pytest.fixture
def newcomer(cast):
    return make.UserFactory(name="Nieuwe Collega", made_for=cast.municipal.organisation)


def confirmed(client, by, membership):
    client.act_as(by).post(
        LIST, {"action": "confirm_role", "_selected_action": [membership.pk]}, follow=True
    )
    membership.refresh_from_db()
    return membership.confirmed_by == by


def sees(user, case):
    with acting_as(user):
        return type(case).objects.filter(pk=case.pk).exists()


def test_a_role_in_casework_waits_for_another_and_begins_the_next_day(
    client, cast, second, newcomer, on_day
):
    client.act_as(cast.admin).post(ADD, membership_form(newcomer, cast.municipal))
    given = Membership.objects.get(user=newcomer)
    assert (given.since, given.given_by) == (None, cast.admin)
    assert not sees(newcomer, cast.case)
    assert not confirmed(client, cast.admin, given)  # not by who gave it
    assert confirmed(client, second, given)
    assert given.since == TODAY() + timedelta(days=1)
    assert not sees(newcomer, cast.case)
    on_day(given.since)
    assert sees(newcomer, cast.case)
    actions = AuditEntry.objects.filter(object_type="membership").values_list("action", flat=True)
    assert {"membership_added", "membership_confirmed"} <= set(actions)


@pytest.mark.parametrize("role", NEEDS_TWO)
def test_every_role_that_reads_or_decides_takes_two(client, cast, second, newcomer, role):
    of_team = role in (Role.CASEWORKER, Role.COORDINATOR)
    form = membership_form(newcomer, cast.municipal, role) | ({} if of_team else {"team": ""})
    client.act_as(cast.admin).post(ADD, form)
    assert Membership.objects.get(user=newcomer).since is None


def test_nobody_gives_herself_a_role(client, cast):
    answer = client.act_as(cast.admin).post(ADD, membership_form(cast.admin, cast.municipal))
    assert "Niemand geeft zichzelf een rol" in answer.text
    assert cast.admin.memberships.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        make.MembershipFactory(user=cast.admin, team=cast.municipal, given_by=cast.admin)


def test_the_database_wants_another_name_under_a_role_that_has_begun(cast, second, newcomer):
    for confirmed_by in (None, cast.admin):
        with pytest.raises(IntegrityError), transaction.atomic():
            make.MembershipFactory(
                user=newcomer, team=cast.municipal, given_by=cast.admin, confirmed_by=confirmed_by
            )
    make.MembershipFactory(
        user=newcomer, team=cast.municipal, given_by=cast.admin, confirmed_by=second
    )


def test_the_night_shift_works_tonight_and_ends_unless_it_is_confirmed(
    client, shelter, newcomer_of_shelter
):
    admin, second, newcomer = newcomer_of_shelter
    client.act_as(admin).post(ADD, membership_form(newcomer, shelter))
    given = Membership.objects.get(user=newcomer)
    assert (given.since, given.until) == (TODAY(), after_next_working_day(TODAY()))
    assert Membership.objects.in_force().filter(user=newcomer).exists()
    client.act_as(admin).post(ADD, membership_form(newcomer, shelter))  # not again and again
    assert Membership.objects.filter(user=newcomer, since=None).exists()
    assert confirmed(client, second, given)
    assert (given.since, given.until) == (TODAY(), None)


def test_the_night_shift_that_nobody_confirmed_is_over_after_a_working_day(
    client, shelter, on_day, newcomer_of_shelter
):
    admin, _second, newcomer = newcomer_of_shelter
    client.act_as(admin).post(ADD, membership_form(newcomer, shelter))
    on_day(Membership.objects.get(user=newcomer).until)
    assert not Membership.objects.in_force().filter(user=newcomer).exists()


@pytest.fixture
def shelter(cast):
    return make.TeamFactory(pilot=cast.pilot, function="shelter")


@pytest.fixture
def newcomer_of_shelter(shelter):
    organisation = shelter.organisation
    admins = [
        make.MembershipFactory(
            team=None, organisation=organisation, role=Role.FUNCTIONAL_ADMIN
        ).user
        for _ in range(2)
    ]
    return [*admins, make.UserFactory(made_for=organisation)]


def test_the_day_after_the_next_working_day():
    friday = date(2026, 11, 27)
    assert after_next_working_day(friday) == date(2026, 12, 1)
    assert after_next_working_day(date(2026, 11, 30)) == date(2026, 12, 2)


def test_an_end_is_brought_forward_and_never_put_off(client, cast):
    membership = cast.owner.memberships.get()
    membership.until = TODAY()
    membership.save()
    url = reverse("admin:partners_membership_change", args=[membership.pk])
    later = (TODAY() + timedelta(days=90)).strftime("%d-%m-%Y")
    for until in ("", later):
        assert client.act_as(cast.admin).post(url, {"until": until}).status_code == 200
    membership.refresh_from_db()
    assert membership.until == TODAY()


def test_in_a_pilot_in_preparation_roles_begin_at_once_and_open_nothing(
    client, cast, second, newcomer
):
    cast.pilot.state = PilotState.PREPARING
    cast.pilot.save()
    client.act_as(cast.admin).post(ADD, membership_form(newcomer, cast.municipal))
    given = Membership.objects.get(user=newcomer)
    assert confirmed(client, second, given)
    assert given.since == TODAY()
    for user in (newcomer, cast.owner, cast.coordinator):
        assert not sees(user, cast.case)
    cast.pilot.state = PilotState.OPEN
    cast.pilot.full_clean()
    cast.pilot.save()
    assert sees(newcomer, cast.case)
    cast.pilot.state = PilotState.PREPARING
    with pytest.raises(Exception, match="in voorbereiding"):
        cast.pilot.full_clean()


def test_the_ministry_is_the_second_where_an_organisation_has_one_administrator(
    client, cast, newcomer
):
    ministry = make.OrganisationFactory(kind="ministry")
    national = make.MembershipFactory(
        team=None, organisation=ministry, role=Role.FUNCTIONAL_ADMIN
    ).user
    give(
        Membership(
            user=newcomer,
            organisation=cast.municipal.organisation,
            team=cast.municipal,
            role=Role.CASEWORKER,
        ),
        by=cast.admin,
    )
    given = Membership.objects.get(user=newcomer)
    assert "Nieuwe Collega" in client.act_as(national).get(LIST).text
    assert confirmed(client, national, given)


# ------------------------------------------------------------ who counts as another


HANDS = {
    "made": lambda one, other: setattr(one, "made_by", other) or one.save(),
    "invited": lambda one, other: invite(one, by=other),
    "asked to reset": lambda one, other: ask_factor_reset(one, by=other),
    "reset": lambda one, other: confirm_factor_reset(
        ask_factor_reset(one, by=make.UserFactory()), by=other
    ),
}


@pytest.mark.parametrize("hands", HANDS)
def test_who_had_an_account_in_her_hands_is_no_counterpart_for_thirty_days(hands, on_day):
    one, other, third = make.UserFactory(), make.UserFactory(), make.UserFactory()
    assert is_counterpart(one, other)
    HANDS[hands](one, other)
    assert not is_counterpart(one, other)
    assert not is_counterpart(other, one)
    assert is_counterpart(one, third)
    on_day(TODAY() + timedelta(days=31))
    assert is_counterpart(one, other)


def test_nobody_is_her_own_counterpart_and_nobody_is_one():
    one = make.UserFactory()
    assert not is_counterpart(one, one)
    assert not is_counterpart(one, None)


def test_a_role_is_not_confirmed_by_an_account_that_the_giver_made(cast, second, newcomer):
    second.made_by = cast.admin
    second.save()
    given = Membership(
        user=newcomer,
        organisation=cast.municipal.organisation,
        team=cast.municipal,
        role=Role.COORDINATOR,
    )
    give(given, by=cast.admin)
    with pytest.raises(NotTwo):
        confirm(given, by=second)
    with pytest.raises(NotTwo):
        confirm(given, by=newcomer)


def test_a_factor_is_not_lifted_by_who_the_first_one_invited(cast, second):
    reset = ask_factor_reset(cast.owner, by=cast.admin)
    invite(second, by=cast.admin)
    with pytest.raises(NotTwo):
        confirm_factor_reset(reset, by=second)


def test_the_owner_is_told_of_each_invitation_reset_and_role(client, cast, second, newcomer):
    invite(newcomer, by=cast.admin)
    reset = ask_factor_reset(newcomer, by=cast.admin)
    confirm_factor_reset(reset, by=second)
    client.act_as(cast.admin).post(ADD, membership_form(newcomer, cast.municipal))
    assert confirmed(client, second, Membership.objects.get(user=newcomer))
    told = OutboxMessage.objects.filter(user=newcomer).values_list("subject", flat=True)
    assert len(set(told)) == len(told) == 5


# ------------------------------------------------------------ what one administrator might try


def given(team, user, by, role=Role.CASEWORKER, **fields):
    row = Membership(user=user, organisation=team.organisation, team=team, role=role, **fields)
    give(row, by=by)
    return row


def test_confirming_does_not_revive_a_role_that_was_ended(shelter, newcomer_of_shelter):
    admin, second, newcomer = newcomer_of_shelter
    tonight = given(shelter, newcomer, admin)
    tonight.until = TODAY()  # found wrong, the same evening
    tonight.save()
    with pytest.raises(NotTwo):
        confirm(tonight, by=second)


def test_an_end_that_was_set_while_a_role_waited_stays(cast, second, newcomer):
    waits = given(cast.municipal, newcomer, cast.admin)
    waits.until = TODAY() + timedelta(days=5)
    waits.save()
    confirm(waits, by=second)
    waits.refresh_from_db()
    assert waits.until == TODAY() + timedelta(days=5)


def test_a_role_that_was_asked_long_ago_or_until_today_is_given_anew(
    cast, second, newcomer, on_day
):
    short = given(cast.municipal, newcomer, cast.admin, until=TODAY() + timedelta(days=1))
    with pytest.raises(NotTwo):  # it would end before it began
        confirm(short, by=second)
    old = given(cast.municipal, newcomer, cast.admin)
    on_day(TODAY() + timedelta(days=30))
    with pytest.raises(NotTwo):
        confirm(old, by=second)


def test_one_administrator_brings_in_one_a_time_without_another(shelter, newcomer_of_shelter):
    admin, second, newcomer = newcomer_of_shelter
    first = given(shelter, newcomer, admin)
    other = make.UserFactory(made_for=shelter.organisation)
    assert given(shelter, other, admin).since is None
    confirm(first, by=second)
    assert given(shelter, make.UserFactory(), admin).since == TODAY()


def test_whoever_nobody_confirmed_yet_is_nobodys_counterpart(shelter, newcomer_of_shelter):
    admin, second, newcomer = newcomer_of_shelter
    colleague = make.UserFactory()
    tonight = given(shelter, newcomer, admin)
    assert not is_counterpart(newcomer, colleague)
    confirm(tonight, by=second)
    assert is_counterpart(newcomer, colleague)


def test_a_leaver_has_no_role_that_waits(client, cast, second, newcomer):
    waits = given(cast.municipal, newcomer, cast.admin)
    close_account(newcomer, by=cast.admin)
    waits.refresh_from_db()
    assert waits.until == TODAY()


def test_what_an_organisation_is_and_whose_a_pilot_is_stays(client, cast):
    ministry = make.OrganisationFactory(kind="ministry")
    national = make.MembershipFactory(
        team=None, organisation=ministry, role=Role.FUNCTIONAL_ADMIN
    ).user
    partner = cast.partner_team.organisation
    client.act_as(national).post(
        reverse("admin:partners_organisation_change", args=[partner.pk]),
        {"name": partner.name, "kind": "ministry"},
    )
    kind = partner.kind
    partner.refresh_from_db()
    assert partner.kind == kind
    page = client.get(reverse("admin:partners_pilot_change", args=[cast.pilot.pk]))
    assert "municipality" not in page.context["adminform"].form.fields


def test_a_closed_pilot_is_not_opened_again(cast):
    closed(cast.pilot, state="closed")
    cast.pilot.refresh_from_db()
    cast.pilot.state = PilotState.OPEN
    with pytest.raises(Exception, match="niet opnieuw geopend"):
        cast.pilot.full_clean()


def test_a_role_that_one_administrator_gives_alone_takes_nobody_her_counterpart(cast):
    """Else one administrator could stop every act of two people of a colleague."""
    one, other = cast.owner, cast.coordinator
    for role in set(Role) - set(NEEDS_TWO):
        row = make.MembershipFactory(
            user=other, team=None, organisation=cast.municipal.organisation, role=role, office=True
        )
        row.given_by = cast.admin
        row.save()
        assert is_counterpart(one.pk, other), role


def test_the_database_asks_two_people_for_the_same_roles():
    rule = (BASE_DIR / "partners/sql/counterparts.sql").read_text()
    roles = re.search(r"m\.role IN \(([^)]*)\)", rule)
    assert set(re.findall(r"'(\w+)'", roles[1])) == set(NEEDS_TWO)
