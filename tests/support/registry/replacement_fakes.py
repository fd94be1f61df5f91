"""Changes of contacts in memory. They pass the same contract as those on a database."""

from collections.abc import Sequence
from datetime import datetime

from isopolity.registry.application.repositories import ChangeLink
from isopolity.registry.domain.contact_change import OPEN, ContactChange


class FakeContactChanges:
    """Changes by their ids, and links by their letters, in one dictionary."""

    def __init__(self, kept: dict[str, ContactChange | ChangeLink]) -> None:
        self._kept = kept

    @property
    def _changes(self) -> Sequence[ContactChange]:
        return [one for one in self._kept.values() if isinstance(one, ContactChange)]

    @property
    def _links(self) -> Sequence[ChangeLink]:
        return [one for one in self._kept.values() if isinstance(one, ChangeLink)]

    async def put(self, change: ContactChange) -> None:
        self._kept[change.change_id] = change

    async def get(self, change_id: str) -> ContactChange | None:
        return next((one for one in self._changes if one.change_id == change_id), None)

    async def peek(self, change_id: str) -> ContactChange | None:
        return await self.get(change_id)

    async def of_member(self, member_id: str) -> Sequence[ContactChange]:
        found = [one for one in self._changes if one.member_id == member_id]
        return sorted(found, key=lambda one: one.started_at, reverse=True)

    async def on_desk(self, limit: int) -> Sequence[ContactChange]:
        found = [one for one in self._changes if one.is_on_desk]
        return sorted(found, key=lambda one: (str(one.called_at), one.change_id))[:limit]

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        return [one.change_id for one in self._changes if one.is_due(now)][:limit]

    async def remove(self, change_id: str) -> None:
        self._kept.pop(change_id, None)
        for link in self._links:
            if link.change_id == change_id:
                del self._kept[link.letter_id]

    async def drop_of(self, contact_id: str) -> None:
        for one in self._changes:
            if contact_id in (one.contact_id, one.by_contact_id) and one.status in OPEN:
                await self.remove(one.change_id)

    async def put_link(self, link: ChangeLink) -> None:
        self._kept[link.letter_id] = link

    async def link_of_letter(self, letter_id: str) -> ChangeLink | None:
        return next((one for one in self._links if one.letter_id == letter_id), None)

    async def link_by_secret(self, digest: str) -> ChangeLink | None:
        return next((one for one in self._links if one.secret_digest == digest), None)
