"""Suggestions: whether each pair can be proposed now."""

import asyncio
from typing import Any

import pytest

from isopolity.matching.application.candidates.pair_status import AVAILABLE, NOT_AT_PRESENT, PROPOSED
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import suggestions
from isopolity.matching.domain.member import twinning_pair
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import network_of, taken_by
from tests.support.matching.service import city, need, offer

WISHES: dict[str, Any] = {"needs": (need("sdg.13"),), "offers": (offer("sdg.13"),), "capacity": 1}
NETWORK = network_of([city(name, **WISHES) for name in ("lyon", "graz", "kyiv")])
GRAZ = frozenset({twinning_pair("graz", "lyon")})
NONE = frozenset[str]()


@pytest.mark.parametrize(
    ("closed_pairs", "taken", "statuses"),
    [
        (ClosedPairs(closed=NONE, proposed=NONE), {}, (AVAILABLE, AVAILABLE)),
        (ClosedPairs(closed=GRAZ, proposed=NONE), {}, (NOT_AT_PRESENT, AVAILABLE)),
        (ClosedPairs(closed=GRAZ, proposed=GRAZ), {}, (PROPOSED, AVAILABLE)),
        (ClosedPairs(closed=NONE, proposed=NONE), {"city/graz": 1}, (NOT_AT_PRESENT, AVAILABLE)),
        (ClosedPairs(closed=NONE, proposed=NONE), {"city/graz/sponsorships": 1}, (AVAILABLE, AVAILABLE)),
        (ClosedPairs(closed=NONE, proposed=NONE), {"city/lyon": 1}, (NOT_AT_PRESENT, NOT_AT_PRESENT)),
    ],
)
def test_a_pair_that_is_closed_or_has_no_slot_is_not_proposed_at_present(
    closed_pairs: ClosedPairs, taken: dict[str, int], statuses: tuple[str, str]
) -> None:
    found = asyncio.run(suggestions("lyon", closed_pairs, taken_by(taken), 9, surroundings_of(NETWORK)))
    assert tuple(each.status for each in sorted(found, key=lambda each: each.other.name)) == statuses


@pytest.mark.parametrize("asker", [None, "lyon"])
def test_a_member_is_not_told_what_room_others_have_left_and_staff_is(asker: str | None) -> None:
    nothing = ClosedPairs(closed=NONE, proposed=NONE)
    asked = suggestions("lyon", nothing, taken_by({"city/graz": 1}), 9, surroundings_of(NETWORK), asker=asker)
    found = sorted(asyncio.run(asked), key=lambda each: each.other.name)
    assert [each.status for each in found] == [NOT_AT_PRESENT if asker is None else AVAILABLE, AVAILABLE]
    asked = suggestions("lyon", nothing, taken_by({"city/lyon": 1}), 9, surroundings_of(NETWORK), asker=asker)
    assert {each.status for each in asyncio.run(asked)} == {NOT_AT_PRESENT}
