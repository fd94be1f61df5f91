"""A store in memory, and surroundings in which ids are counted."""

from itertools import count

import pytest

from isopolity.registry.application.ports import Surroundings
from tests.support.registry.fakes import FakeStore, FakeUnitOfWork


@pytest.fixture
def surroundings() -> Surroundings:
    numbers = count(1)
    return Surroundings(ids=lambda: f"id{next(numbers)}", regions={"BR": "latin-america-caribbean", "NL": "europe"})


@pytest.fixture
def work() -> FakeUnitOfWork:
    return FakeUnitOfWork(FakeStore())
