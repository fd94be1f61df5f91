"""A draft: the pairs that a round chose under hold, as a state machine: open, then published as a whole, or superseded,
discarded, expired.

Invariant: a draft binds no capacity, excludes no pair and freezes none. Publishing does, pair by pair, and takes effect
outside when the time to undo it ends; undoing makes the pairs the draft's again.

`DraftNumbers` has the choice that is edited and the holder of capacity of each node, `PairsByHand` the pairs that
people put in or left out, and have neither freed nor undone since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import EditedChoice
from isopolity.matching.domain.member import owner
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.errors import DraftIsClosed


class DraftStatus(StrEnum):
    """The status of a draft; only an open one can be edited."""

    OPEN = "open"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"
    EXPIRED = "expired"


class Act(StrEnum):
    """The kinds of edits; `improve` names no pair, `undo` names an earlier edit, all others name one pair."""

    PUT_IN = "put-in"
    LEAVE_OUT = "leave-out"
    PIN = "pin"
    FORBID = "forbid"
    FREE = "free"
    REPLACE = "replace"
    IMPROVE = "improve"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft without its pairs; it has the id of its round."""

    round_id: str
    status: DraftStatus
    created_at: datetime
    expires_at: datetime
    edits: int = 0
    """The number of edits so far."""
    pairs: int = 0
    """The number of chosen pairs, published ones included."""
    published: int = 0
    """The number of chosen pairs that are published."""
    waiting: int = 0
    """The number of cities and programmes that have a chosen pair which is not published."""
    value: int = 0
    """The worth of the chosen pairs, in units of WEIGHT_UNIT."""
    bound: int = 0
    """An upper bound of the worth of any choice among the round's candidates, whatever the pins and bans."""
    published_at: datetime | None = None
    last_edit: int | None = None
    """The number of the edit that an undo would take back; None if there is no such edit."""
    out_at: datetime | None = None
    """When the proposals of the last publication go out or went out."""

    def require_open(self) -> None:
        """Raise DraftIsClosed unless the draft is open."""
        if self.status is not DraftStatus.OPEN:
            way_out = "undo that first, or run" if self.status is DraftStatus.PUBLISHED else "run"
            raise DraftIsClosed(f"This draft is {self.status}; {way_out} a round for a new one.")

    def with_published(self, number: int, waiting: int) -> "Draft":
        """The draft with `number` published pairs: its status is published if these are all its pairs, else open."""
        changed = replace(self, published=number, waiting=waiting)
        if self.status in (DraftStatus.OPEN, DraftStatus.PUBLISHED):
            is_whole = bool(number) and number == self.pairs
            changed = replace(changed, status=DraftStatus.PUBLISHED if is_whole else DraftStatus.OPEN)
        return changed

    def close(self, status: DraftStatus) -> "Draft":
        """The draft with this status if it was open; one that is closed stays as it is."""
        return replace(self, status=status) if self.status is DraftStatus.OPEN else self


