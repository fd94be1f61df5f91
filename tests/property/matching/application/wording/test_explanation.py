"""Explanations and reasons of any pair: plain sentences, honest sums, nothing of who answered what."""

import asyncio
import re
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.contracts.codes import MODES, REGIONS, SUBJECTS, SUPPORTS
from isopolity.contracts.registry import CityState, PartnerState, RequestState
from isopolity.matching.adapters.affinity.learned import LearnedAffinity
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.ports.engine import Affinity
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.wording.explanation import PairExplanation
from isopolity.matching.application.workflows.queries.pair_fit import explain_pair
from isopolity.wording import phrases
from tests.support.examples import examples
from tests.support.matching.affinity import COUNTED, model
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import network_of, taken_by
from tests.support.matching.service import NOW, city, need, offer, partner, programme, request

NAMES = (
    "Washington D.C.",
    "São  Paulo",
    "Lyon\n",
    "{name}",
    "“Graz”",
    "'s-Hertogenbosch",
    "مدينة",
    "<b>Oslo</b>",
    "L'Aquila",
)
WRONG = re.compile(
    r"\s\s|\n|\bNone\b|\bnan\b|,\.|\.\.|,,| ,| ;|: \.|“”|\b[Aa] [aeio]|\b[Aa]n [^aeio]|\b1 cities|\byou offers"
)
"""Doubled or lost words and marks, and articles and verbs of the wrong form."""
SOME = tuple(SUBJECTS)[::5]
AFFINITY = LearnedAffinity(model(), "by hand")
subjects = st.sampled_from(SOME)
topics = st.tuples(subjects, st.sampled_from(list(MODES)), st.integers(1, 5))


def cities(city_id: str) -> st.SearchStrategy[CityState]:
    def built(needs: list[tuple[str, str, int]], offers: list[tuple[str, str, int]], **values: Any) -> CityState:
        return city(city_id, needs=tuple(need(*n) for n in needs), offers=tuple(offer(*o) for o in offers), **values)

    place = st.sampled_from([None, -80.0, 0.0, 45.5])
    return st.builds(
        built,
        needs=st.lists(topics, max_size=3),
        offers=st.lists(topics, max_size=3),
        name=st.sampled_from(NAMES),
        kind=st.sampled_from(["city", "county", "consortium"]),
        country=st.sampled_from(["GB", "KE"]),
        region=st.sampled_from(list(REGIONS)),
        population=st.sampled_from([None, 900, 12_000, 21_000, 3_000_000]),
        latitude=place,
        longitude=place,
        languages=st.sampled_from([(), ("en",), ("fr", "xx")]),
        learning_city_since=st.sampled_from([None, 2015]),
        creative_field=st.sampled_from([None, "film", "crafts"]),
        online_only=st.booleans(),
        wants_own_country=st.booleans(),
    )


def partners() -> st.SearchStrategy[PartnerState]:
    offered = st.builds(
        programme,
        st.just("p"),
        name=st.sampled_from(NAMES),
        subjects=st.lists(subjects, max_size=3, unique=True).map(tuple),
        supports=st.lists(st.sampled_from(list(SUPPORTS)), max_size=2, unique=True).map(tuple),
        regions=st.sampled_from([(), ("africa",)]),
        countries=st.sampled_from([(), ("KE",)]),
        currency=st.sampled_from(["EUR", "XAF"]),
        grant_min=st.sampled_from([0, 10_000, 100_000]),
    )
    return st.builds(
        lambda programme, **values: partner("s", [programme], **values),
        offered,
        name=st.sampled_from(NAMES),
        languages=st.sampled_from([(), ("fr",)]),
    )


requests = st.builds(
    request,
    st.just("r"),
    st.just("c0"),
    title=st.sampled_from(NAMES),
    subjects=st.lists(subjects, max_size=2, unique=True).map(tuple),
    amount_min=st.sampled_from([5_000, 50_000]),
)
ties = st.lists(
    st.sampled_from([*combinations(["c0", "c1", "c2"], 2), ("s", "c0"), ("s", "c2")]), max_size=3, unique=True
)
Drawn = tuple[list[CityState | PartnerState], list[RequestState], list[tuple[str, str]]]
networks = st.tuples(
    st.tuples(cities("c0"), cities("c1"), cities("c2"), partners()).map(list), st.lists(requests, max_size=1), ties
)


