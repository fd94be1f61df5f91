"""Sign-ins, sessions and the office in memory. They pass the same contract as those on a database."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from isopolity.registry.application.mergers.record import MergerRecord
from isopolity.registry.application.repositories import ChangeLink
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.second_factor import Challenge, Passkey
from isopolity.registry.domain.access.session import Session, SignIn
from isopolity.registry.domain.contact_change import OPEN, ContactChange
from isopolity.registry.domain.errors import ConcurrentChange
from isopolity.registry.domain.member import OfficeNote, SavedList
from isopolity.registry.domain.request import Invitation


class FakeSignIns:
    """Sign-ins in a dictionary."""

    def __init__(self, kept: dict[str, SignIn]) -> None:
        self._kept = kept

    async def add(self, sign_in: SignIn) -> None:
        self._kept[sign_in.sign_in_id] = sign_in

    async def save(self, sign_in: SignIn) -> None:
        self._kept[sign_in.sign_in_id] = sign_in

    async def of_address(self, address: str, since: datetime) -> Sequence[SignIn]:
        return [one for one in self._kept.values() if one.address == address and one.requested_at > since]

    async def mailed(self, address: str, now: datetime) -> Sequence[SignIn]:
        return [one for one in self._kept.values() if one.address == address and one.issued_at and one.lets_in(now)]

    async def address_of(self, sign_in_id: str) -> str | None:
        return self._kept[sign_in_id].address if sign_in_id in self._kept else None

    async def by_secret(self, digest: str) -> SignIn | None:
        return next((one for one in self._kept.values() if one.secret_digest == digest), None)

    async def spend(self, sign_in_id: str) -> bool:
        kept = self._kept.get(sign_in_id)
        if kept is None or kept.secret_digest is None:
            return False
        self._kept[sign_in_id] = replace(kept, secret_digest=None)
        return True

    async def forget(self, addresses: Collection[str]) -> None:
        for one in [each for each in self._kept.values() if each.address in addresses]:
            del self._kept[one.sign_in_id]

    async def forget_all(self) -> None:
        self._kept.clear()


class FakeKnownBrowsers:
    """Known browsers in a dictionary, by digest and account."""

    def __init__(self, kept: dict[tuple[str, str], datetime]) -> None:
        self._kept = kept

    async def has(self, digest: str) -> bool:
        return any(each == digest for each, _ in self._kept)

    async def keep(self, digest: str, account_ids: Collection[str], now: datetime) -> None:
        self._kept |= {(digest, account_id): now for account_id in account_ids}

    async def forget(self, account_ids: Collection[str], but: str | None = None) -> None:
        for digest, account_id in list(self._kept):
            if account_id in account_ids and digest != but:
                del self._kept[digest, account_id]

    async def forget_all(self) -> None:
        self._kept.clear()


class FakeSessions:
    """Sessions in a dictionary."""

    def __init__(self, kept: dict[str, Session]) -> None:
        self._kept = kept

    async def add(self, session: Session) -> None:
        self._kept[session.session_id] = session

    async def save(self, session: Session) -> None:
        self._kept[session.session_id] = session

    async def by_family(self, digest: str) -> Session | None:
        return next((one for one in self._kept.values() if one.family_digest == digest), None)

    async def lock(self, session_id: str) -> Session | None:
        return self._kept.get(session_id)

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Session]:
        return [one for one in self._kept.values() if one.account_id in account_ids]

    async def end(self, session_id: str) -> Sequence[str]:
        return self._end(lambda one: one.session_id == session_id)

    async def end_of_accounts(self, account_ids: Collection[str]) -> Sequence[str]:
        return self._end(lambda one: one.account_id in account_ids)

    async def end_of_member(self, member_id: str) -> Sequence[str]:
        return self._end(lambda one: one.member_id == member_id)

    async def end_all(self) -> Sequence[str]:
        return self._end(lambda _: True)

    def _end(self, which: Callable[[Session], bool]) -> Sequence[str]:
        ended = sorted(one.session_id for one in self._kept.values() if which(one))
        for session_id in ended:
            del self._kept[session_id]
        return ended


class FakeOffice:
    """Staff and operators in a dictionary."""

    def __init__(self, kept: dict[str, OfficePerson]) -> None:
        self._kept = kept

    async def all(self) -> Sequence[OfficePerson]:
        return [self._kept[person_id] for person_id in sorted(self._kept)]

    async def lock(self) -> None:
        """Do nothing, since one transaction runs at a time."""

    async def get(self, person_id: str, *, locked: bool = True) -> OfficePerson | None:
        return self._kept.get(person_id)

    async def by_address(self, address: str, *, locked: bool = True) -> OfficePerson | None:
        return next((one for one in self._kept.values() if one.address == address), None)

    async def put(self, person: OfficePerson) -> None:
        if any(one.address == person.address and one.person_id != person.person_id for one in self._kept.values()):
            raise ConcurrentChange("taken")
        self._kept[person.person_id] = person

    async def remove(self, person_id: str) -> None:
        del self._kept[person_id]


class FakePasskeys:
    """A PasskeyRepository in dictionaries: passkeys by their ids, challenges by their digests."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self._kept = kept

    async def keep_challenge(self, challenge: Challenge) -> None:
        self._kept[f"challenge:{challenge.digest}"] = challenge

    async def take_challenge(self, digest: str) -> Challenge | None:
        taken: Challenge | None = self._kept.pop(f"challenge:{digest}", None)
        return taken

    async def add(self, passkey: Passkey) -> bool:
        if await self.of_credential(passkey.credential_id) is not None:
            return False
        self._kept[passkey.passkey_id] = passkey
        return True

    async def of_credential(self, credential_id: str) -> Passkey | None:
        return next((one for one in self._all() if one.credential_id == credential_id), None)

    async def lock(self, passkey_id: str) -> Passkey | None:
        return next((one for one in self._all() if one.passkey_id == passkey_id), None)

    async def of_accounts(self, account_ids: Collection[str]) -> Sequence[Passkey]:
        return [one for one in self._all() if one.account_id in account_ids]

    async def save(self, passkey: Passkey) -> None:
        self._kept[passkey.passkey_id] = passkey

    async def remove(self, passkey_id: str) -> None:
        self._kept.pop(passkey_id, None)

    async def forget(self, account_ids: Collection[str]) -> None:
        for one in await self.of_accounts(account_ids):
            await self.remove(one.passkey_id)

    def _all(self) -> list[Passkey]:
        found = [one for one in self._kept.values() if isinstance(one, Passkey)]
        return sorted(found, key=lambda one: (one.added_at, one.passkey_id))


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

    async def drop_of(self, contact_ids: Collection[str]) -> None:
        for one in self._changes:
            if {one.contact_id, one.by_contact_id} & set(contact_ids) and one.status in OPEN:
                await self.remove(one.change_id)

    async def put_link(self, link: ChangeLink) -> None:
        self._kept[link.letter_id] = link

    async def link_of_letter(self, letter_id: str) -> ChangeLink | None:
        return next((one for one in self._links if one.letter_id == letter_id), None)

    async def link_by_secret(self, digest: str) -> ChangeLink | None:
        return next((one for one in self._links if one.secret_digest == digest), None)


