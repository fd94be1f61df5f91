"""notify's ports in memory. They pass the contract suite of those on a database: tests/integration/notify."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from isopolity.contracts.answers import Choice
from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event import Data, Event
from isopolity.machine.clock import Clock, uuid7
from isopolity.messaging.broker import Record
from isopolity.notify.domain.listed_member import Member
from isopolity.notify.domain.mail import CLAIMABLE, FROM_OFFICE, OPEN, OVER, Mail, MailState, Purpose
from isopolity.notify.domain.mail_server import MailServer
from isopolity.notify.domain.people import Contact, first_choice
from isopolity.notify.domain.proposal import Answer, EndedInterest, EndedPartnership, Proposal
from isopolity.notify.domain.telephone import TelephoneAnswer
from isopolity.persistence.unit_of_work import EventFactory
from tests.support.shared.acts import FakeAudit

_HELD = {MailState.CLAIMED, MailState.TRANSMITTING}
_CHANGING = ("state", "version", "attempts", "owner", "reason", "due_at", "updated_at", "contact_id", "link_voided_at")


@dataclass(slots=True)
class FakeContacts:
    """Contacts by id; for a forgotten one, the version at which it was forgotten."""

    kept: dict[str, Contact | int]
    answers: dict[str, str]
    """The address at which a contact answered, by the contact."""

    async def put(self, contact: Contact) -> None:
        if self._version(contact.contact_id) < contact.version:
            self.kept[contact.contact_id] = contact

    async def forget(self, contact_id: str, version: int) -> bool:
        if self._version(contact_id) > version:
            return False
        self.kept[contact_id] = version
        return True

    async def hold(self, contact_id: str) -> Contact | None:
        return (await self.get([contact_id])).get(contact_id)

    async def get(self, contact_ids: Sequence[str]) -> Mapping[str, Contact]:
        return {contact.contact_id: contact for contact in self._known() if contact.contact_id in contact_ids}

    async def of_member(self, member_id: str) -> Sequence[Contact]:
        return [contact for contact in self._known() if contact.member_id == member_id]

    async def first_choices(self, member_ids: Sequence[str]) -> Mapping[str, Contact]:
        of = {member_id: [each for each in self._known() if each.member_id == member_id] for member_id in member_ids}
        chosen = {member_id: first_choice(contacts) for member_id, contacts in of.items()}
        return {member_id: contact for member_id, contact in chosen.items() if contact is not None}

    async def note_answer(self, contact_id: str) -> None:
        if (contact := (await self.get([contact_id])).get(contact_id)) is not None and not contact.confirmed:
            self.answers[contact_id] = contact.email

    async def answered(self, limit: int) -> Mapping[str, int]:
        waiting = [each for each in self._known() if self.answers.get(each.contact_id) == each.email]
        return {each.contact_id: each.version for each in waiting if not each.confirmed}

    def _known(self) -> list[Contact]:
        return [contact for contact in self.kept.values() if isinstance(contact, Contact)]

    def _version(self, contact_id: str) -> int:
        kept = self.kept.get(contact_id, 0)
        return kept.version if isinstance(kept, Contact) else kept


@dataclass(slots=True)
class FakeMembers:
    """Members by id."""

    kept: dict[str, Member]

    async def put(self, member: Member) -> None:
        known = self.kept.get(member.member_id)
        if known is None or known.version < member.version:
            self.kept[member.member_id] = member

    async def remove(self, member_id: str, version: int) -> None:
        if (known := self.kept.get(member_id)) is not None and known.version < version:
            del self.kept[member_id]


@dataclass(slots=True)
class FakeProposals:
    """Proposals by id."""

    kept: dict[str, Proposal]

    async def get(self, proposal_ids: Sequence[str]) -> Mapping[str, Proposal]:
        return {each: self.kept[each] for each in proposal_ids if each in self.kept}

    async def put(self, proposal: Proposal) -> bool:
        known = self.kept.get(proposal.proposal_id)
        if known is not None and known.version >= proposal.version:
            return False
        self.kept[proposal.proposal_id] = proposal
        return True


@dataclass(slots=True)
class FakePartnerships:
    """Ended partnerships by the proposal that they came from."""

    kept: dict[str, EndedPartnership]

    async def add(self, partnership: EndedPartnership) -> bool:
        return self.kept.setdefault(partnership.proposal_id, partnership) is partnership

    async def get(self, proposal_ids: Sequence[str]) -> Mapping[str, EndedPartnership]:
        return {each: self.kept[each] for each in proposal_ids if each in self.kept}


@dataclass(slots=True)
class FakeInterests:
    """Interests that are over, by id."""

    kept: dict[str, EndedInterest]

    async def add(self, interest: EndedInterest) -> bool:
        return self.kept.setdefault(interest.interest_id, interest) is interest

    async def get(self, interest_ids: Sequence[str]) -> Mapping[str, EndedInterest]:
        return {each: self.kept[each] for each in interest_ids if each in self.kept}


@dataclass(slots=True)
class FakeEndedLetters:
    """Letters of registry's office that have ended, by id."""

    kept: dict[str, datetime]
    mails: dict[str, Mail]

    async def add(self, ended: Mapping[str, datetime]) -> None:
        for letter_id, ended_at in ended.items():
            self.kept.setdefault(letter_id, ended_at)

    async def some(self, limit: int) -> Mapping[str, MailState]:
        of_office = (mail for mail in self.mails.values() if mail.purpose in FROM_OFFICE and mail.state in OVER)
        ended = {mail.occasion_id: mail.state for mail in of_office}
        first = sorted(self.kept.keys() & ended, key=lambda letter_id: (self.kept[letter_id], letter_id))
        return {letter_id: ended[letter_id] for letter_id in first[:limit]}

    async def remove(self, letter_id: str) -> None:
        self.kept.pop(letter_id, None)


