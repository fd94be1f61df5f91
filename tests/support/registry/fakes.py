"""registry's ports in memory. They pass the same contract as those on a database: tests/integration/registry."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Self

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event import Data
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.access.session import Revocation
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.desk import Entry, Note, SavedSelection
from isopolity.registry.domain.errors import ConcurrentChange
from isopolity.registry.domain.handover import Handover
from isopolity.registry.domain.joining.application import Application, Draft
from isopolity.registry.domain.joining.commission import Commission, Consultation
from isopolity.registry.domain.joining.letter import Letter
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.twinning import Twinning
from tests.support.registry.access_fakes import (
    FakeContactChanges,
    FakeKnownBrowsers,
    FakeOffice,
    FakePasskeys,
    FakeSessions,
    FakeSignIns,
)
from tests.support.registry.service import NOW
from tests.support.shared.acts import FakeAudit
from tests.support.shared.idempotency import FakeIdempotencyKeys


class FakeRepository(Generic[AggregateT]):
    """Aggregates in a dictionary; what is added or saved shows after the flush."""

    def __init__(self, kept: dict[str, AggregateT]) -> None:
        self._kept = kept
        self._pending: dict[str, AggregateT] = {}
        self._added: set[str] = set()

    async def get(self, identifier: str) -> AggregateT | None:
        return self._kept.get(identifier)

    async def get_many(self, identifiers: Collection[str]) -> Mapping[str, AggregateT]:
        return {identifier: self._kept[identifier] for identifier in identifiers if identifier in self._kept}

    async def peek_many(self, identifiers: Collection[str]) -> Mapping[str, AggregateT]:
        return await self.get_many(identifiers)

    async def by_keys(self, keys: Collection[str]) -> Mapping[str, AggregateT]:
        return {one.key: one for one in self._kept.values() if one.key in keys}

    def add(self, aggregate: AggregateT) -> None:
        self._added.add(aggregate.identifier)
        self._pending[aggregate.identifier] = aggregate

    def save(self, aggregate: AggregateT) -> None:
        self._pending[aggregate.identifier] = aggregate

    def flush(self) -> None:
        """Show what was added and saved."""
        for identifier, aggregate in self._pending.items():
            others = {other.key for key, other in self._kept.items() if key != identifier}
            if aggregate.key in others or (identifier in self._added and identifier in self._kept):
                raise ConcurrentChange("taken")
            self._kept[identifier] = aggregate
        self._pending.clear()
        self._added.clear()


class FakeMemberRepository(FakeRepository[Any]):
    """Members, also by country."""

    async def in_countries(self, countries: Collection[str]) -> Sequence[Any]:
        return [one for one in self._kept.values() if one.profile.country in countries]

    async def merged_into(self, member_id: str) -> Sequence[Any]:
        return [one for one in self._kept.values() if one.merged is not None and one.merged.into == member_id]


class FakeRequestRepository(FakeRepository[Request]):
    """Requests, also by city."""

    async def of_city(self, city_id: str) -> Sequence[Request]:
        return [request for request in self._kept.values() if request.city_id == city_id]


class FakeChangeRepository(FakeRepository[Change]):
    """Changes that staff decides about, also by the city of their request."""

    async def of_city(self, city_id: str) -> Sequence[Change]:
        return [change for change in self._kept.values() if change.city_id == city_id]


class FakeTwinningRepository(FakeRepository[Twinning]):
    """Twinnings, also by who claims them."""

    async def of_city(self, city_id: str) -> Sequence[Twinning]:
        return [twinning for twinning in self._kept.values() if city_id in (twinning.city_a, twinning.city_b)]

    async def claimed_by(self, city_id: str) -> Sequence[Twinning]:
        return [twinning for twinning in self._kept.values() if twinning.claimed_by == city_id]


class FakeApplicationRepository(FakeRepository[Application]):
    """Applications, also by the secret of their link."""

    async def by_secret(self, digest: str) -> Application | None:
        return next((one for one in self._kept.values() if one.secret_digest == digest), None)


class FakeDrafts:
    """Drafts in a dictionary."""

    def __init__(self, kept: dict[str, Draft]) -> None:
        self._kept = kept

    async def add(self, draft: Draft) -> None:
        self._kept[draft.draft_id] = draft

    async def save(self, draft: Draft) -> None:
        self._kept[draft.draft_id] = draft

    async def get(self, draft_id: str) -> Draft | None:
        return self._kept.get(draft_id)

    async def by_secret(self, digest: str) -> Draft | None:
        return next((one for one in self._kept.values() if one.secret_digest == digest), None)

    async def asked_by(self, letter_id: str) -> str | None:
        return next((one.application_id for one in self._kept.values() if one.letter_id == letter_id), None)

    async def of_application(self, application_id: str) -> Draft | None:
        return next((one for one in self._kept.values() if one.application_id == application_id), None)

    async def delete(self, draft_id: str) -> None:
        self._kept.pop(draft_id, None)


class FakeLetters:
    """Letters about applications in a dictionary."""

    def __init__(self, kept: dict[str, Letter]) -> None:
        self._kept = kept

    async def add(self, letter: Letter) -> None:
        self._kept[letter.letter_id] = letter

    async def get(self, letter_id: str) -> Letter | None:
        return self._kept.get(letter_id)

    async def delete(self, letter_id: str) -> None:
        self._kept.pop(letter_id, None)


class FakeCommissions:
    """National Commissions in a dictionary, by country."""

    def __init__(self, kept: dict[str, Commission]) -> None:
        self._kept = kept

    async def all(self) -> Sequence[Commission]:
        return [self._kept[country] for country in sorted(self._kept)]

    async def get(self, country: str) -> Commission | None:
        return self._kept.get(country)

    async def put(self, commission: Commission) -> None:
        self._kept[commission.country] = commission

    async def remove(self, country: str) -> bool:
        return self._kept.pop(country, None) is not None


class FakeConsultations:
    """Statements of commissions in a dictionary, by application."""

    def __init__(self, kept: dict[str, Consultation]) -> None:
        self._kept = kept

    async def put(self, consultation: Consultation) -> None:
        self._kept[consultation.application_id] = consultation

    async def of_application(self, application_id: str) -> Consultation | None:
        return self._kept.get(application_id)

    async def of_applications(self, application_ids: Collection[str]) -> Mapping[str, Consultation]:
        return {each: self._kept[each] for each in application_ids if each in self._kept}

    async def asked_by(self, letter_id: str) -> str | None:
        return next((one.application_id for one in self._kept.values() if one.letter_id == letter_id), None)

    async def by_secret(self, digest: str) -> Consultation | None:
        return next((one for one in self._kept.values() if one.secret_digest == digest), None)


class FakeCounters:
    """Counts in a dictionary."""

    def __init__(self, kept: dict[tuple[str, datetime], int]) -> None:
        self._kept = kept

    async def count(self, subject: str, day: datetime) -> int:
        self._kept[subject, day] = self._kept.get((subject, day), 0) + 1
        return self._kept[subject, day]

    async def counted(self, subject: str, day: datetime) -> int:
        return self._kept.get((subject, day), 0)


class FakeHandovers:
    """Handovers in a dictionary, by member."""

    def __init__(self, kept: dict[str, Handover]) -> None:
        self._kept = kept

    async def put(self, handover: Handover) -> None:
        self._kept[handover.member_id] = handover

    async def get(self, handover_id: str) -> Handover | None:
        return next((one for one in self._kept.values() if one.handover_id == handover_id), None)

    async def of_member(self, member_id: str) -> Handover | None:
        return self._kept.get(member_id)

    async def by_secret(self, digest: str) -> Handover | None:
        return next((one for one in self._kept.values() if one.secret_digest == digest), None)

    async def remove(self, handover_id: str) -> bool:
        found = await self.get(handover_id)
        return found is not None and self._kept.pop(found.member_id, None) is not None


class FakeDesk:
    """Partners' own notes, in dictionaries."""

    def __init__(self, kept: dict[tuple[str, str], Any]) -> None:
        self._kept = kept

    async def entries(self, partner_id: str, *, with_notes: bool = False) -> Sequence[Entry]:
        return [one for (owner, _), one in self._kept.items() if owner == partner_id and isinstance(one, Entry)]

    async def entry(self, partner_id: str, city_id: str) -> Entry | None:
        return next((one for one in await self.entries(partner_id) if one.city_id == city_id), None)

    async def partners_about(self, city_id: str) -> Sequence[str]:
        return sorted(
            owner for (owner, _), one in self._kept.items() if isinstance(one, Entry) and one.city_id == city_id
        )

    async def count_entries(self, partner_id: str) -> int:
        return len(await self.entries(partner_id))

    async def put_entry(self, partner_id: str, entry: Entry) -> None:
        self._kept[partner_id, entry.city_id] = entry

    async def remove_entry(self, partner_id: str, city_id: str) -> bool:
        return self._kept.pop((partner_id, city_id), None) is not None

    async def count_notes(self, partner_id: str) -> int:
        return sum(owner == partner_id and isinstance(one, Note) for (owner, _), one in self._kept.items())

    async def add_note(self, partner_id: str, note: Note) -> None:
        self._kept[partner_id, note.note_id] = note

    async def remove_note(self, partner_id: str, note_id: str) -> bool:
        return self._kept.pop((partner_id, note_id), None) is not None

    async def selections(self, partner_id: str) -> Sequence[SavedSelection]:
        found = [one for (owner, _), one in self._kept.items() if owner == partner_id]
        return [one for one in found if isinstance(one, SavedSelection)]

    async def put_selection(self, partner_id: str, selection: SavedSelection) -> None:
        self._kept[partner_id, selection.selection_id] = selection

    async def remove_selection(self, partner_id: str, selection_id: str) -> bool:
        return self._kept.pop((partner_id, selection_id), None) is not None


