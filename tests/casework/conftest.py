import pytest

from tests.casework.journeys import Journey, Room
from tests.casework.ten_teams import pilot, pilot_of_module
from tests.conftest import WorkerClient, own_copy

__all__ = ["pilot", "pilot_of_module"]


@pytest.fixture
def journey(client, pilot):
    return Journey(client, pilot)


@pytest.fixture(scope="module")
def at_rest(pilot_of_module):
    journey = Journey(WorkerClient(), own_copy(pilot_of_module))
    journey.to_rest()
    return journey


@pytest.fixture
def room(at_rest, client, pilot):
    return Room(at_rest.again(client, pilot))


@pytest.fixture(scope="module")
def in_conference(pilot_of_module):
    journey = Journey(WorkerClient(), own_copy(pilot_of_module))
    journey.to_conference()
    return journey


@pytest.fixture(scope="module")
def in_guidance(pilot_of_module):
    """Walked to once a module, as the others above; that the way is walked by what its pages send
    is shown in test_journey and in the browser's test_story."""
    journey = Journey(WorkerClient(), own_copy(pilot_of_module))
    journey.to_guidance()
    return journey


@pytest.fixture
def guided(in_guidance, client, pilot):
    """A journey of one test's own, of a case that is in guidance."""
    return in_guidance.again(client, pilot)
