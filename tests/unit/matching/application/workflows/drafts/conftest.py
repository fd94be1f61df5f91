"""An instance of six cities whose proposals are held for staff."""

from datetime import timedelta

import pytest

from isopolity.matching.domain.settings import SendingPolicy
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import TestClock

DAY = timedelta(days=1)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def running(store: FakeStore, clock: TestClock) -> Instance:
    network = network_of(many_wishes(6, capacity=1))
    return Instance(store, network, SendingPolicy.HOLD, clock, undo_window=DAY)
