"""Ports of repositories: drafts of applications, letters, National Commissions, changes of contacts with the links in
their mails, invitations to make a request, desks of partners, and choices of staff.

Invariants: each call is a statement of its own. A draft or consultation read by its id or application, and a change of
a contact read by its id, is locked until the transaction ends. Callers lock the application first; to find it, they
read by secret or letter without a lock.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from isopolity.registry.application.mergers.record import MergerRecord
from isopolity.registry.domain.contact_change import ContactChange
from isopolity.registry.domain.desk import Entry, Note, SavedSelection
from isopolity.registry.domain.joining.application import Draft
from isopolity.registry.domain.joining.commission import Commission, Consultation
from isopolity.registry.domain.joining.letter import Letter
from isopolity.registry.domain.member import Choice, OfficeNote, SavedList
from isopolity.registry.domain.request import Invitation


class DraftRepository(Protocol):
    """Stores drafts of applications."""

    async def add(self, draft: Draft) -> None:
        """Store a new draft."""

    async def get(self, draft_id: str) -> Draft | None:
        """The draft with this id, or None."""

    async def by_secret(self, digest: str) -> Draft | None:
        """The draft whose link has a secret with this digest, not locked; or None."""

    async def asked_by(self, letter_id: str) -> str | None:
        """The id of the application that this letter asks its applicant about, or None."""

    async def of_application(self, application_id: str) -> Draft | None:
        """The draft for the answer to a question about this application, or None."""

    async def save(self, draft: Draft) -> None:
        """Store the new version of a draft read from this repository."""

    async def delete(self, draft_id: str) -> None:
        """Delete the draft."""


class LetterRepository(Protocol):
    """Stores letters whose mail is not sent yet."""

    async def add(self, letter: Letter) -> None:
        """Store a new letter."""

    async def get(self, letter_id: str) -> Letter | None:
        """The letter with this id, or None."""

    async def delete(self, letter_id: str) -> None:
        """Delete the letter."""


class CommissionRepository(Protocol):
    """Stores National Commissions, one for each country."""

    async def all(self) -> Sequence[Commission]:
        """All commissions, ordered by country."""

    async def get(self, country: str) -> Commission | None:
        """The commission of this country, or None."""

    async def put(self, commission: Commission) -> None:
        """Store the commission, in place of an earlier one of its country."""

    async def remove(self, country: str) -> bool:
        """Delete the commission of a country; returns whether there was one."""


class ConsultationRepository(Protocol):
    """Stores consultations, one for each application."""

    async def put(self, consultation: Consultation) -> None:
        """Store the consultation, in place of an earlier one about its application."""

    async def of_application(self, application_id: str) -> Consultation | None:
        """The consultation about this application, or None."""

    async def of_applications(self, application_ids: Collection[str]) -> Mapping[str, Consultation]:
        """The consultations about these applications, by the application's id."""

    async def by_secret(self, digest: str) -> Consultation | None:
        """The consultation whose link has a secret with this digest, not locked; or None."""

    async def asked_by(self, letter_id: str) -> str | None:
        """The id of the application that this letter asks a commission about, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLink:
    """The link in one mail about a change: `to` is `person` or `main`."""

    letter_id: str
    change_id: str
    to: str
    secret_digest: str


class ContactChangeRepository(Protocol):
    """Stores changes of contacts and links in mails about them."""

    async def put(self, change: ContactChange) -> None:
        """Store the change, new or in place of its earlier state."""

    async def get(self, change_id: str) -> ContactChange | None:
        """The change with this id, locked until the transaction ends; or None."""

    async def peek(self, change_id: str) -> ContactChange | None:
        """The change with this id, not locked; or None."""

    async def of_member(self, member_id: str) -> Sequence[ContactChange]:
        """All changes of the member, the newest first; they are not locked."""

    async def on_desk(self, limit: int) -> Sequence[ContactChange]:
        """Changes that wait for staff's decision after a call, the oldest call first; they are not locked."""

    async def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of waiting changes whose time to object is over."""

    async def remove(self, change_id: str) -> None:
        """Delete the change, with its links."""

    async def drop_of(self, contact_ids: Collection[str]) -> None:
        """Delete open changes of these contacts, and those that they started."""

    async def put_link(self, link: ChangeLink) -> None:
        """Store the link of a letter, in place of its earlier one."""

    async def link_of_letter(self, letter_id: str) -> ChangeLink | None:
        """The link of this letter, or None."""

    async def link_by_secret(self, digest: str) -> ChangeLink | None:
        """The link whose secret has this digest, or None."""


class InvitationRepository(Protocol):
    """Stores invitations of cities to make a request; writes immediately, reads without a lock."""

    async def add(self, invitation: Invitation) -> bool:
        """Store a new invitation; returns False, and stores nothing, if the city has one for the programme."""

    async def get(self, invitation_id: str) -> Invitation | None:
        """The invitation with this id, or None."""

    async def of_programme(self, partner_id: str, programme_id: str) -> Sequence[Invitation]:
        """All invitations for a programme, the newest first."""

    async def of_city(self, city_id: str) -> Sequence[Invitation]:
        """All invitations of a city, the newest first."""

    async def save(self, invitation: Invitation) -> None:
        """Store the new state of an invitation that was read from this repository."""

    async def delete(self, invitation_id: str) -> None:
        """Delete the invitation."""


class OfficeNoteRepository(Protocol):
    """Stores notes of the office; writes immediately, reads without a lock."""

    async def of_member(self, member_id: str) -> Sequence[OfficeNote]:
        """All notes about a member, the newest first."""

    async def count(self, member_id: str) -> int: ...

    async def add(self, note: OfficeNote) -> None: ...

    async def remove(self, member_id: str, note_id: str) -> bool:
        """Delete a note about this member; returns whether there was one."""

    async def move(self, member_id: str, to: str, only: Collection[str] | None = None) -> None:
        """Let all notes about a member, or those with these ids, be about another one."""


class MergerRepository(Protocol):
    """Stores mergers that can be undone, one for each duplicate; writes immediately, reads without a lock."""

    async def put(self, record: MergerRecord) -> None:
        """Store a merger, in place of an earlier one of its duplicate."""

    async def get(self, duplicate_id: str) -> MergerRecord | None:
        """The merger of this duplicate, or None."""

    async def of_member(self, member_id: str) -> Sequence[MergerRecord]:
        """The mergers into this member."""

    async def remove(self, duplicate_id: str) -> None:
        """Forget the merger of this duplicate."""


class SavedListRepository(Protocol):
    """Stores lists that staff saved; writes immediately, reads without a lock."""

    async def get(self, list_id: str) -> SavedList | None: ...

    async def all_for(self, subject: str) -> Sequence[SavedList]:
        """The person's own lists and the shared ones, by name."""

    async def put(self, saved: SavedList) -> None:
        """Store the list, in place of one with its id."""

    async def remove(self, list_id: str) -> None: ...

    async def remove_own(self, owner: str) -> None:
        """Delete a person's lists that are not shared."""


