"""Published states: proposals, partnerships and interests that are over, as events.

Invariant: no event is published about a proposal that was never issued.
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Final

from isopolity.contracts import matching as contracts
from isopolity.contracts.catalogue import PROPOSAL
from isopolity.contracts.event import Lineage
from isopolity.contracts.event_types import INTEREST_ENDED, PARTNERSHIP_ENDED, PARTNERSHIP_ESTABLISHED
from isopolity.identity.lineage import current_lineage, lineage_of
from isopolity.matching.domain.interest import Interest, InterestStage
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import Order, Proposal
from isopolity.matching.domain.side import Side
from isopolity.persistence.unit_of_work import Outbox

_PUBLISHED: Final = contracts.OPEN_STAGES | contracts.SETTLED_STAGES


def present_order() -> Order | None:
    """The order that this task carries out: of the request that it serves, or of the event that it handles."""
    lineage = current_lineage()
    return None if lineage is None else Order(correlation_id=lineage.correlation_id, causation_id=lineage.causation_id)


def because_of(order: Order | None) -> AbstractContextManager[None]:
    """Events that the block publishes name this order as their cause, unless the task has a lineage already."""
    if order is None or current_lineage() is not None:
        return nullcontext()
    return lineage_of(Lineage(order.correlation_id, order.causation_id))


def publish_proposal(outbox: Outbox, proposal: Proposal) -> bool:
    """Publish a change, unless the proposal was never issued; returns whether it was published."""
    if proposal.issued_at is None or proposal.stage not in _PUBLISHED:
        return False
    with because_of(proposal.ordered_by):
        outbox.publish(PROPOSAL.type_named(proposal.stage), proposal_state(proposal))
    return True


def publish_partnership(outbox: Outbox, partnership: Partnership) -> None:
    """Publish a partnership that was established, whose visibility has changed, or that has ended."""
    is_ended = partnership.stage is PartnershipStage.ENDED
    outbox.publish(PARTNERSHIP_ENDED if is_ended else PARTNERSHIP_ESTABLISHED, partnership_state(partnership))


def publish_interest(outbox: Outbox, interest: Interest) -> bool:
    """Publish an interest that is over, so that its asker is mailed; returns whether it was over."""
    if interest.stage is not InterestStage.OVER:
        return False
    with because_of(interest.ordered_by):
        outbox.publish(INTEREST_ENDED, interest_ended(interest))
    return True


def proposal_state(proposal: Proposal) -> contracts.ProposalState:
    """The state that an event carries; the proposal must have been issued."""
    assert proposal.issued_at is not None and proposal.answer_by is not None  # noqa: S101, PT018 - see the docstring
    return contracts.ProposalState.model_validate(proposal, from_attributes=True)


def partnership_state(partnership: Partnership) -> contracts.PartnershipState:
    """The state that an event carries."""
    return contracts.PartnershipState.model_validate(partnership, from_attributes=True)


def interest_ended(interest: Interest) -> contracts.InterestEnded:
    """The content of an interest's event; it holds only what the asker said and knows."""
    named = replace(interest, member_name=interest.member_name or interest.member_id)
    return contracts.InterestEnded.model_validate(named, from_attributes=True)


def side_state(side: Side) -> contracts.Side:
    """The state that an event carries of one side."""
    return contracts.Side.model_validate(side, from_attributes=True)
