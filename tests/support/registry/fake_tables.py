"""registry's drafts, letters, commissions, counters, handovers, desks and revocations in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from isopolity.registry.domain.access.session import Revocation
from isopolity.registry.domain.desk import Entry, Note, SavedSelection
from isopolity.registry.domain.handover import Handover
from isopolity.registry.domain.joining.application import Draft
from isopolity.registry.domain.joining.commission import Commission, Consultation
from isopolity.registry.domain.joining.letter import Letter
from tests.support.registry.service import NOW


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

    async def revoke(self, revocation_ids: Collection[str], life: timedelta | None = None) -> Sequence[Revocation]:
        return [self._revoked(one, life) for one in sorted(set(revocation_ids))]

    def _revoked(self, revocation_id: str, life: timedelta | None) -> Revocation:
        known = self._kept.get(revocation_id)
        version = known.version + 1 if known else 1
        revoked = Revocation(
            revocation_id=revocation_id, version=version, revoked_at=NOW, expires_at=NOW + (life or timedelta(days=30))
        )
        self._kept[revocation_id] = revoked
        return revoked
