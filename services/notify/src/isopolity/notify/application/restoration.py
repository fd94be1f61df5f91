"""Restoration from a backup: the state of the topics is taken over before anything is mailed or published.

The delivery topic holds the outcomes of mails since the backup, the response topic the answers, matching's topics the
proposals and ended partnerships. The words of answers, and the ends of links by staff, are lost.

Invariant: a mail without an outcome on a topic is never sent automatically: it becomes unknown, and a person decides.
This applies to mails that were open at the backup, and to mails that later proposals and ended partnerships or
interests must have caused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.contracts.answers import Choice
from isopolity.contracts.catalogue import CONTACT, DELIVERY, INTEREST, PARTNERSHIP, PROPOSAL, RESPONSE, TOPIC_OF_TYPE
from isopolity.contracts.event import Data, Event
from isopolity.contracts.matching import InterestEnded, PartnershipState, ProposalState
from isopolity.contracts.notify import DeliveryState, ResponseReceived
from isopolity.contracts.registry import ContactState
from isopolity.machine.clock import Clock, IdFactory
from isopolity.messaging.errors import PoisonMessage
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.matching_events import recipients_of_end, to_ended, to_ended_interest, to_proposal
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.application.registry_events import MemberEvent, forget_contact, member_changed
from isopolity.notify.domain.mail import Mail, MailState, Purpose
from isopolity.notify.domain.proposal import Answer, EndedPartnership, Proposal
from isopolity.persistence.republication import Finding

RESTORED: Final = "restored"
"""The reason of a mail that is unknown because its outcome, if any, is newer than the backup."""
_CHOICES: Final = frozenset(choice.value for choice in Choice)
_OUTCOMES: Final = frozenset(state.value for state in MailState) - {MailState.DEFERRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The content of the topics: the newest event by key, and all answers."""

    contacts: Mapping[str, Event[ContactState]]
    proposals: Mapping[str, Event[ProposalState]]
    partnerships: Mapping[str, Event[PartnershipState]]
    interests: Mapping[str, Event[InterestEnded]]
    deliveries: Mapping[str, Event[DeliveryState]]
    answers: Sequence[ResponseReceived]
    members: Sequence[MemberEvent] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restoration:
    """A restoration within one transaction."""

    known: Known
    uow: NotifyUnitOfWork
    clock: Clock
    ids: IdFactory
    findings: list[Finding] = field(default_factory=list)

    async def erasures(self) -> None:
        """Forget contacts that were erased since the backup."""
        for key, event in self.known.contacts.items():
            if event.data.status == "erased" and await forget_contact(event.data, self.uow):
                self._found(CONTACT.name, key, "applied", "erased")

    async def members(self) -> None:
        """Store the newest state of each member, for staff's lists."""
        for event in self.known.members:
            await member_changed(event, self.uow)

    async def newer_proposals(self) -> list[tuple[Event[ProposalState], Proposal]]:
        """Store the newest state of each proposal; returns the proposals that were not known at that version."""
        newer = []
        for key, event in self.known.proposals.items():
            try:
                proposal = to_proposal(event.data)
            except PoisonMessage:
                continue
            if await self.uow.proposals.put(proposal):
                newer.append((event, proposal))
                self._found(PROPOSAL.name, key, "adopted", proposal.stage)
        return newer

    async def newer_ends(self) -> list[tuple[Event[PartnershipState], EndedPartnership]]:
        """Store each ended partnership; returns those that were not known."""
        newer = []
        for key, event in self.known.partnerships.items():
            try:
                ended = to_ended(event.data)
            except PoisonMessage:
                continue
            if ended is not None and await self.uow.partnerships.add(ended):
                newer.append((event, ended))
                self._found(PARTNERSHIP.name, key, "adopted", ended.reason)
        return newer

    async def newer_interests(self) -> None:
        """Store each ended interest; if it was not known, its mail is entered as unknown: no topic has its outcome."""
        for key, event in self.known.interests.items():
            ended = to_ended_interest(event.data)
            if not await self.uow.interests.add(ended):
                continue
            self._found(INTEREST.name, key, "adopted", "over")
            if ended.is_news(self.clock()):
                await self._enter(event, key, "", Purpose.NOT_INTRODUCED, "")

    async def deliveries(self) -> None:
        """Take over the outcomes of mails; mails that the ledger does not know are entered."""
        deliveries = {key: event for key, event in self.known.deliveries.items() if _is_known(event.data)}
        occasions = sorted({event.data.proposal_id for event in deliveries.values()})
        proposals, ended = await self.uow.proposals.get(occasions), await self.uow.partnerships.get(occasions)
        mails = {mail.mail_id: mail for mail in await self.uow.mails.find(sorted(deliveries))}
        for key, event in deliveries.items():
            mail = mails.get(key)
            if event.data.proposal_id not in (ended if event.data.purpose == Purpose.ENDING else proposals):
                self._found(DELIVERY.name, key, "lost", "its proposal or partnership is not known")
            elif mail is None:
                await self.uow.mails.add([_mail(event)])
                self._found(DELIVERY.name, key, "adopted", event.data.outcome)
            elif mail.version < event.data.version:
                await self.uow.mails.save([_ended(mail, event.data)])
                self._found(DELIVERY.name, key, "adopted", event.data.outcome)

    async def open_mails(self) -> None:
        """Mark mails as unknown that were open when the backup was taken."""
        unknown = [mail.left_by_backup(self.clock(), RESTORED) for mail in await self.uow.mails.open()]
        await self.uow.mails.save(unknown)
        for mail in unknown:
            self._found(DELIVERY.name, mail.mail_id, "unknown", f"{mail.purpose}, open when the backup was taken")

    async def mails_since(self, event: Event[ProposalState], proposal: Proposal) -> None:
        """Enter as unknown each mail that the proposal must have caused and that no topic mentions."""
        mails = self.uow.mails
        entered = {mail.side: mail for mail in await mails.of_proposals([proposal.proposal_id], Purpose.PROPOSAL)}
        if not proposal.settled or proposal.agreed:
            chosen = await self.uow.contacts.first_choices([side.member_id for side in proposal.sides])
            for side in proposal.sides:
                if side.side not in entered and side.side != proposal.asked_by:
                    contact = chosen.get(side.member_id)
                    recipient = contact.contact_id if contact else ""
                    entered[side.side] = await self._enter(
                        event, proposal.proposal_id, side.side, Purpose.PROPOSAL, recipient
                    )
        if proposal.settled:
            purpose = Purpose.INTRODUCTION if proposal.agreed else Purpose.CLOSING
            served = {mail.side for mail in await mails.of_proposals([proposal.proposal_id], purpose)}
            recipients = await recipients_of_end(proposal, list(entered.values()), self.uow)
            for side_name, contact_id in recipients.items():
                if side_name not in served:
                    await self._enter(event, proposal.proposal_id, side_name, purpose, contact_id)

    async def mails_of_end(self, event: Event[PartnershipState], ended: EndedPartnership) -> None:
        """Enter as unknown each mail that the end must have caused and that no topic mentions."""
        if not ended.is_news(self.clock()):
            return
        entered = await self.uow.mails.of_proposals([ended.proposal_id], Purpose.ENDING)
        served = {mail.side for mail in entered}
        for side in ended.sides:
            if side.side not in served:
                await self._enter(event, ended.proposal_id, side.side, Purpose.ENDING, "")

    async def _enter(self, event: Event[Data], occasion_id: str, side: str, purpose: Purpose, contact_id: str) -> Mail:
        now = self.clock()
        mail = new_mail(
            self.ids(), occasion_id, purpose, event.envelope.lineage, now, side=side, contact_id=contact_id
        ).left_by_backup(now, RESTORED)
        await self.uow.mails.add([mail])
        topic, key = TOPIC_OF_TYPE[event.envelope.type].name, event.envelope.subject
        self._found(topic, key, "unknown", f"the mail {mail.mail_id} to {f'side {side}' if side else 'the asker'}")
        return mail

    async def answers(self) -> None:
        """Record answers that are newer than the known ones; their words are lost."""
        for given in sorted(self.known.answers, key=lambda answer: answer.answered_at):
            if given.answer not in _CHOICES:
                continue
            stored = await self.uow.answers.get(given.proposal_id, given.side)
            if stored is not None and stored.answered_at >= given.answered_at:
                continue
            if await self.uow.answers.record(_answer(given)):
                self._found(RESPONSE.name, given.proposal_id, "adopted", f"side {given.side}, without its words")

    def _found(self, topic: str, key: str, outcome: str, detail: str) -> None:
        self.findings.append(Finding(topic=topic, key=key, outcome=outcome, detail=detail))


