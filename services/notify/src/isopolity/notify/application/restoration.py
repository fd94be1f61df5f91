"""What a notify restored from a backup learns from the topics before anything is mailed or published.

Its own delivery topic tells what became of mails since, its response topic who answered, matching's topic which
proposals it had seen. Lost are the words of answers, and links that staff ended since.

Invariant: a mail of which no topic tells how it ended is never sent by itself: it becomes unknown, and a person
decides. That holds for those that were open, and for those that a proposal must have caused since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.catalogue import CONTACT, DELIVERY, PROPOSAL, RESPONSE
from isopolity.contracts.event import Event
from isopolity.contracts.matching import ProposalState
from isopolity.contracts.notify import DeliveryState, ResponseReceived
from isopolity.contracts.registry import ContactState
from isopolity.messaging.errors import PoisonMessage
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.application.proposals import to_proposal
from isopolity.notify.domain.answer import Answer, Choice
from isopolity.notify.domain.mail import UNDELIVERABLE, Mail, MailState, Purpose
from isopolity.notify.domain.proposal import Proposal
from isopolity.persistence.republishing import Finding

RESTORED: Final = "restored"
"""Why a mail is unknown: its end, if it had one, is newer than the backup."""
_AT_ONCE: Final = 1000
_CHOICES: Final = frozenset(choice.value for choice in Choice)
_OUTCOMES: Final = frozenset(state.value for state in MailState) - {MailState.DEFERRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the topics tell: the newest event by key, and all answers."""

    contacts: Mapping[str, Event[ContactState]]
    proposals: Mapping[str, Event[ProposalState]]
    deliveries: Mapping[str, Event[DeliveryState]]
    answers: Sequence[ResponseReceived]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoring:
    """One restoration, in the caller's transaction."""

    known: Known
    unit_of_work: NotifyUnitOfWork
    clock: Clock
    ids: IdFactory
    findings: list[Finding] = field(default_factory=list)

    async def take_in(self) -> Sequence[Finding]:
        """Bring the database up to what the topics know; returns what was found."""
        await self._erasures()
        newer = await self._newer_proposals()
        await self._deliveries()
        await self._open_mails()
        for event, proposal in newer:
            await self._mails_since(event, proposal)
        await self._answers()
        return self.findings

    async def _erasures(self) -> None:
        for key, event in self.known.contacts.items():
            if event.data.status == "erased" and await self.unit_of_work.contacts.forget(key, event.data.version):
                await self.unit_of_work.answers.forget_words(key)
                self._found(CONTACT.name, key, "applied", "erased")

    async def _newer_proposals(self) -> list[tuple[Event[ProposalState], Proposal]]:
        """Keep the newest state of each proposal; returns those that were not known at that version."""
        newer = []
        for key, event in self.known.proposals.items():
            try:
                proposal = to_proposal(event.data)
            except PoisonMessage:
                continue
            if await self.unit_of_work.proposals.put(proposal):
                newer.append((event, proposal))
                self._found(PROPOSAL.name, key, "adopted", proposal.stage)
        return newer

    async def _deliveries(self) -> None:
        """Take over what became of mails, of those too that the ledger does not know."""
        deliveries = {key: event for key, event in self.known.deliveries.items() if _tells(event.data)}
        proposals = await self._known_proposals({event.data.proposal_id for event in deliveries.values()})
        mails = {mail.mail_id: mail for ids in _pieces(deliveries) for mail in await self.unit_of_work.mails.find(ids)}
        for key, event in deliveries.items():
            mail = mails.get(key)
            if event.data.proposal_id not in proposals:
                self._found(DELIVERY.name, key, "lost", "its proposal is not known")
            elif mail is None:
                await self.unit_of_work.mails.add([_mail(event)])
                self._found(DELIVERY.name, key, "adopted", event.data.outcome)
            elif mail.version < event.data.version:
                await self.unit_of_work.mails.save([_ended(mail, event.data)])
                self._found(DELIVERY.name, key, "adopted", event.data.outcome)

    async def _open_mails(self) -> None:
        unknown = [mail.left_by_backup(self.clock(), RESTORED) for mail in await self.unit_of_work.mails.open()]
        await self.unit_of_work.mails.save(unknown)
        for mail in unknown:
            self._found(DELIVERY.name, mail.mail_id, "unknown", f"{mail.purpose}, open when the backup was taken")

    async def _mails_since(self, event: Event[ProposalState], proposal: Proposal) -> None:
        """Enter as unknown what the proposal must have caused and no topic tells of."""
        mails = self.unit_of_work.mails
        told = {mail.side: mail for mail in await mails.of_proposals([proposal.proposal_id], Purpose.PROPOSAL)}
        if not proposal.settled or proposal.stage == "agreed":
            chosen = await self.unit_of_work.contacts.first_choices([side.member_id for side in proposal.sides])
            for side in proposal.sides:
                if side.side not in told:
                    contact = chosen.get(side.member_id)
                    recipient = contact.contact_id if contact else ""
                    told[side.side] = await self._enter(event, side.side, Purpose.PROPOSAL, recipient)
        if proposal.settled:
            purpose = Purpose.INTRODUCTION if proposal.stage == "agreed" else Purpose.CLOSING
            served = {mail.side for mail in await mails.of_proposals([proposal.proposal_id], purpose)}
            for side_name, mail in told.items():
                if side_name not in served and mail.state not in UNDELIVERABLE:
                    await self._enter(event, side_name, purpose, mail.contact_id)

    async def _enter(self, event: Event[ProposalState], side: str, purpose: Purpose, contact_id: str) -> Mail:
        now, lineage = self.clock(), event.envelope.lineage
        mail = Mail(
            mail_id=self.ids(),
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
        ).left_by_backup(now, RESTORED)
        await self.unit_of_work.mails.add([mail])
        self._found(PROPOSAL.name, event.data.proposal_id, "unknown", f"the mail {mail.mail_id} to side {side}")
        return mail

    async def _answers(self) -> None:
        for given in sorted(self.known.answers, key=lambda answer: answer.answered_at):
            if given.answer not in _CHOICES:
                continue
            stored = await self.unit_of_work.answers.get(given.proposal_id, given.side)
            if stored is not None and stored.answered_at >= given.answered_at:
                continue
            if await self.unit_of_work.answers.record(_answer(given)):
                self._found(RESPONSE.name, given.proposal_id, "adopted", f"side {given.side}, without its words")

    async def _known_proposals(self, proposal_ids: Iterable[str]) -> set[str]:
        proposals = self.unit_of_work.proposals
        return {found for ids in _pieces(proposal_ids) for found in await proposals.get(ids)}

    def _found(self, topic: str, key: str, outcome: str, detail: str) -> None:
        self.findings.append(Finding(topic=topic, key=key, outcome=outcome, detail=detail))


def _tells(state: DeliveryState) -> bool:
    """Whether this release knows what the delivery is about."""
    return state.outcome in {*_OUTCOMES, MailState.DEFERRED} and state.purpose in set(Purpose)


def _mail(event: Event[DeliveryState]) -> Mail:
    state, lineage = event.data, event.envelope.lineage
    mail = Mail(
        mail_id=state.message_id,
        occasion_id=state.proposal_id,
        side=state.side,
        purpose=Purpose(state.purpose),
        contact_id=state.contact_id or "",
        created_at=state.at,
        due_at=state.at,
        updated_at=state.at,
        correlation_id=lineage.correlation_id,
        causation_id=lineage.causation_id,
        traceparent=lineage.traceparent,
    )
    return _ended(mail, state)


def _ended(mail: Mail, state: DeliveryState) -> Mail:
    """The mail as its delivery tells; one that was to be tried again may have gone since."""
    is_open = state.outcome == MailState.DEFERRED
    return mail.as_told(
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
        reason=None,
        answered_at=given.answered_at,
    )


def _pieces(keys: Iterable[str]) -> list[list[str]]:
    ordered = sorted(keys)
    return [ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE)]
