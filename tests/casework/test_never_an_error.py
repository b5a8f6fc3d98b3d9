"""No page of a case answers with an error of ours, in whatever state the case is and whatever is
sent to it."""

import random
from uuid import uuid4

import pytest
from django.urls import reverse

from casework.cases.enums import CaseState
from tests import factories as make
from tests.access.test_pages import patterns
from tests.casework.journeys import Journey

pytestmark = pytest.mark.django_db
WHO = ("municipality", "coordinator", "ngo", "ind", "dtv", "avim", "shelter", "legal", "care")
# What a person, a broken browser or somebody hostile sends in any field.
ODD = (
    "",
    "0",
    "-1",
    "31-02-2026",
    "29-11-0026",
    "01-01-9999",
    "x" * 6000,
    "' OR 1=1 --",
    "<b>",
    "😀",
    "None",
    "9" * 40,
)


def pages():
    """The pages of a case that need nothing but the case."""
    names = {
        name
        for name, _entry, pattern in patterns()
        if name.startswith("casework:")
        and pattern.startswith("casussen/<uuid:reference>/")
        and pattern.count("<") == 1
    }
    return sorted(names)


def fields_of(page: str) -> list[str]:
    return sorted({part.split('"')[0] for part in page.split(' name="')[1:]})


def walk(client, pilot, state, names, who_asks, chance):
    """How many answers were looked at, and which were errors."""
    journey = Journey(client, pilot)
    make.in_state(journey.case, state)
    client.raise_request_exception = False
    asked, errors = 0, []
    for name in names:
        for who in who_asks:
            url = reverse(name, args=[journey.case.reference])
            shown = client.act_as(journey.workers[who]).get(url)
            sent = {field: chance.choice(ODD) for field in fields_of(shown.text)}
            answers = [shown, client.post(url, {}), client.post(url, sent)]
            sent["form_token"], sent["version"] = str(uuid4()), "1"
            answers.append(client.post(url, sent))
            asked += len(answers)
            errors += [(name, who, sent) for answer in answers if answer.status_code >= 500]
    return asked, errors


@pytest.mark.parametrize("state", CaseState.values)
def test_no_page_of_a_case_fails_in_any_state(client, pilot, state):
    """Some pages for each state, as who leads the case; `make slow` asks all, as everybody."""
    chance = random.Random(f"pages {state}")
    some = chance.sample(pages(), 10)
    asked, errors = walk(client, pilot, state, some, chance.sample(WHO[:2], 1), chance)
    assert errors == []
    assert asked == 40


@pytest.mark.slow
@pytest.mark.parametrize("state", CaseState.values)
def test_no_page_of_a_case_fails_in_any_state_for_anybody(client, pilot, state):
    chance = random.Random(f"all {state}")
    asked, errors = walk(client, pilot, state, pages(), WHO, chance)
    assert errors == []
    assert asked > 1000
