"""What notify does when a proposal is issued, answered or settled: it keeps a projection and enters mails.

Invariant: an event no newer than the projection changes nothing, so that a redelivered event enters no second mail.
"""

from collections.abc import Iterable, Mapping

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Event
from isopolity.contracts.matching import ProposalState
from isopolity.contracts.matching import Side as SideState
from isopolity.lineage import current_lineage
from isopolity.messaging.errors import Awaiting, PoisonMessage
from isopolity.notify.application.contacts import member
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.mail import UNDELIVERABLE, Mail, Purpose
from isopolity.notify.domain.proposal import SIDES, Proposal, Reason, Side


class ProposalHandlers:
    """Handlers of the proposal topic."""

    def __init__(self, clock: Clock, ids: IdFactory) -> None:
        self._clock = clock
        self._ids = ids

    async def issued(self, event: Event[ProposalState], unit_of_work: NotifyUnitOfWork) -> None:
        """Enter a mail to each side; wait while a member has no contact, unless the proposal is known already."""
        proposal = to_proposal(event.data)
        chosen = await unit_of_work.contacts.first_choices([side.member_id for side in proposal.sides])
        missing = [side.member_id for side in proposal.sides if side.member_id not in chosen]
        if missing and not await unit_of_work.proposals.get([proposal.proposal_id]):
            raise Awaiting(member(missing[0]))
        if await unit_of_work.proposals.put(proposal):
            reached = [side for side in proposal.sides if side.member_id in chosen]
            recipients = {side.side: chosen[side.member_id].contact_id for side in reached}
            await self._enter(event, Purpose.PROPOSAL, recipients, unit_of_work)

    async def answered(self, event: Event[ProposalState], unit_of_work: NotifyUnitOfWork) -> None:
        """Keep the projection; nobody is told what one side answered."""
        await unit_of_work.proposals.put(to_proposal(event.data))

    async def agreed(self, event: Event[ProposalState], unit_of_work: NotifyUnitOfWork) -> None:
        """Introduce the two who said yes to each other."""
        await self._settle(event, Purpose.INTRODUCTION, unit_of_work)

    async def closed(self, event: Event[ProposalState], unit_of_work: NotifyUnitOfWork) -> None:
        """Tell both sides, if they knew of the proposal, that it is closed; declined and expired read the same."""
        await self._settle(event, Purpose.CLOSING, unit_of_work)

    async def _settle(self, event: Event[ProposalState], purpose: Purpose, unit_of_work: NotifyUnitOfWork) -> None:
        proposal = to_proposal(event.data)
        if not await unit_of_work.proposals.put(proposal):
            return
        told = await unit_of_work.mails.of_proposals([proposal.proposal_id], Purpose.PROPOSAL)
        if not told:  # where it was parked for want of a contact it is over now, and waits no longer
            for side in proposal.sides:
                unit_of_work.parking.arrived(member(side.member_id))
        recipients = {mail.side: mail.contact_id for mail in told if mail.state not in UNDELIVERABLE}
        await self._enter(event, purpose, recipients, unit_of_work)

    async def _enter(
        self,
        event: Event[ProposalState],
        purpose: Purpose,
        recipients: Mapping[str, str],
        unit_of_work: NotifyUnitOfWork,
    ) -> None:
        """Enter the mails, one a side: a side that has one for this purpose keeps it, whoever its contact is by now."""
        entered = await unit_of_work.mails.of_proposals([event.data.proposal_id], purpose)
        served = {mail.side for mail in entered}
        missing = {side: contact_id for side, contact_id in recipients.items() if side not in served}
        await unit_of_work.mails.add(self._mails(event, purpose, missing))

    def _mails(self, event: Event[ProposalState], purpose: Purpose, recipients: Mapping[str, str]) -> list[Mail]:
        now = self._clock()
        lineage = current_lineage() or event.envelope.lineage
        return [
            Mail(
                mail_id=self._ids(),
                occasion_id=event.data.proposal_id,
                side=side,
                purpose=purpose,
                contact_id=contact_id,
                created_at=now,
                due_at=now,
                updated_at=now,
                correlation_id=lineage.correlation_id,
                causation_id=lineage.causation_id,
                traceparent=lineage.traceparent,
            )
            for side, contact_id in sorted(recipients.items())
        ]


def to_proposal(state: ProposalState) -> Proposal:
    """The projection of `state`. Raises PoisonMessage where its sides are not `a` and `b`."""
    first, second = _sides(state.sides)
    if {first.side, second.side} != SIDES:
        raise PoisonMessage("invalid-sides", "the sides of a proposal are called a and b")
    return Proposal(
        proposal_id=state.proposal_id,
        version=state.version,
        kind=state.kind,
        stage=state.stage,
        sides=(first, second),
        issued_at=state.issued_at,
        answer_by=state.answer_by,
    )


def _sides(states: Iterable[SideState]) -> list[Side]:
    return [
        Side(
            side=state.side,
            member_kind=state.member_kind,
            member_id=state.member_id,
            name=state.name,
            country=state.country,
            population=state.population,
            programme_name=state.programme_name,
            request_title=state.request_title,
            illustrative=state.illustrative,
            reasons=tuple(
                Reason(code=reason.code, text=reason.text, parameters=reason.parameters) for reason in state.reasons
            ),
        )
        for state in states
    ]