@dataclass(slots=True)
class FakeMails:
    """Ledger entries by id; `waiting` is set once a mail was left that can be sent at once."""

    kept: dict[str, Mail]
    waiting: bool = False

    async def add(self, mails: Sequence[Mail]) -> None:
        for mail in mails:
            self.waiting = True
            if mail.mail_id not in self.kept and _cause(mail) not in map(_cause, self.kept.values()):
                self.kept[mail.mail_id] = mail

    async def due(self, now: datetime, limit: int) -> Sequence[Mail]:
        return self._those(lambda mail: mail.state in CLAIMABLE and mail.due_at <= now)[:limit]

    async def abandoned(self, now: datetime) -> Sequence[Mail]:
        return self._those(lambda mail: mail.state is MailState.TRANSMITTING and mail.due_at <= now)

    async def held(self) -> Sequence[Mail]:
        return self._those(lambda mail: mail.state in _HELD)

    async def held_by(self, owner: str) -> Sequence[Mail]:
        return self._those(lambda mail: mail.owner == owner)

    async def open(self) -> Sequence[Mail]:
        return self._those(lambda mail: mail.state in OPEN)

    async def find(self, mail_ids: Sequence[str]) -> Sequence[Mail]:
        return self._those(lambda mail: mail.mail_id in mail_ids)

    async def get(self, mail_id: str) -> Mail | None:
        return self.kept.get(mail_id)

    async def hand_on(self, contact_id: str, to: str) -> None:
        has = {_cause(mail) for mail in self.kept.values()}
        for mail in self._those(lambda mail: mail.contact_id == contact_id):
            if _cause(handed := replace(mail, contact_id=to)) not in has:
                self.kept[mail.mail_id] = handed

    async def of_proposals(self, proposal_ids: Sequence[str], purpose: Purpose) -> Sequence[Mail]:
        found = self._those(lambda mail: mail.occasion_id in proposal_ids and mail.purpose is purpose)
        return sorted(found, key=lambda mail: (mail.created_at, mail.mail_id))

    async def save(self, mails: Sequence[Mail]) -> None:
        self.waiting |= any(mail.state is MailState.QUEUED for mail in mails)
        for mail in mails:
            changed: dict[str, Any] = {name: getattr(mail, name) for name in _CHANGING}
            self.kept[mail.mail_id] = replace(self.kept[mail.mail_id], **changed)

    def _those(self, wanted: Callable[[Mail], bool]) -> list[Mail]:
        return sorted(filter(wanted, self.kept.values()), key=lambda mail: (mail.due_at, mail.mail_id))


