"""Both sides of a pair as a proposal keeps them: who they are at the moment, and the reasons that each reads.

Invariant: a side is a snapshot; what changes afterwards in the network changes nothing in it.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Final, TypeVar

from isopolity.matching.application.candidates.candidate import Candidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_facts import (
    SponsorshipFacts,
    TwinningFacts,
    sponsorship_facts,
    twinning_facts,
)
from isopolity.matching.application.wording.pair_reasons import (
    named_exchanges,
    named_needs,
    sponsorship_reasons,
    twinning_reasons,
)
from isopolity.matching.domain.member import City, Programme, Request, Topic
from isopolity.matching.domain.side import InterestSummary, ProgrammeSummary, Reason, RequestSummary, Side
from isopolity.wording.supports import TO_CITY, TO_PARTNER

Sides = tuple[Side, Side]
"""Side a and side b."""
_OF_CITY: Final = (
    *("name", "country", "region", "population", "about", "web"),
    *("learning_city_since", "creative_field", "illustrative"),
)
"""Fields that a city's side copies from its profile."""
Summary = TypeVar("Summary", InterestSummary, ProgrammeSummary, RequestSummary)


def sides_of(candidate: Candidate, market: Market) -> Sides:
    """The sides of a candidate, whose facts are built for it."""
    if isinstance(candidate, TwinningCandidate):
        return twinning_sides(twinning_facts(candidate, market))
    return sponsorship_sides(sponsorship_facts(candidate, market))


def twinning_sides(facts: TwinningFacts) -> Sides:
    """The two cities; `facts` are from the side of city a."""
    a, b = facts.me, facts.other
    (needs, offers), (needs_b, offers_b) = named_exchanges(facts)
    return (
        _city("a", a.twinning_holder, a, twinning_reasons(facts), needs=needs, offers=offers),
        _city("b", b.twinning_holder, b, twinning_reasons(facts.turned), needs=needs_b, offers=offers_b),
    )


def sponsorship_sides(facts: SponsorshipFacts) -> Sides:
    """The partner with its programme, and the city with its request if there is one."""
    programme, city, request = facts.programme, facts.target.city, facts.target.request
    partner_side = Side(
        side="a",
        holder=programme.holder,
        member_kind="partner",
        member_id=programme.partner_id,
        name=programme.partner_name,
        country=programme.home_country,
        programme_id=programme.programme_id,
        programme_name=programme.name,
        about=programme.about,
        web=programme.web,
        programme=_copied(ProgrammeSummary, programme),
        illustrative=programme.illustrative,
        reasons=sponsorship_reasons(facts, TO_PARTNER),
    )
    reasons, needs = sponsorship_reasons(facts, TO_CITY), named_needs(facts)
    return partner_side, _city("b", city.sponsorship_holder, city, reasons, request, needs=needs)


def _city(
    side: str,
    holder: str,
    city: City,
    reasons: tuple[Reason, ...],
    request: Request | None = None,
    *,
    needs: Sequence[Topic] = (),
    offers: Sequence[Topic] = (),
) -> Side:
    return Side(
        side=side,
        holder=holder,
        member_kind="city",
        member_id=city.city_id,
        **{name: getattr(city, name) for name in _OF_CITY},
        request_id=request.request_id if request else None,
        request_title=request.title if request else None,
        request=_copied(RequestSummary, request) if request else None,
        needs=tuple(_copied(InterestSummary, each) for each in needs),
        offers=tuple(_copied(InterestSummary, each) for each in offers),
        reasons=reasons,
    )


def _copied(summary: type[Summary], source: Programme | Request | Topic) -> Summary:
    """The summary of a programme, a request, a need or an offer, whose fields have the same names."""
    return summary(**{each.name: getattr(source, each.name) for each in fields(summary)})
