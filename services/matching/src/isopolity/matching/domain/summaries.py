"""Summaries of a programme and of a request, as the other side of a sponsorship hears of them.

Invariant: they are as they were when the proposal was made; nothing is decided by them.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeSummary:
    """A programme as the city hears of it; amounts are whole units of its currency, empty places mean all."""

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
    """A request as the sponsor hears of it; amounts are whole units of its currency."""

    description: str
    subjects: tuple[str, ...]
    amount_min: int
    amount_max: int
    currency: str
    starts: date | None
    ends: date | None
    beneficiaries: int | None
    payee: str | None
