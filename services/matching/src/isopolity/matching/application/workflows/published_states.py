"""Proposals and partnerships as the events that tell of them."""

from isopolity.contracts import matching as contracts
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import Proposal, Side, Stage
from isopolity.persistence.outbox import Outbox


def publish_proposal(outbox: Outbox, proposal: Proposal) -> bool:
    """Tell of a change; of a proposal that was never issued nobody is told. Returns whether it was told."""
    if proposal.issued_at is None or proposal.stage in (Stage.HELD, Stage.WITHDRAWN):
        return False
    outbox.publish(f"isopolity.matching.proposal.{proposal.stage}.v1", proposal_state(proposal))
    return True


def publish_partnership(outbox: Outbox, partnership: Partnership) -> None:
    """Tell of a partnership that was established or has ended."""
    verb = "ended" if partnership.stage is PartnershipStage.ENDED else "established"
    outbox.publish(f"isopolity.matching.partnership.{verb}.v1", partnership_state(partnership))


def proposal_state(proposal: Proposal) -> contracts.ProposalState:
    """The state that an event carries; the proposal must have been issued."""
    assert proposal.issued_at is not None and proposal.answer_by is not None  # noqa: S101, PT018 - see the docstring
    return contracts.ProposalState(
        proposal_id=proposal.proposal_id,
        version=proposal.version,
        kind=proposal.kind,
        stage=proposal.stage,
        sides=(side_state(proposal.a), side_state(proposal.b)),
        score=proposal.score,
        parts=tuple(
            contracts.ScorePart(name=part.name, value=part.value, weight=part.weight) for part in proposal.parts
        ),
        round_id=proposal.round_id,
        issued_at=proposal.issued_at,
        answer_by=proposal.answer_by,
    )


def partnership_state(partnership: Partnership) -> contracts.PartnershipState:
    """The state that an event carries."""
    return contracts.PartnershipState(
        partnership_id=partnership.partnership_id,
        version=partnership.version,
        kind=partnership.kind,
        stage=partnership.stage,
        proposal_id=partnership.proposal_id,
        sides=(side_state(partnership.a), side_state(partnership.b)),
        established_at=partnership.established_at,
        ended_reason=partnership.ended_reason,
    )


def side_state(side: Side) -> contracts.Side:
    """One side."""
    return contracts.Side(
        side=side.side,
        member_kind=side.member_kind,
        member_id=side.member_id,
        name=side.name,
        country=side.country,
        region=side.region,
        population=side.population,
        programme_id=side.programme_id,
        programme_name=side.programme_name,
        request_id=side.request_id,
        request_title=side.request_title,
        illustrative=side.illustrative,
        reasons=tuple(
            contracts.Reason(code=reason.code, text=reason.text, parameters=dict(reason.parameters))
            for reason in side.reasons
        ),
        answer=side.answer,
        pending_until=side.pending_until,
    )
