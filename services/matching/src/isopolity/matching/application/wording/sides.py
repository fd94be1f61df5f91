"""Both sides of a pair as a proposal keeps them: who they are at the moment, and the reasons told to each.

Invariant: a side is a snapshot; what changes afterwards in the network changes nothing in it.
"""

from dataclasses import fields
from typing import TypeVar

from isopolity.matching.application.candidates.candidate import Candidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_facts import (
    SponsorshipFacts,
    TwinningFacts,
    sponsorship_facts,
    twinning_facts,
)
from isopolity.matching.application.wording.pair_reasons import reasons_for_city, reasons_for_partner, twinning_reasons
from isopolity.matching.domain.member import Programme, Request
from isopolity.matching.domain.side import ProgrammeSummary, RequestSummary, Side

Sides = tuple[Side, Side]
"""Side a and side b."""
Summary = TypeVar("Summary", ProgrammeSummary, RequestSummary)


def sides_of(candidate: Candidate, market: Market) -> Sides:
    """The sides of a candidate, whose facts are built for it."""
    if isinstance(candidate, TwinningCandidate):
        return twinning_sides(twinning_facts(candidate, market))
    return sponsorship_sides(sponsorship_facts(candidate, market))


def twinning_sides(facts: TwinningFacts) -> Sides:
    """The two cities; `facts` are from the side of city a."""
    return _city("a", facts), _city("b", facts.turned)


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
        reasons=reasons_for_partner(facts),
    )
    city_side = Side(
        side="b",
        holder=city.sponsorship_holder,
        member_kind="city",
        member_id=city.city_id,
        name=city.name,
        country=city.country,
        region=city.region,
        population=city.population,
        request_id=request.request_id if request else None,
        request_title=request.title if request else None,
        about=city.about,
        web=city.web,
        learning_city_since=city.learning_city_since,
        creative_field=city.creative_field,
        request=_copied(RequestSummary, request) if request else None,
        illustrative=city.illustrative,
        reasons=reasons_for_city(facts),
    )
    return partner_side, city_side


def _city(side: str, facts: TwinningFacts) -> Side:
    me = facts.me
    return Side(
        side=side,
        holder=me.twinning_holder,
        member_kind="city",
        member_id=me.city_id,
        name=me.name,
        country=me.country,
        region=me.region,
        population=me.population,
        about=me.about,
        web=me.web,
        learning_city_since=me.learning_city_since,
        creative_field=me.creative_field,
        illustrative=me.illustrative,
        reasons=twinning_reasons(facts),
    )


def _copied(summary: type[Summary], source: Programme | Request) -> Summary:
    """The summary of a programme or request, whose fields have the same names."""
    return summary(**{each.name: getattr(source, each.name) for each in fields(summary)})