async def take_in(known: Known, uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> Sequence[Finding]:
    """Bring the database up to date with the topics; returns a finding for each difference."""
    restoration = _Restoration(known=known, uow=uow, clock=clock, ids=ids)
    await restoration.erasures()
    await restoration.members()
    newer, ends = await restoration.newer_proposals(), await restoration.newer_ends()
    await restoration.deliveries()
    await restoration.open_mails()
    for event, proposal in newer:
        await restoration.mails_since(event, proposal)
    for end, partnership in ends:
        await restoration.mails_of_end(end, partnership)
    await restoration.newer_interests()
    await restoration.answers()
    return restoration.findings


def _is_known(state: DeliveryState) -> bool:
    """Whether this release knows the purpose and state of the delivery."""
    return state.outcome in {*_OUTCOMES, MailState.DEFERRED} and state.purpose in set(Purpose)


def _mail(event: Event[DeliveryState]) -> Mail:
    state, purpose = event.data, Purpose(event.data.purpose)
    lineage, contact_id = event.envelope.lineage, state.contact_id or ""
    mail = new_mail(
        state.message_id, state.proposal_id, purpose, lineage, state.at, side=state.side, contact_id=contact_id
    )
    return _ended(mail, state)


def _ended(mail: Mail, state: DeliveryState) -> Mail:
    """The mail in the state of its published delivery; a deferred mail becomes unknown, since it may have been sent."""
    is_open = state.outcome == MailState.DEFERRED
    return mail.restored(
        state=MailState.UNKNOWN if is_open else MailState(state.outcome),
        version=state.version,
        attempts=state.attempts,
        reason=RESTORED if is_open else state.reason,
        at=state.at,
    )


def _answer(given: ResponseReceived) -> Answer:
    return Answer(
        response_id=given.response_id,
        proposal_id=given.proposal_id,
        side=given.side,
        choice=Choice(given.answer),
        pending_until=given.pending_until,
        answered_at=given.answered_at,
    )