class FakeContactRepository:
    """People in a dictionary."""

    def __init__(self, kept: dict[str, Contact]) -> None:
        self._kept = kept
        self._pending: dict[str, Contact | None] = {}

    async def get(self, contact_id: str) -> Contact | None:
        return self._kept.get(contact_id)

    async def peek(self, contact_id: str) -> Contact | None:
        return self._kept.get(contact_id)

    async def peek_of_mail(self, confirmation_id: str) -> Contact | None:
        return next((one for one in self._kept.values() if one.asked == confirmation_id), None)

    async def peek_by_secret(self, digest: str) -> Contact | None:
        return next((one for one in self._kept.values() if one.secret_digest == digest), None)

    async def unasked(self, limit: int) -> Sequence[Contact]:
        found = [one for one in self._kept.values() if not one.is_confirmed and one.asked is None]
        return sorted(found, key=lambda one: one.contact_id)[:limit]

    async def peek_of_address(self, address: str) -> Sequence[Contact]:
        found = (one for one in self._kept.values() if one.person.address == address)
        return sorted(found, key=lambda one: one.contact_id)

    async def get_many(self, contact_ids: Collection[str]) -> Mapping[str, Contact]:
        return {contact_id: self._kept[contact_id] for contact_id in contact_ids if contact_id in self._kept}

    async def remember_erased(self, tombstones: Mapping[str, int]) -> Collection[str]:
        return [contact_id for contact_id in tombstones if contact_id not in self._kept]

    async def of_members(self, member_ids: Collection[str]) -> Sequence[Contact]:
        return [contact for contact in self._kept.values() if contact.member_id in member_ids]

    def add(self, contact: Contact) -> None:
        self._pending[contact.contact_id] = contact

    def save(self, contact: Contact) -> None:
        self._pending[contact.contact_id] = contact

    def erase(self, contact: Contact) -> None:
        self._pending[contact.contact_id] = None

    def flush(self) -> None:
        """Show what was added, saved and erased."""
        for identifier, contact in self._pending.items():
            if contact is None:
                self._kept.pop(identifier, None)
                continue
            others = [one for one in self._kept.values() if one.contact_id != identifier]
            if any(
                (one.member_id, one.person.address) == (contact.member_id, contact.person.address) for one in others
            ):
                raise ConcurrentChange("taken")
            self._kept[identifier] = contact
        self._pending.clear()