def _cause(mail: Mail) -> tuple[str, str, Purpose, str]:
    return mail.occasion_id, mail.side, mail.purpose, mail.contact_id


@dataclass(slots=True)
class FakeAnswers:
    """The latest answer of each side."""

    kept: dict[tuple[str, str], Answer]
    mails: Mapping[str, Mail]

    async def get(self, proposal_id: str, side: str) -> Answer | None:
        return self.kept.get((proposal_id, side))

    async def of_proposals(self, proposal_ids: Sequence[str]) -> Mapping[tuple[str, str], Answer]:
        return {key: answer for key, answer in self.kept.items() if key[0] in proposal_ids}

    async def record(self, answer: Answer) -> bool:
        known = self.kept.get((answer.proposal_id, answer.side))
        if known is not None and known.final:
            return False
        self.kept[answer.proposal_id, answer.side] = answer
        return True

    async def forget_words(self, contact_id: str) -> None:
        for mail in self.mails.values():
            key = (mail.occasion_id, mail.side)
            if mail.purpose is Purpose.PROPOSAL and mail.contact_id == contact_id and key in self.kept:
                self.kept[key] = replace(self.kept[key], reason=None)


@dataclass(slots=True)
class FakeTelephoneAnswers:
    """The last answer by telephone of each side."""

    kept: dict[tuple[str, str], TelephoneAnswer]
    mails: Mapping[str, Mail]
    answers: Mapping[tuple[str, str], Answer]

    async def without_answer(self, limit: int) -> Sequence[TelephoneAnswer]:
        final = {key for key, answer in self.answers.items() if answer.final}
        found = [call for key, call in self.kept.items() if call.choice is Choice.YES and key not in final]
        return sorted(found, key=lambda call: (call.entered_at, call.call_id), reverse=True)[:limit]

    async def get(self, call_ids: Sequence[str]) -> Mapping[str, TelephoneAnswer]:
        return {call.call_id: call for call in self.kept.values() if call.call_id in call_ids}

    async def of_side(self, proposal_id: str, side: str) -> TelephoneAnswer | None:
        return self.kept.get((proposal_id, side))

    async def of_member(self, member_id: str) -> Sequence[TelephoneAnswer]:
        return sorted(
            (each for each in self.kept.values() if each.member_id == member_id), key=lambda call: call.call_id
        )

    async def put(self, call: TelephoneAnswer, after: TelephoneAnswer | None) -> bool:
        known = await self.of_side(call.proposal_id, call.side)
        if (known and known.call_id) != (after and after.call_id):
            return False
        self.kept[call.proposal_id, call.side] = call
        return True

    async def pass_to(self, member_id: str, proposal_id: str, side: str) -> None:
        known = await self.of_side(proposal_id, side)
        if known is not None:
            self.kept[proposal_id, side] = replace(known, member_id=member_id)

    async def forget_names(self, contact_id: str, name: str | None) -> None:
        mailed = {
            mail.occasion_id
            for mail in self.mails.values()
            if mail.purpose is Purpose.TELEPHONE and mail.contact_id == contact_id
        }
        for key, call in self.kept.items():
            if call.call_id in mailed or (name is not None and call.given_by == name):
                self.kept[key] = replace(call, given_by=None)


@dataclass(slots=True)
class FakeMailServerState:
    """What is known of the mail server."""

    kept: dict[str, MailServer]

    async def get(self) -> MailServer:
        return self.kept.get("server", MailServer())

    async def change(self, how: Callable[[MailServer], MailServer]) -> MailServer:
        self.kept["server"] = how(await self.get())
        return self.kept["server"]


@dataclass(slots=True)
class FakeSightings:
    """When the newest canary had sounded."""

    kept: dict[str, datetime]

    async def saw_canary(self, sounded_at: datetime, seen_at: datetime) -> bool:
        if "canary" in self.kept and self.kept["canary"] >= sounded_at:
            return False
        self.kept["canary"] = sounded_at
        return True


