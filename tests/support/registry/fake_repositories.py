"""registry's repositories of members, of what belongs to them, of applications and of contacts, in memory."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Generic

from isopolity.registry.application.known_members import KnownMember, known_member
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.errors import ConcurrentChange
from isopolity.registry.domain.joining.application import ASKED, CONFIRMED, Application
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.twinning import Twinning


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

    async def in_countries(self, countries: Collection[str]) -> Sequence[KnownMember]:
        found = (one for one in self._kept.values() if one.profile.country in countries)
        return [known_member(one.member_id, one.status, one.profile) for one in found]

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

    async def waiting_in(self, member_kind: str, countries: Collection[str]) -> Sequence[Application]:
        return [
            one
            for one in self._kept.values()
            if one.status in (CONFIRMED, ASKED)
            and one.profile.member_kind == member_kind
            and one.profile.country in countries
        ]


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

    async def peek_of_addresses(self, addresses: Collection[str]) -> Sequence[Contact]:
        return [one for one in self._kept.values() if one.person.address in addresses]

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