@dataclass
class FakeOutbox:
    """Remembers what was published, with the short names of the types."""

    published: list[tuple[str, Any]] = field(default_factory=list)

    def publish_json(self, event_type: str, subject: str, value: bytes) -> str:
        data = EVENT_TYPES[event_type].data.model_validate_json(value)
        assert subject == getattr(data, EVENT_TYPES[event_type].key_field)
        return self.publish(event_type, data)

    def publish(self, event_type: str, data: Data) -> str:
        self.published.append((event_type.removeprefix("isopolity.registry.")[:-3], data))
        return str(len(self.published))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.published]


class FakeRevocations:
    """Revocations in a dictionary, by the time of the tests."""

    def __init__(self, kept: dict[str, Revocation]) -> None:
        self._kept = kept

    async def page(self, after: str | None, limit: int) -> Sequence[Revocation]:
        return [self._kept[one] for one in sorted(self._kept) if after is None or one > after][:limit]

    async def adopt(self, revocation: Revocation) -> bool:
        known = self._kept.get(revocation.revocation_id)
        if known is not None and known.version >= revocation.version:
            return False
        self._kept[revocation.revocation_id] = revocation
        return True

    async def revoke(self, revocation_id: str, life: timedelta | None = None) -> Revocation:
        known = self._kept.get(revocation_id)
        version = known.version + 1 if known else 1
        revoked = Revocation(
            revocation_id=revocation_id, version=version, revoked_at=NOW, expires_at=NOW + (life or timedelta(days=30))
        )
        self._kept[revocation_id] = revoked
        return revoked