class FakeOfficeNotes:
    """An OfficeNoteRepository in a dictionary, by id."""

    def __init__(self, kept: dict[str, OfficeNote]) -> None:
        self._kept = kept

    async def of_member(self, member_id: str) -> Sequence[OfficeNote]:
        found = [one for one in self._kept.values() if one.member_id == member_id]
        return sorted(found, key=lambda one: (one.written_at, one.note_id), reverse=True)

    async def count(self, member_id: str) -> int:
        return len(await self.of_member(member_id))

    async def add(self, note: OfficeNote) -> None:
        self._kept[note.note_id] = note

    async def remove(self, member_id: str, note_id: str) -> bool:
        found = self._kept.get(note_id)
        return found is not None and found.member_id == member_id and self._kept.pop(note_id) is found

    async def move(self, member_id: str, to: str, only: Collection[str] | None = None) -> None:
        for note in await self.of_member(member_id):
            if only is None or note.note_id in only:
                self._kept[note.note_id] = replace(note, member_id=to)


class FakeMergers:
    """A MergerRepository in a dictionary, by duplicate."""

    def __init__(self, kept: dict[str, MergerRecord]) -> None:
        self._kept = kept

    async def put(self, record: MergerRecord) -> None:
        self._kept[record.duplicate_id] = record

    async def get(self, duplicate_id: str) -> MergerRecord | None:
        return self._kept.get(duplicate_id)

    async def of_member(self, member_id: str) -> list[MergerRecord]:
        return [each for each in self._kept.values() if each.member_id == member_id]

    async def remove(self, duplicate_id: str) -> None:
        self._kept.pop(duplicate_id, None)


class FakeSavedLists:
    """A SavedListRepository in a dictionary, by id."""

    def __init__(self, kept: dict[str, SavedList]) -> None:
        self._kept = kept

    async def get(self, list_id: str) -> SavedList | None:
        return self._kept.get(list_id)

    async def all_for(self, subject: str) -> Sequence[SavedList]:
        found = [one for one in self._kept.values() if one.is_for(subject)]
        return sorted(found, key=lambda one: (one.name, one.list_id))

    async def put(self, saved: SavedList) -> None:
        self._kept[saved.list_id] = saved

    async def remove(self, list_id: str) -> None:
        self._kept.pop(list_id, None)

    async def remove_own(self, owner: str) -> None:
        for one in list(self._kept.values()):
            if one.owner == owner and not one.shared:
                del self._kept[one.list_id]


class FakeInvitations:
    """An InvitationRepository in a dictionary, by id."""

    def __init__(self, kept: dict[str, Invitation]) -> None:
        self._kept = kept

    async def add(self, invitation: Invitation) -> bool:
        names = ("city_id", "partner_id", "programme_id")
        same = [getattr(invitation, name) for name in names]
        if any([getattr(each, name) for name in names] == same for each in self._kept.values()):
            return False
        self._kept[invitation.invitation_id] = invitation
        return True

    async def get(self, invitation_id: str) -> Invitation | None:
        return self._kept.get(invitation_id)

    async def of_programme(self, partner_id: str, programme_id: str) -> Sequence[Invitation]:
        return self._newest(lambda one: (one.partner_id, one.programme_id) == (partner_id, programme_id))

    async def of_city(self, city_id: str) -> Sequence[Invitation]:
        return self._newest(lambda one: one.city_id == city_id)

    async def save(self, invitation: Invitation) -> None:
        self._kept[invitation.invitation_id] = invitation

    async def delete(self, invitation_id: str) -> None:
        self._kept.pop(invitation_id, None)

    def _newest(self, which: Callable[[Invitation], bool]) -> Sequence[Invitation]:
        found = [one for one in self._kept.values() if which(one)]
        return sorted(found, key=lambda one: (one.invited_at, one.invitation_id), reverse=True)