@dataclass(slots=True)
class FakeWatermark:
    """The watermark, by the clock of a test."""

    kept: dict[str, datetime]
    clock: Clock

    async def answer_time(self) -> datetime:
        return max(self.clock(), self.kept.get("answers", self.clock()))

    async def announce(self) -> datetime:
        self.kept["answers"] = await self.answer_time()
        return self.kept["answers"]


@dataclass(slots=True)
class FakeOutbox:
    """Events, in the order in which they were published."""

    events: EventFactory
    published: list[Event[Data]] = field(default_factory=list)

    def publish(self, event_type: str, data: Data) -> str:
        self.published.append(self.events.event(event_type, data))
        return self.published[-1].envelope.id

    def publish_json(self, event_type: str, subject: str, value: bytes) -> str:
        data = EVENT_TYPES[event_type].data.model_validate_json(value)
        assert subject == getattr(data, EVENT_TYPES[event_type].key_field)
        return self.publish(event_type, data)


@dataclass(slots=True)
class FakeParking:
    """Records by what they wait for."""

    kept: dict[str, tuple[str, Record]]
    awaited: set[str] = field(default_factory=set)

    def arrived(self, awaited: str) -> None:
        self.awaited.add(awaited)

    async def park(self, record: Record, event_id: str, awaited: str) -> None:
        self.kept.setdefault(event_id, (awaited, record))

    async def take_arrived(self) -> Sequence[Record]:
        arrived, self.awaited = self.awaited, set()
        taken = [key for key, (awaited, _) in self.kept.items() if awaited in arrived]
        return [self.kept.pop(key)[1] for key in taken]


KINDS = (
    *(
        "contacts",
        "answered_contacts",
        "members",
        "proposals",
        "partnerships",
        "interests",
        "mails",
        "ended_letters",
        "answers",
        "telephone_answers",
        "sightings",
    ),
    *("watermarks", "parked", "mail_servers"),
)


@dataclass(slots=True)
class FakeStore:
    """All committed data by kind, and the events in the outbox; one transaction at a time."""

    clock: Clock
    kinds: dict[str, dict[Any, Any]] = field(default_factory=lambda: {name: {} for name in KINDS})
    outbox: list[Event[Data]] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def unit_of_work(self) -> "FakeUnitOfWork":
        return FakeUnitOfWork(self)

    async def answers_are_over(self) -> bool:
        return not self.turn.locked()

    async def mails(self) -> list[Mail]:
        return list(self.kinds["mails"].values())

    async def published(self) -> list[Event[Data]]:
        return list(self.outbox)

    async def parked(self) -> list[str]:
        return [awaited for awaited, _ in self.kinds["parked"].values()]


class FakeUnitOfWork:
    """A transaction on a copy of the store, which keeps nothing unless it is committed."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self.clock = store.clock

    async def __aenter__(self) -> Self:
        await self._store.turn.acquire()
        copy = self._copy = {name: dict(kept) for name, kept in self._store.kinds.items()}
        self.outbox = FakeOutbox(EventFactory("urn:isopolity:notify", self.clock, uuid7))
        self.parking = FakeParking(copy["parked"])
        self.audit = FakeAudit()
        self.contacts = FakeContacts(copy["contacts"], copy["answered_contacts"])
        self.members = FakeMembers(copy["members"])
        self.proposals = FakeProposals(copy["proposals"])
        self.partnerships = FakePartnerships(copy["partnerships"])
        self.interests = FakeInterests(copy["interests"])
        self.mails = FakeMails(copy["mails"])
        self.ended_letters = FakeEndedLetters(copy["ended_letters"], copy["mails"])
        self.mail_server = FakeMailServerState(copy["mail_servers"])
        self.answers = FakeAnswers(copy["answers"], copy["mails"])
        self.calls = FakeTelephoneAnswers(copy["telephone_answers"], copy["mails"], copy["answers"])
        self.sightings = FakeSightings(copy["sightings"])
        self.watermark = FakeWatermark(copy["watermarks"], self.clock)
        return self

    async def commit(self) -> None:
        self._store.kinds = {name: dict(kept) for name, kept in self._copy.items()}
        self._store.outbox += self.outbox.published
        self.outbox.published = []

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._store.turn.release()
