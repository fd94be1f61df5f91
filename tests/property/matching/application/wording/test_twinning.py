"""The score of twinnings: bounded, symmetric, and made of what stands in both profiles."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from isopolity.matching.application.candidates.pair_facts import TwinningFacts
from isopolity.matching.application.wording import exchange_sentences
from isopolity.matching.application.wording.pair_reasons import twinning_reasons
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores import fit, twinning
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.side import Reason
from tests.support.matching.strategies import TODAY, cities

SWAPPED = {"needs-a": "needs-b", "needs-b": "needs-a"}


def weighed(a: City, b: City) -> tuple[float, dict[str, float]]:
    profiles = Profiles.of([a, b], nx.MultiGraph(), TODAY)
    scores = twinning.scores(profiles, twinning.few_pairs(profiles, np.array([0]), np.array([1])))
    return float(scores.total[0]), {name: float(values[0]) for name, values in scores.parts.items()}


def told(me: City, other: City) -> tuple[Reason, ...]:
    return twinning_reasons(
        TwinningFacts(
            me=me,
            other=other,
            met=fit.matches(me, other, TODAY),
            wanted=fit.matches(other, me, TODAY),
            km=100.0,
            my_first_tie=True,
            their_first_tie=True,
            joins=True,
        )
    )


@settings(deadline=None)
@given(cities("c0"), cities("c1"))
def test_score_and_parts_lie_between_0_and_1(a: City, b: City) -> None:
    total, parts = weighed(a, b)
    assert 0 <= total <= 1
    assert all(0 <= value <= 1 for value in parts.values())


@settings(deadline=None)
@given(cities("c0"), cities("c1"))
def test_swapping_the_cities_swaps_their_parts_and_keeps_the_score(a: City, b: City) -> None:
    total, parts = weighed(a, b)
    other_total, other_parts = weighed(replace(b, city_id="c0"), replace(a, city_id="c1"))
    assert other_total == pytest.approx(total, abs=1e-12)
    assert other_parts == pytest.approx({SWAPPED.get(name, name): value for name, value in parts.items()}, abs=1e-12)


@settings(deadline=None)
@given(cities("c0"), cities("c1"))
def test_a_direction_is_worth_what_its_matches_are_worth_together(a: City, b: City) -> None:
    _, parts = weighed(a, b)
    met = [match.strength for match in fit.matches(a, b, TODAY)]
    assert parts["needs-a"] == pytest.approx(1 - np.prod([1 - strength for strength in met]), abs=1e-12)


def with_a_match(a: City, b: City) -> tuple[City, City]:
    """The two with one need and one offer a subject, and one that surely meets."""
    sure = Topic(subject="sdg.9", intensity=3, mode="webinar")
    needs = {topic.subject: topic for topic in (*a.needs, sure)}
    offers = {topic.subject: topic for topic in (*b.offers, sure)}
    return replace(a, needs=tuple(needs.values())), replace(b, offers=tuple(offers.values()))


@settings(deadline=None)
@given(cities("c0"), cities("c1"))
def test_without_the_need_or_the_offer_that_is_told_first_both_gain_and_text_change(a: City, b: City) -> None:
    a, b = with_a_match(a, b)
    (match,) = exchange_sentences.distinct_matches(fit.matches(a, b, TODAY), 1)
    less_needed = replace(a, needs=tuple(need for need in a.needs if need != match.need))
    less_offered = replace(b, offers=tuple(offer for offer in b.offers if offer != match.offer))
    _, parts = weighed(a, b)
    for one, other in ((less_needed, b), (a, less_offered)):
        assert weighed(one, other)[1]["needs-a"] < parts["needs-a"]
        assert told(one, other) != told(a, b)
        assert told(other, one) != told(b, a)


def test_a_one_sided_pair_scores_lower_than_a_pair_of_half_the_gain_on_both_sides() -> None:
    def topic(subject: str, intensity: int) -> tuple[Topic, ...]:
        return (Topic(subject=subject, intensity=intensity, mode="webinar"),)

    a = City(city_id="c0", version=1, status="endorsed", kind="city", name="A", country="KE", region="africa")
    b = replace(a, city_id="c1", name="B", country="FR")
    literacy, climate = "cluster.literacy", "sdg.13"
    one_sided, _ = weighed(replace(a, needs=topic(literacy, 5)), replace(b, offers=topic(literacy, 5)))
    two_sided, _ = weighed(
        replace(a, needs=topic(literacy, 3), offers=topic(climate, 2)),
        replace(b, offers=topic(literacy, 5), needs=topic(climate, 2)),
    )
    assert one_sided < two_sided
