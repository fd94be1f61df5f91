"""Programmes: the sizes they take, the needs and requests that they are about, and amounts in other currencies."""

from datetime import date
from math import inf
from typing import Any

import networkx as nx
import numpy as np
import pytest

from isopolity.matching.application.candidates.parsed_members import city_from, programmes_from, request_from
from isopolity.matching.domain.member import Programme
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.programme_arrays import ProgrammeArrays
from isopolity.matching.domain.scores.programme_eligibility import USD_PER_UNIT, size_limits
from isopolity.matching.domain.scores.sponsorship import scores, shared
from isopolity.matching.domain.scores.target_arrays import Target, Targets
from isopolity.matching.domain.scores.weights import Weights
from tests.support.matching.service import city, need, partner, programme, request

TODAY = date(2026, 11, 25)


def programme_of(**changes: Any) -> Programme:
    return programmes_from(partner("halcyon", [programme("reading", **changes)]))[0]


def test_a_programme_that_names_no_size_takes_a_city_of_any() -> None:
    assert size_limits(programme_of()) == (0, inf)
    assert size_limits(programme_of(population_min=5, population_max=9)) == (5, 9)


def test_a_need_is_supported_by_the_nearest_subject_of_a_programme() -> None:
    target = Target(city_from(city("lyon", needs=(need("cluster.literacy"),))), None)
    for subjects in (("cluster.literacy", "sdg.4"), ("sdg.13", "cluster.literacy"), ("area.basic", "cluster.literacy")):
        (found,) = shared(programme_of(subjects=subjects), target, TODAY, 1.0)
        assert (found.supported, found.share) == ({"cluster.literacy": "cluster.literacy"}, 0.8)


@pytest.mark.parametrize(
    ("asked", "supported", "value"),
    [
        (("sdg.13",), {"sdg.13": "sdg.13"}, 0.72),
        (("sdg.7", "sdg.11", "sdg.13"), {"sdg.13": "sdg.13", "sdg.7": "sdg.13", "sdg.11": "sdg.13"}, 0.72),
        (("sdg.7", "sdg.11"), {"sdg.7": "sdg.13", "sdg.11": "sdg.13"}, 0.36),
        (("sdg.3", "cluster.literacy"), {}, 0.0),
    ],
)
def test_a_request_counts_once_by_its_nearest_subject(
    asked: tuple[str, ...], supported: dict[str, str], value: float
) -> None:
    lyon, climate = city_from(city("lyon")), programme_of(subjects=("sdg.13",))
    profiles = Profiles.of([lyon], nx.MultiGraph(), TODAY)
    targets = Targets.of(profiles, [request_from(request("rooms", "lyon", subjects=asked))], TODAY)
    found = shared(climate, targets.targets[1], TODAY)
    assert [list(each.supported.items()) for each in found] == ([list(supported.items())] if supported else [])
    of_programme = scores(climate, profiles, targets, -1).parts["subjects"][1]
    of_city = ProgrammeArrays.of([climate]).scores(profiles, targets, 1, np.array([-1]), Weights()).parts["subjects"][0]
    assert of_programme == of_city == pytest.approx(value)


@pytest.mark.parametrize("neither", [(), ("topic.8982",)], ids=["no topics", "topics of the city alone"])
def test_words_of_its_own_tell_which_request_a_programme_is_about(neither: tuple[str, ...]) -> None:
    boats = programme_of(subjects=("sdg.4",), purpose="Evening classes for fishermen and families.", language="en")
    profiles = Profiles.of([city_from(city("lyon"))], nx.MultiGraph(), TODAY)
    said: dict[str, dict[str, Any]] = {
        "boats": {"description": "Evening classes for our fishermen's families", "language": "en"},
        "dance": {"description": "A dance school in the old theatre", "language": "en"},
        "french": {"description": "Une école de danse dans le vieux théâtre", "language": "fr"},
        "wordless": {"description": "", "title": "12", "language": None},
    }
    asked = [request_from(request(name, "lyon", topics=neither, **own)) for name, own in said.items()]
    targets = Targets.of(profiles, asked, TODAY)
    by_programme = scores(boats, profiles, targets, -1).parts["subjects"]
    values = {
        target.request.request_id: by_programme[at] for at, target in enumerate(targets.targets) if target.request
    }
    assert values["dance"] < values["french"] == values["wordless"] < values["boats"]
    for at, target in enumerate(targets.targets[1:], 1):
        of_city = ProgrammeArrays.of([boats]).scores(profiles, targets, at, np.array([-1]), Weights())
        assert of_city.parts["subjects"][0] == by_programme[at]
        assert shared(boats, target, TODAY)[0].strength == pytest.approx(by_programme[at])


def test_a_request_is_found_by_each_of_its_subjects() -> None:
    profiles = Profiles.of([city_from(city("lyon", needs=(need("sdg.3"),)))], nx.MultiGraph(), TODAY)
    asked = request_from(request("rooms", "lyon", subjects=("sdg.7", "sdg.13")))
    wants = Targets.of(profiles, [asked], TODAY).wants
    found = {code: wants.about(code, 2).tolist() for code in ("sdg.3", "sdg.7", "sdg.13", "sdg.5")}
    assert found == {"sdg.3": [True, False], "sdg.7": [False, True], "sdg.13": [False, True], "sdg.5": [False, False]}


def test_a_unit_of_most_currencies_is_worth_less_than_a_quarter_of_a_dollar() -> None:
    dear = {code for code, rate in USD_PER_UNIT.items() if rate >= 0.25}
    assert dear == {"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "AED", "SGD"}
    assert all(0 < rate < 2 for rate in USD_PER_UNIT.values())