@dataclass
class FakeStore:
    """The committed aggregates, by kind."""

    kinds: dict[str, dict[Any, Any]] = field(
        default_factory=lambda: {
            name: {}
            for name in (
                *("cities", "partners", "requests", "twinnings", "contacts", "idempotency"),
                *("applications", "drafts", "changes", "counters", "revocations", "sign_ins", "sessions", "office"),
                "letters",
                "commissions",
                "consultations",
                "handovers",
                "contact_changes",
                "desk",
                "known_browsers",
                "passkeys",
            )
        }
    )
    outbox: FakeOutbox = field(default_factory=FakeOutbox)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator["FakeUnitOfWork"]:
        """A transaction that keeps nothing unless it is committed."""
        yield FakeUnitOfWork(self)


class FakeUnitOfWork:
    """A transaction on a copy of the store."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self._copy = {name: dict(kept) for name, kept in store.kinds.items()}
        self.cities = FakeMemberRepository(self._copy["cities"])
        self.partners = FakeMemberRepository(self._copy["partners"])
        self.requests = FakeRequestRepository(self._copy["requests"])
        self.twinnings = FakeTwinningRepository(self._copy["twinnings"])
        self.applications = FakeApplicationRepository(self._copy["applications"])
        self.drafts = FakeDrafts(self._copy["drafts"])
        self.letters = FakeLetters(self._copy["letters"])
        self.commissions = FakeCommissions(self._copy["commissions"])
        self.consultations = FakeConsultations(self._copy["consultations"])
        self.changes = FakeChangeRepository(self._copy["changes"])
        self.counters = FakeCounters(self._copy["counters"])
        self.prepared: Any = None  # prepared imports are tested on databases
        self.contacts = FakeContactRepository(self._copy["contacts"])
        self.idempotency = FakeIdempotencyKeys(self._copy["idempotency"])
        self.revocations = FakeRevocations(self._copy["revocations"])
        self.sign_ins = FakeSignIns(self._copy["sign_ins"])
        self.known_browsers = FakeKnownBrowsers(self._copy["known_browsers"])
        self.passkeys = FakePasskeys(self._copy["passkeys"])
        self.sessions = FakeSessions(self._copy["sessions"])
        self.office = FakeOffice(self._copy["office"])
        self.office_requests: Any = None  # of two people who keep one list, tested on databases
        self.handovers = FakeHandovers(self._copy["handovers"])
        self.contact_changes = FakeContactChanges(self._copy["contact_changes"])
        self.desk = FakeDesk(self._copy["desk"])
        self.choices: Any = None  # of what staff chooses, tested on databases
        self.outbox = FakeOutbox()
        self.audit = FakeAudit()

    async def flush(self) -> None:
        members = (self.cities, self.partners, self.requests, self.twinnings)
        for repository in (*members, self.applications, self.changes, self.contacts):
            repository.flush()

    async def begin_bulk(self) -> None:
        self.audit.is_bulk = True

    def look(self) -> Self:
        """This transaction, which its caller does not commit."""
        return self

    async def commit(self) -> None:
        await self.flush()
        self._store.kinds = {name: dict(kept) for name, kept in self._copy.items()}
        self._store.outbox.published += self.outbox.published
        self.outbox.published.clear()
