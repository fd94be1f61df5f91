"""A proposal drawn up for a candidate."""

from datetime import datetime

from isopolity.matching.application.candidates.candidate import Candidate, SponsorshipCandidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.wording.sides import sides_of
from isopolity.matching.domain.proposal import Proposal, Stage


def new_proposal(
    candidate: Candidate, market: Market, proposal_id: str, round_id: str | None, now: datetime
) -> Proposal:
    """The proposal for a candidate, held, with a snapshot of both sides and the reasons for each."""
    a, b = sides_of(candidate, market)
    rests_on = _twinning_versions(candidate) if isinstance(candidate, TwinningCandidate) else _versions(candidate)
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
        rests_on=rests_on,
    )


def _twinning_versions(candidate: TwinningCandidate) -> dict[str, int]:
    """The versions of the states that the proposal rests on, by id."""
    return {city.city_id: city.version for city in (candidate.city_b, candidate.city_a)}


def _versions(candidate: SponsorshipCandidate) -> dict[str, int]:
    """The versions of the states that the proposal rests on, by id."""
    programme, city, request = candidate.programme, candidate.city, candidate.target.request
    versions = {city.city_id: city.version, programme.partner_id: programme.partner_version}
    return versions if request is None else versions | {request.request_id: request.version}
