"""Budgets of programmes: the whole, its promised and open parts, and the money left.

Invariant: a proposal counts as open until it is settled, whatever a side has answered, so that the money left does not
reveal a refusal.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from isopolity.matching.domain.money.grants import Asked, SetAmounts, Terms, gives_money, reserved


class CommitmentState(StrEnum):
    """Whether a commitment is promised already, or still open."""

    PROMISED = "promised"
    """A partnership stands, or has been completed."""
    OPEN = "open"
    """The pair is proposed, or the programme's partner has asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A pair that takes a part of a programme's budget, with the amounts that each side has named."""

    holder: str
    """The holder of the programme's capacity, which identifies the programme."""
    pair_key: str
    state: CommitmentState
    terms: Terms | None = None
    """The programme's grants as the proposal named them; None if they were not kept."""
    request_id: str | None = None
    asked: Asked | None = None

    def amount(self, programme: Terms, amounts: SetAmounts) -> int:
        """The part of the programme's budget that the pair takes; old `terms` in another currency are ignored."""
        has_terms = self.terms is not None and self.terms.currency == programme.currency and gives_money(self.terms)
        terms = self.terms if self.terms is not None and has_terms else programme
        return reserved(terms, self.request_id, self.asked, amounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A programme's budget, in whole units of its currency."""

    whole: int
    promised: int = 0
    open: int = 0

    @property
    def committed(self) -> int:
        """The sum of promised and open money."""
        return self.promised + self.open

    @property
    def left(self) -> int:
        """The money that can still be granted; 0 if more is promised or open than the budget has."""
        return max(self.whole - self.committed, 0)


class Funded(Terms, Protocol):
    """The fields of a programme that a budget needs."""

    @property
    def holder(self) -> str: ...

    @property
    def budget(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """A programme reduced to its budget and the range of its grants."""

    holder: str
    budget: int
    grant_min: int
    grant_max: int
    currency: str


def budget_of(programme: Funded, commitments: Iterable[Commitment], amounts: SetAmounts) -> Budget:
    """The budget of a programme; `commitments` of other programmes are ignored."""
    taken = Counter[CommitmentState]()
    for each in commitments:
        if each.holder == programme.holder:
            taken[each.state] += each.amount(programme, amounts)
    return Budget(whole=programme.budget, promised=taken[CommitmentState.PROMISED], open=taken[CommitmentState.OPEN])


def left_of(programmes: Iterable[Funded], commitments: Iterable[Commitment], amounts: SetAmounts) -> Mapping[str, int]:
    """The money left of each programme's budget, by the programme's holder."""
    by_holder = defaultdict[str, list[Commitment]](list)
    for each in commitments:
        by_holder[each.holder].append(each)
    return {each.holder: budget_of(each, by_holder[each.holder], amounts).left for each in programmes}


class MoneyLeft:
    """The money left in the budgets of some programmes while pairs take from them one after the other."""

    def __init__(self, programmes: Iterable[Funded], commitments: Sequence[Commitment], amounts: SetAmounts) -> None:
        self._amounts = amounts
        self._funds = {each.holder: each for each in programmes if gives_money(each)}
        self._left = dict(left_of(self._funds.values(), commitments, amounts))

    def takes(self, wanted: Commitment) -> bool:
        """Take the pair's part from its budget if there is enough; always true if the programme names no grants."""
        fund = self._funds.get(wanted.holder)
        if fund is None:
            return True
        amount = wanted.amount(fund, self._amounts)
        if amount > self._left[fund.holder]:
            return False
        self._left[fund.holder] -= amount
        return True
