"""Grants: the amounts that a programme and a target both accept, in the programme's currency.

Invariant: no amount is converted. A request in another currency has an amount once staff has set one.
"""

from collections.abc import Mapping
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
    """The amounts that both sides accept; without a request that names an amount, the programme's least grant.

    A range that begins with 0 names no least amount; its most is used instead.
    """
    if asked is None or asked.amount_max == 0:
        usual = terms.grant_min or terms.grant_max
        return Span(usual, usual)
    wanted = _wanted(terms.currency, request_id, asked, amounts)
    if wanted is None:
        return NoGrant.WAITS
    least, most = max(wanted[0], terms.grant_min), min(wanted[1], terms.grant_max)
    if most <= 0 or least > most:
        return NoGrant.OUTSIDE
    return Span(least or most, most)


def reserved(terms: Terms, request_id: str | None, asked: Asked | None, amounts: SetAmounts) -> int:
    """The part of the budget that a pair takes as soon as it is proposed: the least of its span.

    Without a span it is the programme's largest grant, so that the budget suffices whatever is agreed.
    """
    span = grant_span(terms, request_id, asked, amounts)
    return span.least if isinstance(span, Span) else terms.grant_max


def _wanted(currency: str, request_id: str | None, asked: Asked, amounts: SetAmounts) -> tuple[int, int] | None:
    """The amounts that the request needs from a sponsor, in `currency`; None if it has another one and none are set."""
    known = None if request_id is None else amounts.get((request_id, currency))
    if known is not None and known.holds_for(asked):
        return max(known.least - known.co_funding, 0), max(known.most - known.co_funding, 0)
    return (asked.amount_min, asked.amount_max) if asked.currency == currency else None
