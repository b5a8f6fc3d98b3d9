"""Guests of a conference: who may be one, and from when until when she reads."""

from datetime import timedelta

import pytest
from django.utils import timezone

from casework.models import AgendaItem, Case, CaseUserObjectPermission, MeetingGuest
from governance.access.clearance import acting_as
from lvv.common.database import call
from tests import factories as make
from tests.casework.journeys import Room

pytestmark = pytest.mark.django_db


def admitted(room, user):
    return room.to(
        "coordinator",
        "meeting_attendance",
        room.meeting.reference,
        guest="1",
        name="Gast",
        capacity="toezicht",
        username=user.username,
    )


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
    guest = make.MembershipFactory(
        team=make.TeamFactory(organisation__kind="dtv", pilot__name="Landelijk")
    ).user
    room.journey.workers["guest"] = guest
    with acting_as(guest):
        assert not Case.objects.exists()
    added = room.to(
        "coordinator",
        "meeting_attendance",
        room.meeting.reference,
        guest="1",
        name="Supervisor",
        capacity="toezicht",
        username=guest.username,
    )
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
        "coordinator",
        "meeting_attendance",
        other.meeting.reference,
        guest="1",
        name="x",
        capacity="y",
        username=police.username,
    )
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
    grant = CaseUserObjectPermission.objects.get(user=guest)
    assert grant.until <= timezone.localdate()


def test_a_guest_reads_what_is_put_on_the_agenda_after_she_was_admitted(room):
    guest = guest_of(room)
    assert not sees_cases(guest)
    assert "leest Gast (toezicht) mee" in room.journey.get("coordinator", "agenda_add").text
    room.add()
    assert sees_cases(guest)


def test_a_guest_stands_on_the_list_once_and_can_come_back_after_she_was_shown_out(room):
    room.add()
    guest = guest_of(room)
    assert "staat al op de lijst" in admitted(room, guest).text
    assert room.meeting.guests.count() == 1
    room.to(
        "coordinator",
        "meeting_attendance",
        room.meeting.reference,
        dismiss=str(room.meeting.guests.get().user_id),
    )
    assert not sees_cases(guest)
    assert admitted(room, guest).status_code == 302
    assert sees_cases(guest)


@pytest.mark.parametrize("kind", ["avim", "ministry", "vng"])
def test_who_also_works_for_police_ministry_or_vng_is_no_guest(room, kind):
    room.add()
    both = make.MembershipFactory(team=make.TeamFactory(organisation__kind="ngo")).user
    if kind == "avim":
        make.MembershipFactory(team=make.TeamFactory(organisation__kind=kind), user=both)
    else:
        office = make.OrganisationFactory(kind=kind)
        make.MembershipFactory(
            office=True, team=None, organisation=office, role="analyst", user=both
        )
    assert admitted(room, both).status_code == 400


def test_a_grant_is_for_who_may_have_one_and_of_its_own_kind(journey):
    """Whoever calls: nobody of the police, and what a review team reads no meeting prolongs."""
    today = timezone.localdate()
    police = make.MembershipFactory(team=journey.teams["avim"]).user
    member = make.MembershipFactory(team=make.TeamFactory(organisation__kind="dtv")).user

    def grant(user, days, kind):
        until = today + timedelta(days=days)
        call("access_grant", journey.case.pk, user.pk, ["identity"], today, until, kind, "proef")
        return list(journey.case.personal_grants.filter(user=user).values_list("kind", "until"))

    assert grant(police, 5, "meeting") == []
    assert grant(member, 9, "meeting") == [("meeting", today + timedelta(days=9))]
    reviewing = [("review_team", today + timedelta(days=5))]
    assert grant(member, 5, "review_team") == reviewing  # no longer for having been a guest
    assert grant(member, 20, "meeting") == reviewing
    assert grant(member, 7, "review_team") == [("review_team", today + timedelta(days=7))]


def test_a_meeting_neither_widens_nor_ends_what_a_review_team_reads(room):
    room.add()
    room.open()
    room.decide("escalate_mrt", reasons="Geen overeenstemming.")
    room.journey.done(
        "coordinator",
        "escalation_ask",
        level="mrt",
        question="Kan zij terug?",
        asked_on=0,
        answer_due_on=21,
        skipped_because="",
    )
    member = make.MembershipFactory(team=make.TeamFactory(organisation__kind="dtv")).user
    room.journey.done("coordinator", "escalation_member", username=member.username)
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


