"""How a case stands, at the top of its page: each answer only from what the reader may read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tests.casework.journeys import Room

pytestmark = pytest.mark.django_db
ALL = ["Scenario", "Verblijf", "Procedure", "Volgende stap", "Laatste contact", "Volgend LSO"]
HIDDEN = "Niet vastgelegd of niet met uw team gedeeld"


def page(journey, who):
    return journey.get(who, "case_detail")


def cells(journey, who):
    return {cell.title: cell for cell in page(journey, who).context["cells"]}


def test_each_reader_has_the_cells_of_what_the_convenant_lets_the_team_read(journey):
    make.InvolvementFactory(case=journey.case, team=journey.teams["avim"])
    assert list(cells(journey, "municipality")) == ALL
    avim = cells(journey, "avim")
    assert {"Scenario", "Volgend LSO"} & set(avim) == set()
    assert "Volgende stap" in avim


def test_what_is_hidden_reads_as_what_is_not_there(journey):
    title = "Laatste contact"
    make.InvolvementFactory(case=journey.case, team=journey.teams["dtv"])
    before = cells(journey, "dtv")[title]
    make.RECORDS["contact"](
        case=journey.case, author_team=journey.teams["ngo"], visibility="own_organisation"
    )
    assert cells(journey, "dtv")[title] == before
    assert before.value == ""
    assert cells(journey, "ngo")[title].value


def test_the_next_step_is_the_soonest_of_ones_own_team_and_others_stand_after_it(guided):
    today = timezone.localdate()
    for team, days in (("ngo", 3), ("dtv", 1), ("ngo", 9)):
        make.RECORDS["action"](
            case=guided.case,
            author_team=guided.teams["municipality"],
            to_team=guided.teams[team],
            what=f"{team} over {days}",
            due_on=today + timedelta(days=days),
        )
    shown = page(guided, "ngo")
    assert cells(guided, "ngo")["Volgende stap"].value == "ngo over 3"
    assert cells(guided, "ngo")["Volgende stap"].more.endswith("over 3 dagen")
    rows = [(row.what, row.is_mine) for row in shown.context["actions"]]
    mine = [what for what, is_mine in rows if is_mine]
    assert mine[:2] == ["ngo over 3", "ngo over 9"]
    assert rows[: len(mine)] == [(what, True) for what in mine]
    assert ("dtv over 1", False) in rows


def test_a_stay_is_told_without_its_location_to_who_may_not_read_that(journey):
    place = make.LocationFactory(
        pilot=journey.pilot.pilot, team=journey.teams["shelter"], name="De Brug", kind="dwelling"
    )
    make.RECORDS["stay"](
        case=journey.case, author_team=journey.teams["municipality"], location=place, kind=""
    )
    make.InvolvementFactory(case=journey.case, team=journey.teams["dtv"])
    assert cells(journey, "municipality")["Verblijf"].value.lower() == "(gedeelde) woning"
    assert cells(journey, "dtv")["Verblijf"].value == "Verblijf"


def test_an_empty_cell_leads_to_where_it_is_filled_in_for_who_may(journey):
    here = cells(journey, "municipality")
    assert here["Laatste contact"].fill == "#contact"
    assert cells(journey, "ngo")["Procedure"].more == HIDDEN
    assert here["Verblijf"].fill == reverse(
        "casework:record_add", args=[journey.case.reference, "stay"]
    )
    journey.to_rest()
    assert cells(journey, "ind")["Volgend LSO"].fill == ""
    assert cells(journey, "coordinator")["Volgend LSO"].fill
    room = Room(journey, days=5)
    room.add()
    assert cells(journey, "ind")["Volgend LSO"].more == "Over 5 dagen"


def test_a_procedure_says_how_far_it_is(journey):
    today = timezone.localdate()
    procedure = make.RECORDS["procedure"](
        case=journey.case, author_team=journey.teams["ind"], applied_on=today - timedelta(days=40)
    )
    make.RECORDS["procedurestep"](
        case=journey.case,
        author_team=journey.teams["ind"],
        procedure=procedure,
        stage="appeal",
        happened_on=today - timedelta(days=4),
    )
    cell = cells(journey, "municipality")["Procedure"]
    assert cell.value.endswith("beroep")
    assert journey.teams["ind"].label in cell.more


def test_the_page_shows_how_it_stands_before_its_records(journey):
    text = page(journey, "municipality").text
    assert text.index("Stand van zaken") < text.index("Uw eigen werk")
    assert text.index('id="contact"') < text.index("Uw eigen werk")
