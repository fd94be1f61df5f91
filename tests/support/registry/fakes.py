"""registry's store and unit of work in memory. The contract of those on a database: tests/integration/registry."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.event import Data
from tests.support.registry.access_fakes import (
    FakeContactChanges,
    FakeInvitations,
    FakeKnownBrowsers,
    FakeMergers,
    FakeOffice,
    FakeOfficeNotes,
    FakePasskeys,
    FakeSavedLists,
    FakeSessions,
    FakeSignIns,
)
from tests.support.registry.fake_repositories import (
    FakeApplicationRepository,
    FakeChangeRepository,
    FakeContactRepository,
    FakeMemberRepository,
    FakeRequestRepository,
    FakeTwinningRepository,
)
from tests.support.registry.fake_tables import (
    FakeCommissions,
    FakeConsultations,
    FakeCounters,
    FakeDesk,
    FakeDrafts,
    FakeHandovers,
    FakeLetters,
    FakeRevocations,
)
from tests.support.shared.acts import FakeAudit
from tests.support.shared.idempotency import FakeIdempotencyKeys


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
                "invitations",
                "office_notes",
                "saved_lists",
                "mergers",
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


class NoDoneImports:
    """A DoneImports of which no import was taken back; those that are, are tested on databases."""

    async def taken_back(self, kind: str, entry_ids: Collection[str]) -> Collection[str]:
        return ()


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
        self.import_works: Any = None
        self.known_layouts: Any = None
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
        self.invitations = FakeInvitations(self._copy["invitations"])
        self.office_notes = FakeOfficeNotes(self._copy["office_notes"])
        self.done_imports: Any = NoDoneImports()
        self.saved_lists = FakeSavedLists(self._copy["saved_lists"])
        self.mergers = FakeMergers(self._copy["mergers"])
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
