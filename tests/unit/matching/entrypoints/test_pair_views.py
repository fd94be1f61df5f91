"""A pair explained to one of its sides: what that side should bear in mind, and not what the other reads."""

import asyncio

from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import explain_pair
from isopolity.matching.entrypoints.http.pair_schemas import PairView
from tests.support.matching.instance import many_wishes, network_of, surroundings_of
from tests.support.matching.networks import taken_by

NOTHING = ClosedPairs(closed=frozenset(), proposed=frozenset())


def explained(*languages: str) -> tuple[PairView, PairView]:
    """The pair of two cities that work in these languages, as the first of them and as staff reads it."""
    cities = [
        city.model_copy(update={"languages": (spoken,)})
        for city, spoken in zip(many_wishes(2, capacity=1), languages, strict=True)
    ]
    asked = explain_pair("city/city-0", "city/city-1", NOTHING, taken_by({}), surroundings_of(network_of(cities)))
    found = asyncio.run(asked)
    return PairView.of(found, "city-0"), PairView.of(found, None)


def test_a_side_reads_what_it_should_bear_in_mind_and_not_what_the_other_should() -> None:
    own, whole = explained("fi", "ar")
    assert any("Arabic" in text for text in own.a.to_mind)
    assert own.b.to_mind == []
    assert whole.b.to_mind != []


def test_nothing_to_bear_in_mind_is_an_empty_list() -> None:
    own, _ = explained("fi", "fi")
    assert not any("Finnish" in text for text in own.a.to_mind)
