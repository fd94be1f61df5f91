"""Parts of a twinning's score that count as far as what the two would do asks for them."""

from dataclasses import replace
from datetime import date

import networkx as nx
import numpy as np
import pytest

from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.strength import MODES, WAYS, Way

TODAY = date(2026, 11, 25)
NAIROBI = City(
    city_id="c0",
    version=1,
    status="endorsed",
    kind="city",
    name="Nairobi",
    country="KE",
    region="africa",
    latitude=-1.3,
    longitude=36.8,
    time_zone="Africa/Nairobi",
    population=4_400_000,
    languages=("en", "sw"),
)
PAPEETE = replace(
    NAIROBI,
    city_id="c1",
    name="Papeete",
    country="PF",
    latitude=-17.5,
    longitude=-149.6,
    time_zone="Pacific/Tahiti",
    population=26_000,
    languages=("fr",),
)


def parts(*modes: str, other: City = PAPEETE) -> dict[str, float]:
    """The parts of Nairobi with another city that offers what Nairobi needs, in these modes."""
    topics = tuple(Topic(subject=f"sdg.{number + 3}", intensity=5, mode=mode) for number, mode in enumerate(modes))
    profiles = Profiles.of([replace(NAIROBI, needs=topics), replace(other, offers=topics)], nx.MultiGraph(), TODAY)
    pairs = twinning.few_pairs(profiles, np.array([0]), np.array([1]))
    return {name: float(values[0]) for name, values in twinning.scores(profiles, pairs).parts.items()}


@pytest.mark.parametrize(
    ("mode", "speaks_against"),
    [
        ("study-visit", {"size", "distance", "language"}),
        ("staff-exchange", {"size", "distance", "language"}),
        ("training", {"size", "distance", "language"}),
        ("expert-mission", {"size", "distance", "language"}),
        ("webinar", {"hours", "language"}),
        ("peer-review", {"hours", "language"}),
        ("action-plan", {"size", "hours", "language"}),
        ("pilot", {"size", "hours", "language"}),
        ("good-practice", {"language"}),
    ],
)
def test_a_part_counts_only_for_modes_that_ask_for_it(mode: str, speaks_against: set[str]) -> None:
    found = parts(mode)
    assert {name for name in ("size", "distance", "hours", "language") if found[name] < 1} == speaks_against


def test_each_mode_has_a_way() -> None:
    assert set(WAYS) == set(MODES)
    assert set(WAYS.values()) == set(Way)


def test_a_part_counts_by_the_share_of_what_asks_for_it() -> None:
    alone, beside = parts("study-visit"), parts("study-visit", "good-practice")
    assert 1 - beside["distance"] == pytest.approx((1 - alone["distance"]) / 2)


def test_documents_need_half_as_much_of_a_common_language_as_talks() -> None:
    assert parts("webinar")["language"] == 0
    assert parts("good-practice")["language"] == 0.5
    assert parts("good-practice", other=replace(PAPEETE, languages=()))["language"] == 0.75
    assert parts("good-practice", other=replace(PAPEETE, languages=("sw",)))["language"] == 1


@pytest.mark.parametrize(("times", "value"), [(1, 1.0), (10, 0.8), (20, 0.6), (100, 0.0), (1000, 0.0), (None, 0.5)])
def test_sizes_speak_little_against_a_pair_to_ten_times_and_much_beyond_twenty(times: int | None, value: float) -> None:
    other = replace(PAPEETE, population=None if times is None else 4_400_000 // times)
    assert parts("study-visit", other=other)["size"] == pytest.approx(value)


def test_a_time_zone_that_nobody_knows_is_told_by_neither_side() -> None:
    nowhere = replace(PAPEETE, time_zone=None, longitude=None, latitude=None)
    assert parts("webinar", other=nowhere)["hours"] == 0.5
    assert parts("webinar", other=replace(PAPEETE, time_zone=None, longitude=36.0))["hours"] == 1
