"""Guests of a conference: who may be one, and from when until when she reads."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.models import Case
from governance.access.clearance import acting_as
from tests import factories as make
from tests.casework.journeys import Room

pytestmark = pytest.mark.django_db


def admitted(room, user):
    return room.to(
        "coordinator", "meeting_attendance", room.meeting.reference, guest="1", name="Gast", capacity="toezicht",
        username=user.username,
    )  # fmt: skip


def guest_of(room):
    """Somebody of another pilot who is admitted to read along at this meeting."""
    user = make.MembershipFactory(team=make.TeamFactory(organisation__kind="dtv")).user
    answer = admitted(room, user)
    assert answer.status_code == 302, answer.text[:2000]
    return user


def sees_cases(user):
    with acting_as(user):
        return Case.objects.exists()


def test_a_guest_with_an_account_reads_along_until_the_meeting_ends_and_no_longer(room):
    room.add()
    guest = make.MembershipFactory(team=make.TeamFactory(organisation__kind="dtv", pilot__name="Landelijk")).user
    room.journey.workers["guest"] = guest
    with acting_as(guest):
        assert not Case.objects.exists()
    added = room.to(
        "coordinator", "meeting_attendance", room.meeting.reference, guest="1", name="Supervisor", capacity="toezicht",
        username=guest.username,
    )  # fmt: skip
    assert added.status_code == 302
    assert room.see("guest").status_code == 200
    page = room.journey.get("guest", "case_detail").text
    assert "Hiwot Reiziger" in page
    room.open()
    room.decide("admitted")
    room.close()
    with acting_as(guest):
        assert not Case.objects.exists()
    police = make.MembershipFactory(team=make.TeamFactory(organisation__kind="avim")).user
    other = Room(room.journey, days=3)
    other.add()
    refused = other.to(
        "coordinator", "meeting_attendance", other.meeting.reference, guest="1", name="x", capacity="y",
        username=police.username,
    )  # fmt: skip
    assert refused.status_code == 400


def test_a_guest_reads_on_the_day_of_the_meeting_and_neither_before_nor_after(journey, on_day):
    journey.to_rest()
    room = Room(journey, days=10)
    room.add()
    guest = guest_of(room)
    today = timezone.localdate()
    for days, sees in ((0, False), (9, False), (10, True), (11, False)):
        on_day(today + timedelta(days=days))
        assert sees_cases(guest) is sees, days


def test_a_cancelled_meeting_ends_what_its_guests_read_but_not_another_one_with_the_same_case(room):
    room.add()
    guest = guest_of(room)
    assert sees_cases(guest)
    other = Room(room.journey)
    other.add()
    assert admitted(other, guest).status_code == 302
    room.to("coordinator", "meeting_cancel", room.meeting.reference, because="Ziekte")
    assert sees_cases(guest)
    other.to("coordinator", "meeting_cancel", other.meeting.reference, because="Ziekte")
    assert not sees_cases(guest)


@pytest.mark.parametrize("kind", ["avim", "ministry", "vng"])
def test_who_also_works_for_police_ministry_or_vng_is_no_guest(room, kind):
    room.add()
    both = make.MembershipFactory(team=make.TeamFactory(organisation__kind="ngo")).user
    if kind == "avim":
        make.MembershipFactory(team=make.TeamFactory(organisation__kind=kind), user=both)
    else:
        office = make.OrganisationFactory(kind=kind)
        make.MembershipFactory(office=True, team=None, organisation=office, role="analyst", user=both)
    assert admitted(room, both).status_code == 400


def test_a_meeting_neither_widens_nor_ends_what_a_review_team_reads(room):
    room.add()
    room.open()
    room.decide("escalate_mrt", reasons="Geen overeenstemming.")
    room.journey.done(
        "coordinator", "escalation", act="ask", level="mrt", question="Kan zij terug?", answer_due_on=21,
        skipped_because="",
    )  # fmt: skip
    member = make.MembershipFactory(team=make.TeamFactory(organisation__kind="dtv")).user
    room.journey.done("coordinator", "escalation", act="member", username=member.username)
    assert admitted(room, member).status_code == 302  # a guest too
    room.close()
    assert sees_cases(member)
    grant = room.journey.case.personal_grants.get()
    assert (grant.kind, "departure" in grant.categories) == ("review_team", True)


def test_an_item_that_is_taken_off_is_no_longer_read_by_the_guests_of_its_meeting(room):
    room.add()
    guest = guest_of(room)
    assert sees_cases(guest)
    assert room.to("coordinator", "agenda_change", room.item.reference, "eraf").status_code == 302
    assert not sees_cases(guest)
