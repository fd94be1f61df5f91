"""A proposal drawn up for a pair, with a snapshot of both sides and the reasons for each."""

from datetime import datetime
from math import isnan

from isopolity.matching.application.candidates.candidate_search import Candidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.wording.connections import connection
from isopolity.matching.application.wording.sponsorship_reasons import (
    SponsorshipFacts,
    reasons_for_city,
    reasons_for_partner,
)
from isopolity.matching.application.wording.twinning_reasons import TwinningFacts, twinning_reasons
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.proposal import Proposal, Side, Stage
from isopolity.matching.domain.scores import fit, twinning
from isopolity.matching.domain.scores.target_arrays import Target


def draft(candidate: Candidate, market: Market, proposal_id: str, round_id: str | None, now: datetime) -> Proposal:
    """The proposal for a candidate, held, with a snapshot of both sides and the reasons for each."""
    a, b = _twinning_sides(candidate, market) if candidate.target is None else _sponsorship_sides(candidate, market)
    return Proposal(
        proposal_id=proposal_id,
        version=1,
        kind=candidate.kind,
        stage=Stage.HELD,
        pair_key=candidate.key,
        a=a,
        b=b,
        score=round(candidate.score, 4),
        parts=tuple(candidate.scores.parts_of(candidate.position)),
        round_id=round_id,
        created_at=now,
        weights_version=candidate.scores.version,
        rests_on=_versions(candidate),
    )


def _versions(candidate: Candidate) -> dict[str, int]:
    partner, city, target = candidate.partner, candidate.city, candidate.target
    versions = {city.city_id: city.version}
    if isinstance(partner, City):
        versions[partner.city_id] = partner.version
    else:
        versions[partner.partner_id] = partner.partner_version
    if target is not None and target.request is not None:
        versions[target.request.request_id] = target.request.version
    return versions


def _twinning_sides(candidate: Candidate, market: Market) -> tuple[Side, Side]:
    a, b = candidate.partner, candidate.city
    assert isinstance(a, City)  # noqa: S101 - a twinning joins two cities
    facts = twinning_facts(a, b, market)
    return _city_side("a", facts), _city_side("b", facts.turned)


def twinning_facts(me: City, other: City, market: Market, longest: int = 2) -> TwinningFacts:
    """What is known of a pair of cities; a path between them has at most `longest` ties."""
    profiles = market.profiles
    mine, theirs = profiles.index[me.city_id], profiles.index[other.city_id]
    km = float(twinning.distance_km(profiles, mine, theirs))
    return TwinningFacts(
        me=me,
        other=other,
        met=fit.matches(me, other, market.today, market.weights.neighbours),
        wanted=fit.matches(other, me, market.today, market.weights.neighbours),
        km=None if isnan(km) else km,
        my_first_tie=not profiles.has_tie[mine],
        their_first_tie=not profiles.has_tie[theirs],
        joins=bool(profiles.component[mine] != profiles.component[theirs]),
        connection=connection(market, me.city_id, other.city_id, longest),
    )


def _city_side(side: str, facts: TwinningFacts) -> Side:
    me = facts.me
    return Side(
        side=side,
        holder=me.holder,
        member_kind="city",
        member_id=me.city_id,
        name=me.name,
        country=me.country,
        region=me.region,
        population=me.population,
        illustrative=me.illustrative,
        reasons=twinning_reasons(facts),
    )


def sponsorship_facts(programme: Programme, target: Target, market: Market, longest: int = 2) -> SponsorshipFacts:
    """What is known of a programme and a target; a path between partner and city has at most `longest` ties."""
    city_id = target.city.city_id
    return SponsorshipFacts(
        programme=programme,
        target=target,
        today=market.today,
        first_tie=not market.profiles.has_tie[market.profiles.index[city_id]],
        connection=connection(market, programme.partner_id, city_id, longest),
        neighbours=market.weights.neighbours,
    )


def _sponsorship_sides(candidate: Candidate, market: Market) -> tuple[Side, Side]:
    programme, city, target = candidate.partner, candidate.city, candidate.target
    assert isinstance(programme, Programme) and target is not None  # noqa: S101, PT018 - as for twinnings
    facts = sponsorship_facts(programme, target, market)
    partner_side = Side(
        side="a",
        holder=programme.holder,
        member_kind="partner",
        member_id=programme.partner_id,
        name=programme.partner_name,
        country=programme.home_country,
        programme_id=programme.programme_id,
        programme_name=programme.name,
        illustrative=programme.illustrative,
        reasons=reasons_for_partner(facts),
    )
    request = target.request
    city_side = Side(
        side="b",
        holder=city.holder,
        member_kind="city",
        member_id=city.city_id,
        name=city.name,
        country=city.country,
        region=city.region,
        population=city.population,
        request_id=request.request_id if request else None,
        request_title=request.title if request else None,
        illustrative=city.illustrative,
        reasons=reasons_for_city(facts),
    )
    return partner_side, city_side
