"""The sender: claims mails in waves, hands them over, and records their outcomes.

A wave is as many mails as there are sessions with the mail server. Its three commits (claim, `transmitting` before
DATA, outcomes) are shared by the wave, which spreads their cost; a crash between the last two leaves at most one wave
unknown. Invariant: a mail is transmitted only if this claim still holds it, no contact that its letter names has been
forgotten or changed since it was written, and its words are still true.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import chain

from isopolity.identity.lineage import NoTracing, Tracing
from isopolity.machine.clock import Clock, IdFactory
from isopolity.machine.turns import Turns
from isopolity.notify.application.issues import issue_letters, report_answered, report_ended
from isopolity.notify.application.letters import Letter, LetterWriter, Mailer, MailSession, Subject, ToMember
from isopolity.notify.application.mail_content import compose, stale
from isopolity.notify.application.mail_server import judged, mails_at_once, probe
from isopolity.notify.application.mails import Outcomes, note_ended, publish_outcomes
from isopolity.notify.application.ports import Applicants, NotifyUnitOfWork, UnitOfWorkFactory
from isopolity.notify.domain.errors import (
    DeliveryProblem,
    NoLongerWanted,
    OutcomeUnknown,
    Postponed,
    ServerAway,
    TryLater,
)
from isopolity.notify.domain.mail import TO_PRESENT_CONTACT, Mail, MailState, RetryPolicy
from isopolity.notify.domain.people import Contact


@dataclass(slots=True, kw_only=True)
class Sender:
    """Sends mails that are due; each step is a transaction of its own.

    `lease` must outlast the mail server's timeouts: after it the owner of a mail is taken for dead. `concurrency` is
    the largest number of sessions with the mail server.
    """

    unit_of_work: UnitOfWorkFactory
    mailer: Mailer
    writer: LetterWriter
    applicants: Applicants
    clock: Clock
    ids: IdFactory
    concurrency: int = 8
    lease: timedelta = timedelta(minutes=5)
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    count: Callable[[str], None] = lambda _outcome: None
    """Counts outcomes of mails, for operators."""
    tracing: Tracing = field(default_factory=NoTracing)
    _unrecorded: dict[str, tuple[Outcomes, Outcomes]] = field(default_factory=dict)
    """By claim, outcomes that are not stored yet: those known before the mail server was asked, and its answers."""
    _stopping: bool = False

    def stop(self) -> None:
        """Claim no more mails; the wave in flight is finished."""
        self._stopping = True

    async def send_due(self) -> int:
        """Send all mails that are due now; returns how many were claimed."""
        claimed = 0
        await self._record()
        async with AsyncExitStack() as stack:
            sessions: list[MailSession] = []
            while wave := await self._claim():
                claimed += wave.claimed
                while len(sessions) < len(wave.letters):
                    sessions.append(await stack.enter_async_context(self.mailer.session()))
                await self._send(wave, sessions)
        return claimed

    async def probe(self) -> bool:
        """Ping the mail server if that is due; returns whether it accepts mails again."""
        return await probe(self.unit_of_work, self.mailer, self.clock)

    async def report_ended_letters(self) -> int:
        """Report ended letters of the office to registry; returns how many were reported."""
        return await report_ended(self.unit_of_work, self.applicants)

    async def report_answered(self) -> int:
        """Let registry confirm contacts that answered by a link in a mail to them; returns how many it took."""
        return await report_answered(self.unit_of_work, self.applicants)

    async def list_abandoned(self) -> int:
        """Mark mails as unknown whose owner died while transmitting them; returns how many."""
        now = self.clock()
        async with self.unit_of_work() as uow:
            mails = [mail.unknown(now, "owner-died") for mail in await uow.mails.abandoned(now)]
            if mails:
                await self._save(mails, uow)
        return len(mails)

    async def disown(self) -> None:
        """End all claims; for a process that has just started and knows that it is the only one."""
        now = self.clock()
        async with self.unit_of_work() as uow:
            held = await uow.mails.held()
            if held:
                await self._save([replace(mail, due_at=now) for mail in held], uow)

    async def _claim(self) -> "_Wave | None":
        if self._stopping:
            return None
        now, owner = self.clock(), self.ids()
        async with self.unit_of_work() as uow:
            most = await mails_at_once(uow.mail_server, self.concurrency, now)
            due = await uow.mails.due(now, most) if most else ()
            if not due:
                return None
            mails = [mail.claimed(owner, now, self.lease) for mail in due]
            composed = await compose(mails, uow, now)
            entered = [*composed.suppressed, *composed.to_be_issued, *(entry.mail for entry in composed.ready)]
            await self._save(entered, uow)
        wave = _Wave(owner, len(mails), {mail.mail_id: mail.traceparent for mail in mails})
        issued, wave.outcomes = await issue_letters(composed.to_be_issued, self.applicants)
        subjects: list[Subject] = [*composed.ready, *issued]
        turns = Turns()
        for subject in subjects:
            await turns.over()
            self._write(subject, wave)
        return wave

    def _write(self, subject: Subject, wave: "_Wave") -> None:
        mail_id = subject.mail.mail_id
        try:
            wave.letters.append(self.writer.write(subject))
        except DeliveryProblem as problem:
            wave.outcomes[mail_id] = problem
        if isinstance(subject, ToMember):
            wave.named[mail_id] = subject.contacts

    async def _send(self, wave: "_Wave", sessions: Sequence[MailSession]) -> None:
        pairs = list(zip(wave.letters, sessions, strict=False))
        offers = await _each(pairs, lambda letter, session: session.offer(letter))
        answers: Outcomes = {mail_id: problem for mail_id, problem in offers.items() if problem}
        self._unrecorded[wave.owner] = (wave.outcomes, answers)
        granted = await self._begin_transmission(wave, offers.keys() - answers.keys())
        accepted = [(letter, session) for letter, session in pairs if letter.mail_id in granted]
        answers |= await _each(accepted, partial(self._transmit, wave))
        await self._record()

    async def _transmit(self, wave: "_Wave", letter: Letter, session: MailSession) -> None:
        cause = wave.traceparents[letter.mail_id]
        with self.tracing.span("transmit mail", "client", cause, {"isopolity.mail_id": letter.mail_id}):
            await session.transmit(letter)

    async def _begin_transmission(self, wave: "_Wave", offered: Set[str]) -> set[str]:
        if not offered:
            return set()
        now = self.clock()
        async with self.unit_of_work() as uow:
            held = await uow.mails.held_by(wave.owner)
            # after the lease another process may claim the mail
            mails = [m for m in held if m.mail_id in offered and m.state is MailState.CLAIMED and now < m.due_at]
            # a mail may have passed to another contact
            named = {contact.contact_id for contact in chain.from_iterable(wave.named.values())}
            known = await uow.contacts.get(sorted({*named, *(mail.contact_id for mail in mails)}))
            untrue = await stale(mails, uow, now)
            begun = [
                mail.suppressed(now, untrue[mail.mail_id])
                if mail.mail_id in untrue
                else self._begun(mail, wave.named.get(mail.mail_id, ()), known)
                for mail in mails
            ]
            await self._save(begun, uow)
        return {mail.mail_id for mail in begun if mail.state is MailState.TRANSMITTING}

    def _begun(self, mail: Mail, named: Sequence[Contact], known: Mapping[str, Contact]) -> Mail:
        """The mail in transmission, unless a contact in its letter has changed or gone since it was written."""
        now = self.clock()
        if all(known.get(contact.contact_id) == contact for contact in named):
            return mail.transmitting(now, self.lease)
        if mail.purpose not in TO_PRESENT_CONTACT and mail.contact_id not in known:
            return mail.suppressed(now, "contact-erased")
        return mail.postponed(now, "contact-changed", self.retries)

    async def _record(self) -> None:
        for owner, (known, heard) in list(self._unrecorded.items()):
            async with self.unit_of_work() as uow:
                answers, change = judged(heard, await uow.mail_server.get(), self.clock())
                outcomes = known | answers
                held = await uow.mails.held_by(owner)
                ended = [mail for mail in held if mail.mail_id in outcomes and self._open(mail, outcomes[mail.mail_id])]
                await uow.mail_server.change(change)
                await self._save([self._ended(mail, outcomes[mail.mail_id]) for mail in ended], uow)
            del self._unrecorded[owner]

    def _open(self, mail: Mail, problem: DeliveryProblem | None) -> bool:
        if mail.state is MailState.UNKNOWN:  # this owner lost its claim; only certain outcomes are recorded
            return not isinstance(problem, OutcomeUnknown)
        return mail.state in (MailState.CLAIMED, MailState.TRANSMITTING)

    def _ended(self, mail: Mail, problem: DeliveryProblem | None) -> Mail:
        now = self.clock()
        if problem is None:
            return mail.sent(now)
        if isinstance(problem, OutcomeUnknown):
            return mail.unknown(now, problem.reason)
        if isinstance(problem, NoLongerWanted):
            return mail.suppressed(now, problem.reason)
        if isinstance(problem, ServerAway):
            return mail.put_back(now, problem.reason)
        if isinstance(problem, Postponed):
            return mail.postponed(now, problem.reason, self.retries)
        if isinstance(problem, TryLater):
            return mail.deferred(now, problem.reason, self.retries)
        return mail.failed(now, problem.reason)

    async def _save(self, mails: Sequence[Mail], uow: NotifyUnitOfWork) -> None:
        await uow.mails.save(mails)
        publish_outcomes(mails, uow.outbox)
        await note_ended(mails, uow)
        await uow.commit()
        for mail in mails:
            if mail.state not in (MailState.CLAIMED, MailState.TRANSMITTING):
                self.count(mail.state)


@dataclass(slots=True)
class _Wave:
    owner: str
    claimed: int
    traceparents: Mapping[str, str | None]
    letters: list[Letter] = field(default_factory=list)
    outcomes: Outcomes = field(default_factory=dict)
    named: dict[str, Sequence[Contact]] = field(default_factory=dict)
    """By mail id, the contacts as its letter names them."""


async def _each(
    pairs: Sequence[tuple[Letter, MailSession]], action: Callable[[Letter, MailSession], Awaitable[None]]
) -> Outcomes:
    async def problem(letter: Letter, session: MailSession) -> DeliveryProblem | None:
        try:
            await action(letter, session)
        except DeliveryProblem as met:
            return met
        return None

    met = await asyncio.gather(*(problem(letter, session) for letter, session in pairs))
    return {letter.mail_id: outcome for (letter, _), outcome in zip(pairs, met, strict=True)}
