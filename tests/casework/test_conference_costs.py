"""What the pages of a conference cost in statements: the same for one item and for eight, with
partners who answered."""

import pytest
from django.urls import reverse

from casework.models import AgendaItem
from tests import factories as make
from tests.casework.test_cases import CASE_STATEMENTS, LIST_STATEMENTS, statements

pytestmark = pytest.mark.django_db
AGENDA, ITEM = (
    ["meeting_list", "undiscussed_list", "meeting_detail", "minutes"],
    ["agenda_item", "agenda_room"],
)


@pytest.fixture
def journey(in_conference, client, pilot):
    made = in_conference.again(client, pilot)
    answered(made, made.case, made.room.item)
    return made


def address(journey, name):
    if name in ITEM:
        return reverse(f"casework:{name}", args=[journey.room.item.reference])
    of_meeting = name in ("meeting_detail", "minutes")
    return reverse(f"casework:{name}", args=[journey.room.meeting.reference] if of_meeting else [])


def answered(journey, case, item):
    for name in ("ngo", "ind"):
        make.RECORDS["position"](case=case, author_team=journey.teams[name], item=item)
    make.RECORDS["conferencedecision"](
        case=case, author_team=journey.teams["municipality"], item=item
    )


def more(journey):
    """Seven other cases on the same agenda, each with what its partners brought and what was
    decided."""
    first = AgendaItem.objects.get(pk=journey.room.item.pk)
    for number in range(7):
        case = make.CaseFactory(
            lead_team=journey.teams["municipality"],
            involve=[journey.teams[name] for name in ("ngo", "ind", "dtv")],
            named=f"Persoon {chr(98 + number)}",
            state="in_conference",
        )
        item = make.RECORDS["agendaitem"](
            case=case,
            author_team=first.author_team,
            meeting=first.meeting,
            place=number + 2,
            visibility="selected_partners",
            shared_team_ids=first.shared_team_ids,
        )
        answered(journey, case, item)


@pytest.mark.parametrize("who", ["coordinator", "ind", "avim"])
@pytest.mark.parametrize("name", AGENDA)
def test_a_page_of_the_agenda_costs_the_same_for_one_item_and_eight(
    journey, who, name, django_assert_max_num_queries
):
    if name == "undiscussed_list" and who != "coordinator":
        who = "dtv"  # whose list it is too (R7)
    most = LIST_STATEMENTS if name in ("meeting_list", "undiscussed_list") else CASE_STATEMENTS
    journey.client.act_as(journey.workers[who])
    one = statements(journey.client, django_assert_max_num_queries, most, address(journey, name))
    more(journey)
    assert (
        statements(journey.client, django_assert_max_num_queries, most, address(journey, name))
        == one
    )


@pytest.mark.parametrize("name", ITEM)
def test_an_item_costs_the_same_whatever_was_brought_to_it(
    journey, name, django_assert_max_num_queries
):
    journey.client.act_as(journey.workers["coordinator"])
    item = journey.room.item
    one = statements(
        journey.client, django_assert_max_num_queries, CASE_STATEMENTS, address(journey, name)
    )
    make.RECORDS["position"](case=journey.case, author_team=journey.teams["dtv"], item=item)
    for _number in range(4):
        make.RECORDS["conferencedecision"](
            case=journey.case, author_team=item.author_team, item=item
        )
    assert (
        statements(
            journey.client, django_assert_max_num_queries, CASE_STATEMENTS, address(journey, name)
        )
        == one
    )
