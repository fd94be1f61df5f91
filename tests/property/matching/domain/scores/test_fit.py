"""Need and offer: many pairs at once are worth what their matches are, and a better offer is never worth less."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from isopolity.contracts.codes import SUBJECTS
from isopolity.matching.domain.meaning.own_words import in_common
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores import twinning
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.fit import Fit, Match, matches
from isopolity.matching.domain.scores.strength import WAYS, Way
from isopolity.matching.domain.scores.subjects import NEIGHBOURS, share
from isopolity.matching.domain.scores.weights import Weights
from isopolity.matching.errors import InvalidScores
from isopolity.thesaurus.closeness import closeness
from tests.support.examples import examples
from tests.support.matching.strategies import TODAY, TOPICS, cities, networks, plain_topics, telling_topics

FIRST_TWO = np.array([0]), np.array([1])
neighbours = st.sampled_from([0.0, 0.5, 1.0])


def met(a: City, b: City, weight: float = 1.0) -> float:
    """How far b's offers meet a's needs, match by match."""
    return float(1 - np.prod([1 - match.strength for match in matches(a, b, TODAY, weight)]))


def offering_only(city: City, way: Way) -> City:
    return replace(city, offers=tuple(offer for offer in city.offers if WAYS[offer.mode] is way))


def score(a: City, b: City, weights: Weights) -> float:
    profiles = Profiles.of([a, b], nx.MultiGraph(), TODAY)
    return float(twinning.scores(profiles, twinning.few_pairs(profiles, *FIRST_TWO, weights), weights).total[0])


def matches_of(need: Topic, offer: Topic, weight: float = 1.0) -> Sequence[Match]:
    """The matches of two cities that go anywhere, of which one has this need and the other this offer."""
    a = City(city_id="c0", version=1, status="endorsed", kind="city", name="A", country="KE", region="africa")
    needer, offerer = (
        replace(a, needs=(replace(need, valid_until=None),)),
        replace(a, offers=(replace(offer, valid_until=None),)),
    )
    return matches(needer, offerer, TODAY, weight)


def share_of(need: Topic, offer: Topic, weight: float = 1.0) -> float:
    """The nearness of a need and an offer."""
    return sum(match.share for match in matches_of(need, offer, weight))


def closeness_to(need: Topic, code: str) -> tuple[float, float]:
    """The closeness of a topic to those of a need: to the nearest, and in the mean."""
    found = [closeness(each, code) for each in need.topics] or [0.0]
    return max(found), sum(found)


@examples(50)
@given(st.one_of(networks(2, 6, telling_topics), networks(2, 6, plain_topics)), neighbours)
def test_pairs_at_once_are_worth_what_their_matches_are(members: list[City], weight: float) -> None:
    profiles = Profiles.of(members, nx.MultiGraph(), TODAY)
    pairs = [(a, b) for a in profiles.cities for b in profiles.cities]
    needer, offerer = (np.array([profiles.index[pair[side].city_id] for pair in pairs]) for side in (0, 1))
    found = Fit(profiles, weight).of_pairs(needer, offerer)
    assert found.value == pytest.approx(np.array([met(a, b, weight) for a, b in pairs]), abs=1e-12)
    for way in Way:
        alone = np.array([met(a, offering_only(b, way), weight) for a, b in pairs])
        assert -np.expm1(-found.by_way[:, way]) == pytest.approx(alone, abs=1e-12)


@examples(60)
@given(cities("c0", telling_topics), cities("c1", telling_topics), telling_topics, st.data())
def test_a_further_or_a_stronger_offer_never_lowers_fit_or_score(
    a: City, b: City, offer: Topic, data: st.DataObject
) -> None:
    by_what_is_done = dict.fromkeys(("distance", "hours", "language", "size"), 0)
    weights = Weights(neighbours=data.draw(neighbours), twinning=by_what_is_done)
    stronger = replace(offer, intensity=data.draw(st.integers(offer.intensity, 5)))
    without, with_it, better = b, replace(b, offers=(*b.offers, offer)), replace(b, offers=(*b.offers, stronger))
    assert met(a, without, weights.neighbours) <= met(a, with_it, weights.neighbours) + 1e-12
    assert met(a, with_it, weights.neighbours) <= met(a, better, weights.neighbours) + 1e-12
    totals = [score(a, each, weights) for each in (without, with_it, better)]
    assert totals[0] <= totals[1] + 1e-12
    assert totals[1] <= totals[2] + 1e-12


@examples(60)
@given(plain_topics, plain_topics, st.sampled_from(sorted(SUBJECTS)), st.sampled_from(sorted(SUBJECTS)), neighbours)
def test_a_neighbouring_subject_never_beats_the_same(
    need: Topic, offer: Topic, subject: str, neighbour: str, weight: float
) -> None:
    assume(subject != neighbour)
    a = City(city_id="c0", version=1, status="endorsed", kind="city", name="A", country="KE", region="africa")
    a = replace(a, needs=(replace(need, subject=subject, valid_until=None),))
    same, near = (
        replace(a, city_id="c1", offers=(replace(offer, subject=each, valid_until=None),))
        for each in (subject, neighbour)
    )
    assert met(a, near, weight) < met(a, same, weight)
    is_near = (subject, neighbour) in NEIGHBOURS and weight > 0
    assert (met(a, near, weight) > 0) == is_near
    if is_near:
        (match,) = matches(a, near, TODAY, weight)
        (best,) = matches(a, same, TODAY, weight)
        assert not match.same_subject
        assert match.share == pytest.approx(weight * NEIGHBOURS[subject, neighbour] * best.share)


@examples(80)
@given(telling_topics, telling_topics, st.sampled_from(sorted(SUBJECTS)), st.sampled_from(sorted(SUBJECTS)), neighbours)
def test_whatever_else_is_said_the_same_subject_is_never_worth_less(
    need: Topic, offer: Topic, subject: str, other: str, weight: float
) -> None:
    same, else_ = (
        share_of(replace(need, subject=subject), replace(offer, subject=each), weight) for each in (subject, other)
    )
    assert else_ <= same + 1e-12


@examples(120)
@given(telling_topics, telling_topics, st.data())
def test_a_nearer_topic_or_more_common_words_never_lower_a_match(
    need: Topic, offer: Topic, data: st.DataObject
) -> None:
    ordered = [replace(offer, topics=(code,)) for code in sorted(TOPICS, key=lambda code: closeness_to(need, code))]
    shares = [share_of(need, each) for each in ordered]
    assert shares == sorted(shares) or not need.topics
    same = replace(offer, title=need.title, text=need.text, language=need.language, words=need.words)
    other = data.draw(st.sampled_from([None, "en"]))
    if need.words is not None and other is None:
        assert share_of(need, offer) <= share_of(need, same) + 1e-12


@examples(60)
@given(telling_topics, telling_topics)
def test_a_match_tells_the_nearest_topics_and_whether_words_met(need: Topic, offer: Topic) -> None:
    for match in matches_of(need, offer):
        if match.topics is not None:
            assert match.topics.need in need.topics
            assert match.topics.offer in offer.topics
            assert match.topics.closeness == max(
                round(closeness(one, other) * 200) / 200 for one in need.topics for other in offer.topics
            )
        is_one = need.words is not None and offer.words is not None and need.language == offer.language
        assert match.words == 0 or is_one
        assert match.words == (in_common(offer.words, need.words) or 0)


@examples(60)
@given(networks(2, 5, plain_topics))
def test_without_topics_and_words_each_match_is_worth_the_same_part_of_its_subjects(members: list[City]) -> None:
    for a, b in permutations(members, 2):
        for match in matches(a, b, TODAY):
            alone = share(match.need.subject, match.offer.subject)
            assert match.share == pytest.approx(0.8 * alone)
            assert (match.topics, match.words) == (None, 0)


@examples(40)
@given(st.integers(1, 5), st.integers(1, 5))
def test_of_the_same_gain_the_balanced_pair_scores_higher(one: int, other: int) -> None:
    def wish(subject: str, intensity: int) -> tuple[Topic, ...]:
        return (Topic(subject=subject, intensity=intensity, mode="webinar"),)

    a = City(city_id="c0", version=1, status="endorsed", kind="city", name="A", country="KE", region="africa")
    b = replace(a, city_id="c1", country="FR")
    balanced = (
        replace(a, needs=wish("sdg.3", one), offers=wish("sdg.13", other)),
        replace(b, offers=wish("sdg.3", 5), needs=wish("sdg.13", 5)),
    )
    one_sided = (
        replace(a, needs=(*wish("sdg.3", one), *wish("sdg.13", other))),
        replace(b, offers=(*wish("sdg.3", 5), *wish("sdg.13", 5))),
    )
    assert score(*one_sided, Weights()) < score(*balanced, Weights())


@examples(40)
@given(cities("c0"), cities("c1"), st.floats(0, 1))
def test_a_part_from_outside_counts_by_its_weight_and_only_where_it_is_given(a: City, b: City, chance: float) -> None:
    profiles, weights = Profiles.of([a, b], nx.MultiGraph(), TODAY), Weights(twinning={"affinity": 0.2})
    pair = twinning.few_pairs(profiles, *FIRST_TWO, weights)
    without = twinning.scores(profiles, pair, weights)
    with_it = twinning.scores(profiles, pair, weights, {"affinity": np.array([chance])})
    given = 0.9 * sum(weights.twinning[name] for name in without.given)
    rest = sum(weights.twinning[name] for name in without.parts) - given
    met = sum(weights.twinning[name] * values[0] for name, values in without.parts.items()) - given
    assert without.total[0] == pytest.approx(max(met / rest, 0), abs=1e-12)
    assert with_it.total[0] == pytest.approx(max((met + 0.2 * chance) / (rest + 0.2), 0), abs=1e-12)
    assert "affinity" not in without.parts
    assert with_it.version == without.version == weights.version


@pytest.mark.parametrize(
    ("part", "values", "sentence"),
    [
        ("affinity", [np.nan], "Give the part affinity numbers from 0 to 1 only."),
        ("affinity", [np.inf], "Give the part affinity numbers from 0 to 1 only."),
        ("affinity", [-0.1], "Give the part affinity numbers from 0 to 1 only."),
        ("affinity", [0.1, 0.2], "Give the part affinity one value for each of the 1 pairs."),
        ("luck", [0.1], "A twinning has no part 'luck'; its parts are needs-a,"),
    ],
)
def test_values_from_outside_that_are_no_chances_are_refused(part: str, values: list[float], sentence: str) -> None:
    a = City(city_id="c0", version=1, status="endorsed", kind="city", name="A", country="KE", region="africa")
    profiles = Profiles.of([a, replace(a, city_id="c1")], nx.MultiGraph(), TODAY)
    with pytest.raises(InvalidScores) as refused:
        twinning.scores(profiles, twinning.few_pairs(profiles, *FIRST_TWO), further={part: np.array(values)})
    assert sentence in str(refused.value)