class DeskRepository(Protocol):
    """Stores desks of partners; writes immediately, reads without a lock."""

    async def entries(self, partner_id: str, *, with_notes: bool = False) -> Sequence[Entry]:
        """The shortlist, the last changed entry first; without the texts of notes unless `with_notes`."""

    async def entry(self, partner_id: str, city_id: str) -> Entry | None:
        """The entry of the city with its notes, or None."""

    async def partners_about(self, city_id: str) -> Sequence[str]:
        """The ids of the partners that have the city on their shortlist."""

    async def count_entries(self, partner_id: str) -> int: ...

    async def put_entry(self, partner_id: str, entry: Entry) -> None:
        """Store the entry, in place of the earlier one of its city; notes are unchanged."""

    async def remove_entry(self, partner_id: str, city_id: str) -> bool:
        """Delete the city's entry and its notes; returns whether there was one."""

    async def count_notes(self, partner_id: str) -> int: ...

    async def add_note(self, partner_id: str, note: Note) -> None: ...

    async def remove_note(self, partner_id: str, note_id: str) -> bool: ...

    async def selections(self, partner_id: str) -> Sequence[SavedSelection]:
        """All selections of the partner, ordered by name."""

    async def put_selection(self, partner_id: str, selection: SavedSelection) -> None: ...

    async def remove_selection(self, partner_id: str, selection_id: str) -> bool: ...


class ChoiceRepository(Protocol):
    """Stores choices of staff, which are never changed or deleted."""

    async def last(self, limit: int) -> Sequence[Choice]:
        """The last choices, the newest first; read without a lock."""

    async def add(self, choice: Choice) -> None:
        """Store a choice. Raises StaleEntry if its number is taken."""
