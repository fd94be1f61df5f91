"""Summaries of a programme and of a request, which the other side of a sponsorship receives.

Invariant: they keep the facts as of the making of the proposal; no decision uses them.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeSummary:
    """A programme, summarised for the city; amounts are whole units of its currency, no places means all places."""

    purpose: str | None
    subjects: tuple[str, ...]
    supports: tuple[str, ...]
    grant_min: int
    grant_max: int
    currency: str
    eligibility: str | None
    regions: tuple[str, ...]
    countries: tuple[str, ...]
    population_min: int | None
    population_max: int | None
    closes: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSummary:
    """A request, summarised for the sponsor; amounts are whole units of its currency."""

    description: str
    subjects: tuple[str, ...]
    amount_min: int
    amount_max: int
    currency: str
    starts: date | None
    ends: date | None
    beneficiaries: int | None
    payee: str | None
