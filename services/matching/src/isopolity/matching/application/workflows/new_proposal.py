"""A proposal drawn up for a candidate, and its deadlines: the end of a day in each member's own time zone.

Invariant: zone and moment are computed once, when a proposal goes out or a member asks, and kept with it.
"""

from collections.abc import Iterable
from datetime import datetime

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.machine.clock import end_of_day, is_zone
from isopolity.matching.application.candidates.candidate import Candidate, SponsorshipCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_cells import cell_texts
from isopolity.matching.application.wording.sides import sides_of
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import City
from isopolity.matching.domain.proposal import OwnDay, Proposal, Stage


def new_proposal(
    candidate: Candidate, market: Market, proposal_id: str, round_id: str | None, now: datetime
) -> Proposal:
    """The proposal for a candidate, held, with a snapshot of both sides and the reasons for each."""
    a, b = sides_of(candidate, market)
    return Proposal(
        proposal_id=proposal_id,
        version=1,
        kind=candidate.kind,
        stage=Stage.HELD,
        pair_key=candidate.key,
        a=a,
        b=b,
        score=round(candidate.score, 4),
        parts=tuple(candidate.parts),
        round_id=round_id,
        created_at=now,
        weights_version=candidate.scores.version,
        rests_on=_versions(candidate),
        cells=cell_texts(candidate, market),
    )


def _versions(candidate: Candidate) -> dict[str, int]:
    """The versions of the states that the proposal rests on, by id."""
    a, b = candidate.members
    versions = {b.city_id: b.version, a.member_id: a.version if isinstance(a, City) else a.partner_version}
    request = candidate.target.request if isinstance(candidate, SponsorshipCandidate) else None
    return versions if request is None else versions | {request.request_id: request.version}


def own_zone(member_id: str, surroundings: Surroundings) -> str | None:
    """The time zone of a member by its IANA name: its own, else that of the nearest place, else None, which is UTC."""
    known = surroundings.network.member(member_id)
    if known is None:
        return None
    kind, state = known
    if kind != "city":
        own = PartnerState.model_validate_json(state).time_zone
        return own if is_zone(own) else None
    city = CityState.model_validate_json(state)
    if is_zone(city.time_zone):
        return city.time_zone
    if city.latitude is None or city.longitude is None:
        return None
    nearest = surroundings.nearest_zone(city.country, city.latitude, city.longitude)
    return nearest if is_zone(nearest) else None


def own_day(member_id: str, moment: datetime, later: int, surroundings: Surroundings) -> OwnDay:
    """The end of the day that is `later` days after the day of `moment`, both in the member's time zone."""
    zone = own_zone(member_id, surroundings)
    return OwnDay(time_zone=zone, ends=end_of_day(moment, zone, days=later))


def as_issued(proposal: Proposal, now: datetime, surroundings: Surroundings) -> Proposal:
    """The proposal as it goes out at that moment: each side has `days_to_answer` whole days, in its own time zone."""
    a, b = (own_day(side.member_id, now, surroundings.days_to_answer, surroundings) for side in proposal.sides)
    return proposal.issue_until(now, a, b)


def closes(member_ids: Iterable[str], now: datetime, answer_days: int, surroundings: Surroundings) -> datetime:
    """When a proposal to these members that goes out now closes: when the later member's day to answer ends."""
    return max(own_day(each, now, answer_days, surroundings).ends for each in member_ids)
