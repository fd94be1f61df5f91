"""What could stand in the place of a pair: other candidates of its two members, or a city that is named.

Invariant: each tells what the whole draft would gain or lose by it and who would lose a pair, or what bars it; what
costs the draft least comes first.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.matching.models import By, ChosenPairView, DraftPairView, PairEditOrder, TrialOrder, TrialView
from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor, ServiceApis
from isopolity.portal.entrypoints.http.forms.optional_answers import unless

_BEST: Final = 4
"""Candidates of each side that are shown."""
_FOUND: Final = 3
"""Cities of a name that are shown, each with either side."""


Pair = ChosenPairView | DraftPairView


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A pair that could stand in the place of another, and what that would do."""

    pair: Pair
    trial: TrialView


async def tried(
    apis: ServiceApis, round_id: str, pair: DraftPairView, text: str
) -> tuple[TrialView | None, Sequence[Swap]]:
    """What putting a pair in, or leaving it out, would do, and each pair in its place; None and none where it cannot
    be tried now.
    """
    in_place: Sequence[Pair] = ()
    if pair.chosen:
        in_place = await (_with_cities(apis, pair, text) if text else _candidates(apis, round_id, pair))
    own = PairEditOrder(act="leave-out" if pair.chosen else "put-in", pair=_names(pair))
    swaps = (PairEditOrder(act="replace", pair=_names(pair), by=By(_names(each))) for each in in_place)
    order = TrialOrder(edits=[own, *swaps])
    sent = apis.send(matching.drafts.trial(round_id, order), is_long=True)
    answer = await unless(sent, NotAllowed, NotForThisVisitor)
    if answer is None:  # a city that is found has left meanwhile, or the draft has closed
        return None, ()
    trial, *trials = answer
    found = [Swap(pair=each, trial=of_each) for each, of_each in zip(in_place, trials, strict=True)]
    return trial, sorted(found, key=lambda each: loss(each.trial))


def loss(trial: TrialView) -> float:
    """What the draft would lose by it; what is barred comes last."""
    return inf if trial.edit is None else -trial.edit.value


async def _candidates(apis: ServiceApis, round_id: str, pair: DraftPairView) -> Sequence[Pair]:
    """The best candidates of both sides that are not chosen."""
    found = await asyncio.gather(
        *(
            apis.send(matching.drafts.pairs(round_id, member=side, standing="other", limit=_BEST))
            for side in (pair.a, pair.b)
        )
    )
    return [each for of_side in found for each in of_side.items]


async def _with_cities(apis: ServiceApis, pair: DraftPairView, text: str) -> Sequence[Pair]:
    """Both sides with the cities of a name."""
    cities = (await apis.send(registry.cities.list(text=text, order="name", limit=_FOUND))).items
    return [
        ChosenPairView(a=side, a_name=name, b=city.city_id, b_name=city.name)
        for side, name in ((pair.a, pair.a_name), (pair.b, pair.b_name))
        for city in cities
        if city.city_id not in (pair.a, pair.b)
    ]


def _names(pair: Pair) -> tuple[str, str]:
    return pair.a, pair.b