class UnsentPairs(NamedTuple):
    """The numbers of published pairs of a draft of which no mail has gone out."""

    scheduled: int = 0
    ended_unsent: int = 0
    """Pairs that ended before they went out; no mail will go out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdit:
    """One edit and its effect; `value` is the gain of the choice, negative for a loss."""

    number: int
    at: datetime
    by: str
    act: Act
    pair: Pair | None
    by_pair: Pair | None = None
    """Of REPLACE: the pair that took the place of `pair`."""
    added: tuple[Pair, ...] = ()
    removed: tuple[Pair, ...] = ()
    value: int = 0
    pinned: tuple[Pair, ...] = ()
    """The pairs of this edit that were pinned before it."""
    forbidden: tuple[Pair, ...] = ()
    """The pairs of this edit that were forbidden before it."""
    before: int | None = None
    """The number of the edit that comes next for undo once this one is undone."""
    undoes: int | None = None
    """Of UNDO: the number of the edit that it took back."""
    left_alone: tuple[str, ...] = ()
    """Owners of capacity (cities, programmes) that had a pair before this edit and have no pair of either kind now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsByHand:
    """The last edit by hand of each pair; a later edit of another pair may have displaced one that was put in."""

    put_in: frozenset[Pair]
    left_out: frozenset[Pair]

    @classmethod
    def of(cls, edits: Iterable[DraftEdit]) -> Self:
        """Collect the pairs from all edits of a draft, in their order; pins and bans are not counted as by hand."""
        made = list(edits)
        undone = {edit.undoes for edit in made}
        is_in: dict[Pair, bool] = {}
        for edit in made:
            if edit.pair is None or edit.act is Act.UNDO or edit.number in undone:
                continue
            pair = min(edit.pair, edit.pair[::-1])
            is_in.pop(pair, None)
            if edit.act in (Act.PUT_IN, Act.LEAVE_OUT, Act.REPLACE):
                is_in[pair] = edit.act is Act.PUT_IN
            if edit.by_pair is not None:
                is_in[min(edit.by_pair, edit.by_pair[::-1])] = True
        return cls(
            put_in=frozenset(pair for pair, each in is_in.items() if each),
            left_out=frozenset(pair for pair, each in is_in.items() if not each),
        )


@dataclass(frozen=True, kw_only=True)  # no slots: the nodes are kept in it
class DraftNumbers:
    """Node i of `choice` is `holders[i]`."""

    choice: EditedChoice
    holders: Sequence[str]

    @cached_property
    def nodes(self) -> Mapping[str, int]:
        """The node of each holder."""
        return {holder: node for node, holder in enumerate(self.holders)}

    def waiting(self) -> int:
        """The number of cities and programmes with an unpublished chosen pair; takes 20 ms for 50,000 of them."""
        problem, edges = self.choice.problem, np.setdiff1d(self.choice.chosen, self.choice.out)
        nodes = np.union1d(problem.a[edges], problem.b[edges])
        return len({owner(self.holders[node]) for node in nodes.tolist()})

    def with_choice(self, choice: EditedChoice) -> "DraftNumbers":
        """A copy with another choice among the same candidates, which keeps the holders' nodes."""
        changed = replace(self, choice=choice)
        vars(changed)["nodes"] = self.nodes  # holders and their nodes stay the same
        return changed

    def pairs(self, edges: Integers) -> Sequence[Pair]:
        """The pairs at these positions of edges, each with its two holders in alphabetical order."""
        problem = self.choice.problem
        ends = zip(problem.a[edges].tolist(), problem.b[edges].tolist(), strict=True)
        return [_in_order(self.holders[a], self.holders[b]) for a, b in ends]

    def edge(self, pair: Pair) -> int | None:
        """The position of a pair's edge; None if the pair is not a candidate of the draft."""
        if not self.nodes.keys() >= set(pair):
            return None
        return self.choice.edge(*sorted(self.nodes[holder] for holder in pair))

    def edges_of(self, holder: str) -> Integers:
        """The positions of a holder's candidates, ascending; empty for a holder that the draft does not know."""
        problem, node = self.choice.problem, self.nodes.get(holder, -1)
        return np.flatnonzero((problem.a == node) | (problem.b == node))

    def edges(self, pairs: Iterable[Pair]) -> Integers:
        """The positions of the pairs' edges, ascending; pairs that are not candidates are left out."""
        found = (self.edge(pair) for pair in pairs)
        return np.array(sorted(edge for edge in found if edge is not None), np.int64)

    def with_pair(self, pair: Pair, weight: int, capacities: Sequence[int]) -> "DraftNumbers":
        """A copy with one more candidate; `capacities` are used for those of its holders that have no node yet."""
        numbers = self
        for holder, capacity in zip(pair, capacities, strict=True):
            if holder not in numbers.nodes:
                choice = numbers.choice.with_nodes(np.array([capacity], np.int64))
                numbers = DraftNumbers(choice=choice, holders=[*numbers.holders, holder])
        a, b = sorted(numbers.nodes[holder] for holder in pair)
        choice, _ = numbers.choice.with_edge(a, b, weight)
        return numbers.with_choice(choice)


def _in_order(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
