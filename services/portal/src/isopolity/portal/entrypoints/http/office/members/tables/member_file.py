"""A member's page at the office as a file: a row for each contact, proposal, partnership, twinning, mail, note and act.

Invariant: the file has what the page shows to the same reader, and nothing else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from isopolity.client.matching.models import OwnPartnershipView, ProposalView
from isopolity.client.notify.models import MailOut
from isopolity.client.operations.models import AuditEntry
from isopolity.client.registry.models import ContactDocument, OfficeNoteView
from isopolity.tables.text_files import Value

COLUMNS: Final = ("about", "day", "name", "state", "detail")
Found = TypeVar("Found")
_AWAY: Final = "not known now"
"""The state in the row of a kind whose service does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the page shows; None where a service does not answer."""

    member_id: str
    contacts: Sequence[ContactDocument]
    proposals: Sequence[ProposalView] | None
    partnerships: Sequence[OwnPartnershipView] | None
    twinnings: Sequence[tuple[str, int | None]] | None
    """The other cities, and the years of the twinnings."""
    mails: Sequence[MailOut] | None
    notes: Sequence[OfficeNoteView] | None
    acts: Sequence[AuditEntry] | None


def rows_of(seen: Seen) -> list[list[Value]]:
    """The rows below `COLUMNS`."""
    kinds = {
        "contact": _each(seen.contacts, lambda each: [None, each.name, _confirmed(each), each.email]),
        "proposal": _each(seen.proposals, lambda each: [_day(each.answer_by), _other(each, seen), each.stage, None]),
        "partnership": _each(seen.partnerships, lambda each: [_day(each.established_at), each.other.name, None, None]),
        "twinning": _each(seen.twinnings, lambda tie: [None, tie[0], None, tie[1]]),
        "mail": _each(seen.mails, lambda each: [_day(each.created_at), each.other, each.state, each.purpose]),
        "note": _each(seen.notes, lambda each: [_day(each.written_at), None, each.about, each.text]),
        "act": _each(seen.acts, lambda each: [_day(each.at), None, each.actor_kind, each.action]),
    }
    return [[about, *row] for about, rows in kinds.items() for row in rows]


def _each(found: Sequence[Found] | None, row: Callable[[Found], list[Value]]) -> list[list[Value]]:
    return [[None, None, _AWAY, None]] if found is None else [row(each) for each in found]


def _day(at: datetime | None) -> str | None:
    return None if at is None else at.date().isoformat()


def _confirmed(contact: ContactDocument) -> str:
    return "confirmed" if contact.confirmed else "not confirmed"


def _other(proposal: ProposalView, seen: Seen) -> str:
    return "; ".join(side.name for side in proposal.sides if side.member_id != seen.member_id)
