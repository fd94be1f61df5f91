"""Programmes: the sizes they take, the subject of theirs that is nearest, and amounts in other currencies."""

from datetime import date
from math import inf
from typing import Any

from isopolity.matching.application.candidates.parsed_members import city_from, programmes_from
from isopolity.matching.domain.member import Programme
from isopolity.matching.domain.scores.programme_eligibility import USD_PER_UNIT, size_limits
from isopolity.matching.domain.scores.sponsorship import shared
from isopolity.matching.domain.scores.target_arrays import Target
from tests.support.matching.service import city, need, partner, programme

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
        assert (found.subject, found.supported, found.share) == ("cluster.literacy", "cluster.literacy", 0.7)


def test_a_unit_of_most_currencies_is_worth_less_than_a_quarter_of_a_dollar() -> None:
    dear = {code for code, rate in USD_PER_UNIT.items() if rate >= 0.25}
    assert dear == {"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "AED", "SGD"}
    assert all(0 < rate < 2 for rate in USD_PER_UNIT.values())
