"""A problem of takers and givers and a choice, as arrays that the kernels change in place.

Invariant: `chosen`, `slots`, `used`, `taken` and `total` describe the same choice, which keeps all capacities.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Integers
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.compiled import borrowing

WORK = 0
"""The position in `counters` of the number of edges looked at."""
ROOM = 1
"""The position in `counters` of the number of free slots of givers."""


class Choosing(NamedTuple):
    """A choice among offers: edges, sorted by taker, each taker's heaviest first."""

    start: Integers
    """(takers + 1,): the position of each taker's first offer."""
    taker: Integers
    """(offers,): the taker of each offer."""
    giver: Integers
    weight: Integers
    size: Integers
    """(takers,): capacities."""
    slot_start: Integers
    """(givers + 1,): the position in `slots` of each giver's first slot; it has as many as its capacity."""
    taken: Integers
    """(takers,): the number of chosen offers."""
    total: Integers
    """(takers,): the sum of the weights of its chosen offers and of its fixed edges."""
    chosen: Integers
    """(offers,): 1 if the offer is chosen, else 0."""
    place: Integers
    """(offers,): the slot of a chosen offer."""
    slots: Integers
    used: Integers
    """(givers,): the number of used slots; these come first."""
    seen: Integers
    """(givers,): 1 if the current search has reached the giver, else 0."""
    parent: Integers
    """(givers,): the giver from which a search came."""
    out: Integers
    """(givers,): the offer at `parent` that a taker would give up."""
    into: Integers
    """(givers,): the offer that this taker would get instead."""
    queue: Integers
    counters: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """The edges of a problem of two sides as offers: offer i is edge `edge[i]`. Nodes keep their order in each side."""

    edge: Integers
    takers: Integers
    """(takers,): the node of each taker."""
    empty: Choosing
    """The state in which no offer is chosen."""

    @classmethod
    def of(cls, problem: RoundProblem, is_taker: Booleans, fixed: Integers) -> "Offers":
        """The offers of a problem without rules, whose edges join takers and givers; `fixed` is a sum for each node."""
        first = is_taker[problem.a]
        number = np.where(is_taker, np.cumsum(is_taker), np.cumsum(~is_taker)) - 1
        taker = number[np.where(first, problem.a, problem.b)]
        giver = number[np.where(first, problem.b, problem.a)]
        edge = np.lexsort((giver, -problem.weight, taker))
        size, room = problem.capacity[is_taker], problem.capacity[~is_taker]
        room = np.minimum(room, np.bincount(giver, minlength=len(room)))
        slot_start = np.concatenate(([0], np.cumsum(room)))
        empty = Choosing(
            start=np.concatenate(([0], np.cumsum(np.bincount(taker, minlength=len(size))))),
            taker=taker[edge],
            giver=giver[edge],
            weight=problem.weight[edge],
            size=size,
            slot_start=slot_start,
            taken=np.zeros(len(size), np.int64),
            total=fixed[is_taker].copy(),
            chosen=np.zeros(len(edge), np.int64),
            place=np.zeros(len(edge), np.int64),
            slots=np.zeros(slot_start[-1], np.int64),
            used=np.zeros(len(room), np.int64),
            seen=np.zeros(len(room), np.int64),
            parent=np.zeros(len(room), np.int64),
            out=np.zeros(len(room), np.int64),
            into=np.zeros(len(room), np.int64),
            queue=np.zeros(len(room), np.int64),
            counters=np.array([0, slot_start[-1]]),
        )
        return cls(edge=edge, takers=np.flatnonzero(is_taker), empty=empty)

    def choosing(self, chosen: Integers) -> Choosing:
        """The state in which the offers at these positions are chosen."""
        state = Choosing(*(array.copy() for array in self.empty))
        _choose(state, chosen)
        return state


@borrowing
def choose(state: Choosing, offer: int) -> None:
    """Choose an offer; its ends must have room."""
    taker, giver = state.taker[offer], state.giver[offer]
    slot = state.slot_start[giver] + state.used[giver]
    state.chosen[offer], state.place[offer], state.slots[slot] = 1, slot, offer
    state.used[giver] += 1
    state.counters[ROOM] -= 1
    state.taken[taker] += 1
    state.total[taker] += state.weight[offer]


@borrowing
def leave(state: Choosing, offer: int) -> None:
    """Drop a chosen offer."""
    taker, giver = state.taker[offer], state.giver[offer]
    state.used[giver] -= 1
    state.counters[ROOM] += 1
    last = state.slots[state.slot_start[giver] + state.used[giver]]
    state.slots[state.place[offer]], state.place[last] = last, state.place[offer]
    state.chosen[offer] = 0
    state.taken[taker] -= 1
    state.total[taker] -= state.weight[offer]


@borrowing
def has_room(state: Choosing, giver: int) -> bool:
    """Whether the giver has a free slot."""
    return bool(state.slot_start[giver] + state.used[giver] < state.slot_start[giver + 1])


@borrowing
def weakest(state: Choosing, taker: int) -> int:
    """The lightest chosen offer of a taker, -1 if it has none."""
    for offer in range(state.start[taker + 1] - 1, state.start[taker] - 1, -1):
        if state.chosen[offer]:
            return int(offer)
    return -1


@borrowing
def _choose(state: Choosing, chosen: Integers) -> None:
    for offer in chosen:
        choose(state, offer)
