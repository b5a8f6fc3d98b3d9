"""In every state, in every setting of a pilot, somebody has a way on: each step that is offered is
open, or says what is missing and somebody can open the page on which that is mended."""

import re

import pytest

from casework.journey.guards import DURABLE
from casework.journey.steps import steps_from
from casework.models import Exit
from tests import factories as make
from tests.casework.journeys import LAPSED, Journey, Room

pytestmark = [pytest.mark.django_db, pytest.mark.long]
WORKERS = ("municipality", "coordinator", "ngo", "ind", "dtv", "avim")
# Who has the step on, and nobody else; and what a page without a step says of that. The case
# manager works for the municipality; the coordinator acts on behalf of a service (R20). To undo an
# exit (T16) is no step on.
GUIDES = {"ngo", "municipality", "coordinator"}
NAMED = {
    "registered": (GUIDES, "de intake"), "intake": (GUIDES, "de intake"),
    "awaiting_dossiers": ({"ind", "dtv", "coordinator"}, "IND en DT&V"),
    "rest_period": ({"coordinator"}, "de gemeente"), "in_conference": ({"coordinator"}, "het LSO"),
    "admitted": ({"municipality"}, "de casemanager"), "in_guidance": ({"municipality"}, "de casemanager"),
    "leaving": ({"coordinator"}, "de coördinator"), "followed": ({"municipality"}, "de casemanager"),
    "exited": ({"coordinator"}, "de coördinator"), "in_aftercare": ({"coordinator"}, "volgt"),
    "not_admitted": ({"coordinator"}, "de gemeente"),
}  # fmt: skip
SETTINGS = {
    "ordinary": {"early_admission": False, "municipal_mode": False},
    "early": {"early_admission": True, "municipal_mode": False},
    "municipal": {"early_admission": False, "municipal_mode": True},
}
DAY = re.compile(r"\d{1,2} [a-z]+ \d{4}")


def opens(journey, who, address):
    """Whether this worker gets the page; a part of the case page counts as that page."""
    answer = journey.client.act_as(journey.workers[who]).get(address.partition("#")[0], follow=True)
    assert answer.status_code < 500, (who, address)
    return answer.status_code == 200


def ways_on(journey):
    """For each worker the steps that her case page offers, and what the pages of the others say of
    whose turn it is."""
    result, turns = {}, set()
    for who in WORKERS:
        page = journey.get(who, "case_detail")
        if page.status_code == 200:
            result[who] = page.context["next_steps"]
            left = page.context["case"].state == "left"  # all that she knows of it
            if not result[who] and not page.context["turn"] and not left:
                raise AssertionError(f"{who} does not read whose turn it is")
            if page.context["case"].state == journey.case.state and page.context["turn"]:
                turns.add(str(page.context["turn"]))
    return result, turns


def place_of(journey):
    """The state of a case, and of one that is left or about to be what that depends on."""
    left = Exit.objects.current().filter(case=journey.case, undone_on=None).first()
    if left is not None and left.confirmed_on is None:
        return "leaving"
    if journey.case.state == "exited" and left.classed.belongs_to in DURABLE:
        return "followed"
    return journey.case.state


def stuck(journey):
    """What nobody can do anything about: an empty state, a page that is shut for who is sent there,
    a refusal that names no page and no day."""
    ways, turns = ways_on(journey)
    if journey.case.state != "archived" and not any(ways.values()):
        yield ("nobody has a next step",)
    named, word = NAMED.get(place_of(journey), (set(), ""))
    having = {who for who in ways if any(way.step.number != "T16" for way in ways[who])}
    if having != named:
        yield ("others have the step than who is named", named, having)
    for turn in turns:
        if word not in turn:
            yield ("somebody else is named", turn, word)
    for who, steps in ways.items():
        for step in steps:
            if not step.missing and not opens(journey, who, step.page):
                yield who, step.name, step.page
            for sentence, page in step.missing:
                if page and not any(opens(journey, other, page) for other in ways):
                    yield who, step.name, sentence, page
                if not page and not DAY.search(sentence):
                    yield who, step.name, sentence
    offered = {way.step.number for steps in ways.values() for way in steps}
    if not offered & {step.number for step in steps_from(journey.case.state)}:
        yield ("no step of the table is offered",)