def test_a_guest_of_two_meetings_reads_on_their_days_and_not_between(journey, on_day):
    journey.to_rest()
    first, second = Room(journey, days=7), Room(journey, days=35)
    for room in (first, second):
        room.add()
    guest = guest_of(first)
    assert admitted(second, guest).status_code == 302
    today = timezone.localdate()
    for days, sees in (
        (6, False),
        (7, True),
        (8, False),
        (20, False),
        (34, False),
        (35, True),
        (36, False),
    ):
        on_day(today + timedelta(days=days))
        assert sees_cases(guest) is sees, days


def test_a_guest_let_in_by_mistake_reads_no_further_and_her_name_stays(room):
    room.add()
    wrong, right = guest_of(room), guest_of(room)
    row = room.meeting.guests.get(user=wrong)
    out = {"dismiss": str(wrong.pk)}
    for who in ("municipality", "dtv"):
        assert (
            room.to(who, "meeting_attendance", room.meeting.reference, **out).status_code == 403
        ), who
    assert (
        room.to(
            "coordinator", "meeting_attendance", room.meeting.reference, dismiss="x"
        ).status_code
        == 404
    )
    assert (
        room.to("coordinator", "meeting_attendance", room.meeting.reference, **out).status_code
        == 302
    )
    assert (sees_cases(wrong), sees_cases(right)) == (False, True)
    row.refresh_from_db()
    assert (row.user, row.name) == (None, "Gast")
    assert row.history.order_by("history_id").last().history_change_reason == "dismissed"


def test_guests_and_items_go_with_a_meeting_that_is_moved(journey, on_day):
    journey.to_rest()
    room = Room(journey, days=7)
    room.add()
    guest = guest_of(room)
    move = {"on": 12, "anyway": "on", "begins_at": "15:30", "place": "Stadhuis"}
    late = room.to("coordinator", "meeting_move", room.meeting.reference, **move, version=99)
    assert late.status_code == 409
    for who in ("municipality", "dtv"):
        assert room.to(who, "meeting_move", room.meeting.reference, **move).status_code == 403, who
    other = Room(journey, days=12)
    taken = {"begins_at": f"{other.meeting.begins_at:%H:%M}"}
    clash = room.to("coordinator", "meeting_move", room.meeting.reference, **move | taken)
    assert clash.status_code == 400
    assert "al een LSO" in clash.text
    assert (
        room.to(
            "coordinator", "meeting_move", room.meeting.reference, **move | {"on": -1}
        ).status_code
        == 400
    )
    assert room.to("coordinator", "meeting_move", room.meeting.reference, **move).status_code == 302
    room.item.refresh_from_db()
    today = timezone.localdate()
    assert room.item.happened_on == today + timedelta(days=12)
    for days, sees in ((7, False), (12, True), (13, False)):
        on_day(today + timedelta(days=days))
        assert sees_cases(guest) is sees, days


def test_who_only_attends_items_reads_of_no_guest(room):
    """Her capacity would tell of the items the police does not attend."""
    room.add()
    MeetingGuest.objects.create(
        meeting=room.meeting, name="Dr. Voorbeeld", capacity="behandelend psychiater"
    )
    for who, reads in {"coordinator": True, "dtv": True, "avim": False}.items():
        for page in ("meeting_detail", "minutes"):
            read = room.see(who, page, room.meeting.reference)
            assert ("psychiater" in read.text) is reads, (who, page)


def test_nobody_lets_herself_or_a_colleague_into_what_others_keep_from_their_team(room):
    """Who takes part by her team reads what that team reads, also as a guest; who comes from
    elsewhere what all partners read, and the items of the agenda."""
    open_note, kept = (
        make.RECORDS["note"](
            case=room.journey.case,
            author_team=room.journey.teams["ind"],
            category="identity",
            visibility=visibility,
        )
        for visibility in ("permitted_partners", "own_organisation")
    )
    room.add()
    for name in ("coordinator", "municipality"):
        user = room.journey.workers[name]
        admitted(room, user)
        with acting_as(user):
            assert not type(kept).objects.filter(pk=kept.pk).exists(), name
    outside = guest_of(room)
    with acting_as(outside):
        assert list(type(kept).objects.all()) == [open_note]
        assert list(AgendaItem.objects.all()) == [room.item]


@pytest.mark.parametrize("turn", ["team", "police"])
def test_a_guest_reads_no_further_once_her_team_takes_part_or_she_works_for_the_police(room, turn):
    room.add()
    if turn == "team":
        membership = make.MembershipFactory(team__pilot=room.meeting.pilot)
    else:
        membership = make.MembershipFactory()
    guest = membership.user
    assert admitted(room, guest).status_code == 302
    assert sees_cases(guest)
    if turn == "team":
        make.InvolvementFactory(case=room.journey.case, team=membership.team)
    else:
        make.MembershipFactory(user=guest, team__organisation__kind="avim")
    with acting_as(guest):
        assert not AgendaItem.objects.exists()
    assert not sees_cases(guest)
