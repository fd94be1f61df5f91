"""Budgets: the whole of a programme's, what is promised and open of it, and what is left.

Invariant: a proposal counts as open until it is settled, whatever a side has answered, so that nobody can tell a
refusal from what is left.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from isopolity.matching.domain.money.grants import Asked, SetAmounts, Terms, gives_money, reserved


class CommitmentState(StrEnum):
    """How far a commitment has come."""

    PROMISED = "promised"
    """A partnership stands, or has ended as completed."""
    OPEN = "open"
    """It is proposed, or the programme's partner has asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A pair that takes a part of a programme's budget, with the amounts that each side named in it."""

    holder: str
    """The programme."""
    pair_key: str
    state: CommitmentState
    terms: Terms | None = None
    """The grants as they were told; None where they were not kept."""
    request_id: str | None = None
    asked: Asked | None = None

    def amount(self, programme: Terms, amounts: SetAmounts) -> int:
        """The part of the programme's budget that it takes; terms in another currency count no more."""
        is_told = self.terms is not None and self.terms.currency == programme.currency and gives_money(self.terms)
        terms = self.terms if self.terms is not None and is_told else programme
        return reserved(terms, self.request_id, self.asked, amounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A programme's budget, in whole units of its currency."""

    whole: int
    promised: int = 0
    open: int = 0

    @property
    def committed(self) -> int:
        """What is promised or open."""
        return self.promised + self.open

    @property
    def left(self) -> int:
        """What can still be granted; 0 where more is promised or open than there is."""
        return max(self.whole - self.committed, 0)


class Funded(Terms, Protocol):
    """A programme with its budget."""

    @property
    def holder(self) -> str: ...

    @property
    def budget(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """The money of a programme: its budget, and what it grants."""

    holder: str
    budget: int
    grant_min: int
    grant_max: int
    currency: str


def budget_of(programme: Funded, commitments: Iterable[Commitment], amounts: SetAmounts) -> Budget:
    """The budget of a programme, by those of the commitments that are its own."""
    taken = Counter[CommitmentState]()
    for each in commitments:
        if each.holder == programme.holder:
            taken[each.state] += each.amount(programme, amounts)
    return Budget(whole=programme.budget, promised=taken[CommitmentState.PROMISED], open=taken[CommitmentState.OPEN])


def left_of(programmes: Iterable[Funded], commitments: Iterable[Commitment], amounts: SetAmounts) -> Mapping[str, int]:
    """What is left of the budget of each programme, by its holder."""
    by_holder = defaultdict[str, list[Commitment]](list)
    for each in commitments:
        by_holder[each.holder].append(each)
    return {each.holder: budget_of(each, by_holder[each.holder], amounts).left for each in programmes}


class MoneyLeft:
    """What is left of the budgets of some programmes, while pairs take from them one after the other."""

    def __init__(self, programmes: Iterable[Funded], commitments: Sequence[Commitment], amounts: SetAmounts) -> None:
        self._amounts = amounts
        self._funds = {each.holder: each for each in programmes if gives_money(each)}
        self._left = dict(left_of(self._funds.values(), commitments, amounts))

    def takes(self, wanted: Commitment) -> bool:
        """Whether the budget reaches for the pair, which takes its part then; one that names no grants always does."""
        fund = self._funds.get(wanted.holder)
        if fund is None:
            return True
        amount = wanted.amount(fund, self._amounts)
        if amount > self._left[fund.holder]:
            return False
        self._left[fund.holder] -= amount
        return True
