"""Confidence: what a member has told, how long ago, and that the less known side decides."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from isopolity.matching.application.candidates.parsed_members import city_from, programmes_from
from isopolity.matching.application.wording.explanation_texts import gaps, missing
from isopolity.matching.domain.scores import confidence
from tests.support.matching.service import NOW, city, need, offer, partner, programme

TODAY = NOW.date()
WHOLE = city_from(city("lyon", needs=(need("sdg.4"),), offers=(offer("sdg.3"),)), TODAY)


def test_a_whole_profile_of_today_is_known_wholly() -> None:
    assert confidence.of_city(WHOLE, TODAY).value == 1
    assert confidence.of_programme(programmes_from(partner("p", [programme("g")]), TODAY)[0], TODAY).value == 1


def test_whatever_is_missing_makes_a_profile_less_complete() -> None:
    missing: list[dict[str, Any]] = [
        {"needs": ()},
        {"offers": ()},
        {"population": None},
        {"longitude": None},
        {"languages": ()},
    ]
    found = [confidence.of_city(replace(WHOLE, **gap), TODAY) for gap in missing]
    assert [each.completeness for each in found] == pytest.approx([5 / 7, 5 / 7, 6 / 7, 6 / 7, 6 / 7])
    assert {each.freshness for each in found} == {1.0}
    sentences = [len(gaps([replace(WHOLE, **gap)], TODAY)) for gap in missing]
    assert sentences == [1] * len(missing), "write it in application/wording/explanation_texts.py"
    for gap, told in (({"supports": (), "subjects": ()}, 2 / 5), ({"grant_min": 0, "grant_max": 0}, 4 / 5)):
        funder = programmes_from(partner("p", [programme("g", **gap)]), TODAY)[0]
        assert confidence.of_programme(funder, TODAY).completeness == pytest.approx(told)


def test_a_programme_that_gives_no_money_lacks_no_amounts() -> None:
    trainer = programme("g", grant_min=0, grant_max=0, supports=("training",), topics=("topic.2",))
    known = programmes_from(partner("p", [trainer]), TODAY)[0]
    assert confidence.of_programme(known, TODAY).completeness == 1
    assert gaps([known], TODAY) == []
    assert missing(known, TODAY, to_it=True) == []


def test_a_need_that_has_run_out_counts_as_not_told() -> None:
    over = tuple(replace(need, valid_until=TODAY - timedelta(days=1)) for need in WHOLE.needs)
    assert confidence.of_city(replace(WHOLE, needs=over), TODAY).completeness == pytest.approx(5 / 7)
    last_day = tuple(replace(need, valid_until=TODAY) for need in WHOLE.needs)
    assert confidence.of_city(replace(WHOLE, needs=last_day), TODAY).completeness == 1


def test_a_profile_grows_stale_and_one_of_unknown_age_is_neither_fresh_nor_stale() -> None:
    def freshness(days: int | None) -> float:
        told_on = None if days is None else TODAY - timedelta(days=days)
        return confidence.of_city(replace(WHOLE, told_on=told_on), TODAY).freshness

    assert [freshness(days) for days in (-1, 0, 730, 1460)] == pytest.approx([1, 1, 0.5, 0.25])
    assert freshness(None) == 0.5


def test_a_pair_is_known_as_well_as_its_less_known_side() -> None:
    bare = city_from(city("oslo", population=None), TODAY)
    of_bare = confidence.of_city(bare, TODAY).value
    assert confidence.of_pair(WHOLE, bare, TODAY) == confidence.of_pair(bare, WHOLE, TODAY) == of_bare < 1
    funder = programmes_from(partner("p", [programme("g")]), TODAY)[0]
    assert confidence.of_pair(funder, bare, TODAY) == of_bare
