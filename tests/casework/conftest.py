import pytest

from tests.casework.journeys import Journey, Room
from tests.casework.ten_teams import pilot

__all__ = ["pilot"]


@pytest.fixture
def journey(client, pilot):
    return Journey(client, pilot)


@pytest.fixture
def room(journey):
    journey.to_rest()
    return Room(journey)