def explained(
    drawn: Drawn, closed: Sequence[str] = (), taken: Sequence[str] = (), affinity: Affinity | None = None
) -> list[PairExplanation]:
    network = network_of(*drawn)
    search = CandidateSearch(stage=CompiledFirstStage(), minimum_score=0.1)
    surroundings = surroundings_of(network, search=search, weights=COUNTED, affinity=affinity)
    closed_pairs = ClosedPairs(closed=frozenset(closed), proposed=frozenset())
    pairs = [("city/c0", "city/c1"), ("programme/s/p", "city/c0"), ("city/c2", "city/c0")]

    async def all_of_them() -> list[PairExplanation]:
        slots = taken_by(dict.fromkeys(taken, 9))
        return [await explain_pair(one, other, closed_pairs, slots, surroundings) for one, other in pairs]

    return asyncio.run(all_of_them())


def sentences(found: PairExplanation) -> list[str]:
    """Everything that is told of a pair, the paragraphs where they are not empty."""
    return [
        *(part.text for part in found.parts),
        *(each.text for each in found.blockers),
        *(each.text for each in found.next_best),
        *(reason.text for side in (found.a, found.b) for reason in side.reasons),
        *found.gets_a,
        *found.gets_b,
        *found.gaps,
        *filter(None, (found.connection, found.note, found.paragraph, found.told_a, found.told_b)),
    ]


@examples(60)
@given(networks)
def test_everything_told_is_a_plain_sentence(drawn: Drawn) -> None:
    for found in explained(drawn, affinity=AFFINITY):
        for text in sentences(found):
            assert WRONG.search(text) is None, text
            assert text.endswith("."), text
            assert not text.startswith((" ", ",", "."))


@examples(40)
@given(networks)
def test_the_parts_add_up_to_the_score(drawn: Drawn) -> None:
    for found in explained(drawn, affinity=AFFINITY):
        assert sum(part.contribution for part in found.parts) == pytest.approx(found.score)
        assert [part.name for part in found.parts] == list(dict.fromkeys(part.name for part in found.parts))


@examples(30)
@given(networks)
def test_a_closed_pair_tells_nothing_of_why(drawn: Drawn) -> None:
    closed = explained(drawn, closed=["c0:c1", "programme/s/p:c0", "c0:c2"])
    assert closed == explained(drawn, taken=["city/c0", "city/c0/sponsorships"])
    assert closed == explained(drawn, taken=["city/c1", "programme/s/p", "city/c2"])


@examples(30)
@given(networks)
def test_the_order_of_members_and_sides_changes_nothing(drawn: Drawn) -> None:
    members, asked, tied = drawn
    turned = (members[::-1], asked, [(other, one) for one, other in tied[::-1]])
    assert explained(drawn) == explained(turned)


@examples(60)
@given(networks)
def test_what_nobody_offers_or_looks_for_is_truly_missing(drawn: Drawn) -> None:
    members = {f"city/{member.city_id}": member for member in drawn[0] if isinstance(member, CityState)}
    for found in explained(drawn):
        for other in found.next_best:
            for words, topics in (("looks for", "needs"), ("offers anything on", "offers")):
                _, told, subject = other.text.rstrip(".").partition(f"nobody there {words} ")
                if told and found.kind == "twinning":
                    held = {phrases.subject(topic.subject) for topic in getattr(members[other.holder], topics)}
                    assert subject not in held


@examples(60)
@given(networks, st.sampled_from([None, AFFINITY]), st.sampled_from([None, {"city/c0"}]))
def test_a_candidate_is_explained_with_the_score_that_it_was_chosen_by(
    drawn: Drawn, affinity: LearnedAffinity | None, only: set[str] | None
) -> None:
    market = MarketSource(network_of(*drawn), COUNTED, affinity).market(NOW.date())
    candidate_search = CandidateSearch(stage=CompiledFirstStage(), minimum_score=0.1)
    for candidate in candidate_search.candidates(market, market.capacities.keys(), (), only=only):
        again = scored_pair(market, candidate.a, candidate.b)
        assert again.key == candidate.key
        assert again.score == pytest.approx(candidate.score)
        parts = {part.name: part.value for part in candidate.scores.parts_of(candidate.position)}
        assert {part.name: part.value for part in again.scores.parts_of(again.position)} == pytest.approx(parts)
        assert ("affinity" in parts) == (affinity is not None and candidate.kind == "twinning")
