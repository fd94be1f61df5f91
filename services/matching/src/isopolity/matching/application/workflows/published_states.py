"""Published states: proposals and partnerships as the events that tell of them.

Invariant: no event tells of a proposal that was never issued.
"""

from typing import Final

from isopolity.contracts import matching as contracts
from isopolity.contracts.catalogue import PROPOSAL
from isopolity.contracts.event_types import PARTNERSHIP_ENDED, PARTNERSHIP_ESTABLISHED
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import Proposal, Side
from isopolity.persistence.outbox import Outbox

_PUBLISHED: Final = contracts.OPEN_STAGES | contracts.SETTLED_STAGES


def publish_proposal(outbox: Outbox, proposal: Proposal) -> bool:
    """Tell of a change, unless the proposal was never issued; returns whether it was told."""
    if proposal.issued_at is None or proposal.stage not in _PUBLISHED:
        return False
    outbox.publish(PROPOSAL.type_named(proposal.stage), proposal_state(proposal))
    return True


def publish_partnership(outbox: Outbox, partnership: Partnership) -> None:
    """Tell of a partnership that was established or has ended."""
    is_ended = partnership.stage is PartnershipStage.ENDED
    outbox.publish(PARTNERSHIP_ENDED if is_ended else PARTNERSHIP_ESTABLISHED, partnership_state(partnership))


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
    """The state that an event carries of one side."""
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
