"""Grants, as amounts that a programme and a target both accept in the programme's currency; and budgets.

Invariant: no money without a request that names an amount, and no amount is converted. A request in another currency
has an amount once staff has set one.

A programme's budget has promised and open parts, and the money left. Invariant: a proposal counts as open until it is
settled, whatever a side has answered, so that the money left does not reveal a refusal.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Terms(Protocol):
    """The range of a programme's grants, as Programme and ProgrammeSummary have it."""

    @property
    def grant_min(self) -> int: ...

    @property
    def grant_max(self) -> int: ...

    @property
    def currency(self) -> str: ...


class Asked(Protocol):
    """The amounts that a request asks for, as Request and RequestSummary have them."""

    @property
    def amount_min(self) -> int: ...

    @property
    def amount_max(self) -> int: ...

    @property
    def currency(self) -> str: ...


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """The terms of a programme as a proposal named them."""

    grant_min: int
    grant_max: int
    currency: str


@dataclass(frozen=True, slots=True)
class AskedAmounts:
    """The amounts of a request as a proposal named them."""

    amount_min: int
    amount_max: int
    currency: str


@dataclass(frozen=True, slots=True)
class Span:
    """The range of a grant's amount, from `least` to `most`; both are above 0."""

    least: int
    most: int


class NoGrant(StrEnum):
    """The reason for which a pair has no span of amounts."""

    WAITS = "waits"
    """The request is in another currency, and staff has set no amount."""
    OUTSIDE = "outside"
    """There is no amount that both sides accept."""
    UNASKED = "unasked"
    """The city asks for no money, so that the pair takes a place and no money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAmount:
    """The amounts of a request in a currency, as staff has set them; they hold while it asks for the same."""

    request_id: str
    currency: str
    least: int
    most: int
    co_funding: int = 0
    """The part of `least` and of `most` that the city or others pay themselves."""
    asked_min: int
    """The request's `amount_min` when the amounts were set; the next two are its `amount_max` and `currency` then."""
    asked_max: int
    asked_currency: str
    set_at: datetime

    def holds_for(self, asked: Asked) -> bool:
        """Whether the request still asks for what it asked for when the amounts were set."""
        known = self.asked_min, self.asked_max, self.asked_currency
        return known == (asked.amount_min, asked.amount_max, asked.currency)


SetAmounts = Mapping[tuple[str, str], SetAmount]
"""Amounts that staff has set, by request id and currency."""


def gives_money(terms: Terms) -> bool:
    """Whether the programme names a range of grants."""
    return terms.grant_max > 0


def grant_span(terms: Terms, request_id: str | None, asked: Asked | None, amounts: SetAmounts) -> Span | NoGrant:
    """The amounts that both sides accept; for a request whose amounts were not kept, the programme's least grant.

    A range that begins with 0 names no least amount; its most is used instead.
    """
    if asked is None and request_id is not None:
        return Span(_least(terms), _least(terms))
    if asked is None or asked.amount_max == 0:
        return NoGrant.UNASKED
    wanted = _wanted(terms.currency, request_id, asked, amounts)
    if wanted is None:
        return NoGrant.WAITS
    least, most = max(wanted[0], terms.grant_min), min(wanted[1], terms.grant_max)
    if most <= 0 or least > most:
        return NoGrant.OUTSIDE
    return Span(least or most, most)


def reserved(terms: Terms, span: Span | NoGrant) -> int:
    """The part of the budget that a pair takes as soon as it is proposed: the least of its span, 0 if unasked.

    Else, without a span, it is the programme's largest grant, so that the budget suffices whatever is agreed.
    """
    if span is NoGrant.UNASKED:
        return 0
    return span.least if isinstance(span, Span) else terms.grant_max


def _least(terms: Terms) -> int:
    """The least that a programme grants; its most if its range begins with 0."""
    return terms.grant_min or terms.grant_max


def _wanted(currency: str, request_id: str | None, asked: Asked, amounts: SetAmounts) -> tuple[int, int] | None:
    """The amounts that the request needs from a sponsor, in `currency`; None if it has another one and none are set."""
    known = None if request_id is None else amounts.get((request_id, currency))
    if known is not None and known.holds_for(asked):
        return max(known.least - known.co_funding, 0), max(known.most - known.co_funding, 0)
    return (asked.amount_min, asked.amount_max) if asked.currency == currency else None


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
    may_ask: bool = False
    """Whether the pair may ask for money although no request is known, as an introduction before it is proposed."""

    def amount(self, programme: Terms, amounts: SetAmounts) -> int:
        """The part of the programme's budget that the pair takes; old `terms` in another currency are ignored."""
        has_terms = self.terms is not None and self.terms.currency == programme.currency and gives_money(self.terms)
        terms = self.terms if self.terms is not None and has_terms else programme
        if self.may_ask and self.asked is None:
            return _least(terms)
        return reserved(terms, grant_span(terms, self.request_id, self.asked, amounts))


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
