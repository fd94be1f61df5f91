"""Criteria: a programme that may not exist yet, and which of its cities are looked at.

Invariant: a choice narrows what is looked at and changes no score. Nothing here depends on proposals, answers,
reservations, contacts or pauses, nor on ties of others that are not public; so a partner reads the same, whatever
others do.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

import numpy as np

from isopolity.contracts.codes import SUPPORTS
from isopolity.contracts.registry import PartnerState
from isopolity.identity.folded_text import fold
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.arrays import Booleans
from isopolity.matching.domain.member import Programme, Request
from isopolity.matching.domain.scores.sponsorship import grant_asked
from isopolity.matching.domain.scores.wants import MONEY

_NOT_STORED: Final = "criteria"
"""Stands for the id of a programme that is asked about."""
_BOUNDLESS: Final = 10**15
_NOWHERE: Final = -2
"""The number of a place that no city lies in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """A programme's conditions on cities; amounts are in its currency, and None means no bound."""

    subjects: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    population_min: int | None = None
    population_max: int | None = None
    currency: str = "EUR"
    budget: int | None = None
    grant_min: int = 0
    grant_max: int | None = None

    @property
    def names_amount(self) -> bool:
        """Whether any amount is named."""
        return bool(self.grant_min or self.grant_max or self.budget)

    @property
    def gives_money(self) -> bool:
        """Whether it names an amount or funding as a kind of support, or no kind at all."""
        return self.names_amount or MONEY in self.supports or not self.supports

    def programme(self, partner: PartnerState) -> Programme:
        """A programme of this partner, open without end; of every kind of support if no kind or amount is named."""
        bound = _BOUNDLESS if self.gives_money else 0
        stated = asdict(self) | {name: bound for name in ("budget", "grant_max") if getattr(self, name) is None}
        if not self.supports and not self.names_amount:
            stated["supports"] = tuple(SUPPORTS)
        return Programme(
            programme_id=_NOT_STORED,
            partner_id=partner.partner_id,
            partner_version=partner.version,
            partner_kind=partner.kind,
            partner_name=partner.name,
            status=partner.status,
            home_country=partner.home_country,
            name=partner.name,
            languages=tuple(partner.languages),
            **stated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Conditions on targets; None and False set no condition."""

    city_id: str | None = None
    region: str | None = None
    country: str | None = None
    subject: str | None = None
    """A subject that the target is about."""
    size_min: int | None = None
    size_max: int | None = None
    """Inhabitants; a city without a known number is found, since a programme reaches it."""
    asked_min: int | None = None
    asked_max: int | None = None
    """The range that a request's amounts must meet, in the programme's currency; without a known rate it does not."""
    benefits_min: int | None = None
    """The least number of beneficiaries that a request names; a request without a number is not found."""
    runs_on: date | None = None
    """A day within a request's period; a period without an end has all days from its first."""
    payee: str | None = None
    """Words in the name of the payee."""
    requests_only: bool = False
    first_tie_only: bool = False

    def looked_at(self, market: Market, programme: Programme) -> Booleans:
        """(targets,): which of the market's targets are chosen."""
        profiles, targets = market.profiles, market.targets
        chosen = np.ones(len(profiles), bool)
        for name, column in (("region", profiles.region), ("country", profiles.country)):
            if (code := getattr(self, name)) is not None:
                chosen &= column == profiles.numbers[name].get(code, _NOWHERE)
        if self.city_id is not None:
            chosen &= np.arange(len(profiles)) == profiles.index.get(self.city_id, _NOWHERE)
        if self.size_min is not None:
            chosen &= ~(profiles.population < self.size_min)
        if self.size_max is not None:
            chosen &= ~(profiles.population > self.size_max)
        if self.first_tie_only:
            chosen &= ~profiles.has_tie
        found: Booleans = chosen[targets.city]
        if self.subject is not None:
            found &= targets.wants.about(self.subject, len(found))
        if self.requests_only or self._is_of_requests:
            found &= targets.are_requests
        if self.benefits_min is not None or self.runs_on is not None or self.payee:
            for position in np.flatnonzero(found).tolist():
                request = targets.targets[position].request
                found[position] = request is not None and self._suits(request)
        if self.asked_min is not None or self.asked_max is not None:
            found &= self._asks(market, programme)
        return found

    @property
    def _is_of_requests(self) -> bool:
        """Whether there is a condition on something that only requests state."""
        of_requests = (self.asked_min, self.asked_max, self.benefits_min, self.runs_on, self.payee)
        return any(each is not None for each in of_requests)

    def _suits(self, request: Request) -> bool:
        """Whether the request meets the conditions."""
        day, names = self.runs_on, fold(request.payee or "")
        is_for_enough = self.benefits_min is None or (request.beneficiaries or 0) >= self.benefits_min
        starts = day is None or request.starts is None or request.starts <= day
        ends = day is None or request.ends is None or request.ends >= day
        return is_for_enough and starts and ends and all(word in names for word in fold(self.payee or "").split())

    def _asks(self, market: Market, programme: Programme) -> Booleans:
        asking, asked = grant_asked(programme, market.targets)
        meets = np.ones(len(asking), bool)
        if self.asked_min is not None:
            meets &= asked.high >= self.asked_min
        if self.asked_max is not None:
            meets &= asked.low <= self.asked_max
        found = np.zeros(len(market.targets.targets), bool)
        found[asking[meets]] = True
        return found