def in_every_setting(journey):
    pilot, found = journey.pilot.pilot, []
    for name, setting in SETTINGS.items():
        for field, value in setting.items():
            setattr(pilot, field, value)
        pilot.save()
        found += [(journey.case.state, name, *map(str, problem)) for problem in stuck(journey)]
    for field, value in SETTINGS["ordinary"].items():
        setattr(pilot, field, value)
    pilot.save()
    return found


def test_nobody_waits_for_nobody_on_the_way_to_an_outcome_that_holds(client, pilot):
    pilot.pilot.quorum = 2
    pilot.pilot.save()
    journey, found = Journey(client, pilot), []
    make.InvolvementFactory(case=journey.case, team=pilot.teams["avim"])
    walked = []

    def here():
        walked.append(journey.case.state)
        found.extend(in_every_setting(journey))

    here()
    journey.done("ngo", "intake", begun_on=-50)
    here()
    journey.fill_intake()
    here()
    journey.request_dossiers()
    here()
    journey.deliver("ind")
    here()
    journey.deliver("dtv")
    here()
    journey.room = Room(journey)
    journey.room.add()
    here()
    journey.room.open()
    here()
    assert journey.room.decide("admitted").status_code == 409  # who is there is not recorded
    assert journey.room.attend("municipality", "ngo").status_code == 302
    here()
    journey.room.decide("admitted")
    here()
    journey.formal("admitted")
    here()
    journey.room.decide("scenario_set", scenario="return_home")
    here()
    journey.done("ngo", "plan", what="Paspoort", to_team=str(journey.teams["ngo"].pk), due_on=30)
    here()
    journey.step("municipality", "guidance")
    here()
    journey.propose()
    here()
    journey.confirm()
    here()
    journey.step("municipality", "aftercare")
    here()
    assert found == []
    assert set(walked) == {
        "registered", "intake", "awaiting_dossiers", "rest_period", "in_conference", "admitted",
        "in_guidance", "exited", "in_aftercare",
    }  # fmt: skip


def test_nobody_waits_for_nobody_after_a_refusal_or_an_exit_without_a_solution(
    in_conference, client, pilot
):
    refused = in_conference.again(client, pilot)
    refused.room.decide("not_admitted")
    found = in_every_setting(refused)
    refused.formal("refused")
    assert refused.case.state == "not_admitted"
    found += in_every_setting(refused)
    refused.propose(reason="left_own_request", outcome="unknown_destination")
    found += in_every_setting(refused)
    refused.confirm()
    assert refused.case.state == "exited"
    found += in_every_setting(refused)
    assert found == []


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [("deceased", "deceased"), ("left_unknown_destination", "unknown_destination")],
)
def test_an_exit_that_is_not_followed_waits_for_the_coordinator_alone(guided, reason, outcome):
    guided.leave(reason=reason, outcome=outcome)
    assert list(stuck(guided)) == []
    ways, turns = ways_on(guided)
    assert {way.step.number for way in ways["coordinator"]} == {"T13", "T16"}
    assert ways["municipality"] == []
    assert turns == {"de coördinator, die de casus archiveert"}
    assert guided.step("coordinator", "archive").status_code == 302


def test_a_durable_exit_waits_for_the_case_manager_and_then_for_who_archives(guided):
    guided.leave()
    ways, turns = ways_on(guided)
    assert [way.step.number for way in ways["municipality"]] == ["T12"]
    assert [way.step.number for way in ways["coordinator"]] == ["T16"]
    assert turns == {"de casemanager, die de nazorg begint"}
    guided.step("municipality", "aftercare")
    guided.done("municipality", "check_add", **LAPSED)
    _ways, turns = ways_on(guided)
    assert turns == {"de coördinator, die de casus archiveert"}
