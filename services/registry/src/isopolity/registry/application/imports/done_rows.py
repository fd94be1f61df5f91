"""What an import did to each entry, kept for `periods.IMPORT_UNDO` so that staff can take the import back.

Invariants: of a changed entry only the fields that the import changed are kept, each with its value before and after;
of a new one a digest of its state. A contact that is erased leaves its id alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from pydantic import TypeAdapter
from pydantic_core import to_json

from isopolity.machine import periods
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.partner import PartnerProfile
from isopolity.registry.domain.request import Request, RequestDetails
from isopolity.registry.domain.twinning import Twinning

KEPT: Final = periods.IMPORT_UNDO
MOST_DONE: Final = 20_000
"""The most entries of an import that can be taken back; of a larger one nothing is kept."""

Fields = Mapping[str, tuple[Any, Any]]
"""The changed fields, each with its value before and after, as JSON."""

_ADAPTERS: Final[Mapping[type, TypeAdapter[Any]]] = {
    each: TypeAdapter(each) for each in (CityProfile, PartnerProfile, RequestDetails, Twinning)
}
_UNKEPT: Final = ("version", "avoided_countries")
"""Fields that no import sets, and whose change is no reason to keep one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneRow:
    """What one row did to one entry."""

    kind: str
    """`city`, `partner`, `contact`, `request` or `twinning`."""
    entry_id: str
    member_id: str
    """The member whose entry it is; empty for a twinning."""
    line: int
    is_new: bool
    status: str
    """The status that the entry had after the row; empty for a contact."""
    state: str = ""
    """Of a new entry: the digest of its state, or the version of a contact."""
    fields: Fields = field(default_factory=dict)
    """Of a changed entry; empty where a contact was only asked to accept another role."""
    was_admitted: bool = False
    """Whether the row admitted a member that was there before."""

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.entry_id

    def without(self, names: Collection[str]) -> "DoneRow":
        """The row without these fields, which have been taken back."""
        return replace(self, fields={name: both for name, both in self.fields.items() if name not in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneImport:
    """An import that was done."""

    run_id: str
    done_at: datetime
    done_by: str
    """The token subject of who did it."""
    name: str
    """The sender's name for the file; empty without one."""
    kind: str
    rows: int
    created: int
    revised: int
    is_kept: bool
    """Whether what it did is kept; it is not for more than `MOST_DONE` entries."""
    taken_back_at: datetime | None = None
    """When it was last taken back, whole or in part."""
    taken_back_by: str | None = None
    taken_back: int = 0
    """The number of entries that were taken back."""
    shown: str = ""
    """The digest of what was taken back last, so that the order that is sent twice is done once."""


class DoneImports(Protocol):
    """Stores imports that were done, and their rows."""

    async def add(self, done: DoneImport) -> None:
        """Store an import."""

    async def put(self, done: DoneImport) -> None:
        """Replace an import that is stored."""

    async def get(self, run_id: str, *, locked: bool = True) -> DoneImport | None:
        """The import with this id, or None; by default locked until the transaction ends."""

    async def newest(self, limit: int) -> Sequence[DoneImport]:
        """The newest imports, the last one first; not locked."""

    async def add_rows(self, run_id: str, done_at: datetime, rows: Sequence[DoneRow]) -> None:
        """Add rows to an import that is under way."""

    async def rows(self, run_id: str) -> Sequence[DoneRow]:
        """The rows of an import that are not taken back, in the order of their lines."""

    async def remove_rows(self, run_id: str) -> None:
        """Delete the rows of an import."""

    async def settle(self, run_id: str, taken: Sequence[DoneRow], changed: Sequence[DoneRow]) -> None:
        """Mark rows as taken back, and replace those of which some fields stay."""

    async def taken_back(self, kind: str, entry_ids: Collection[str]) -> Collection[str]:
        """Those of the entries that an import created and that ended when it was taken back."""

    async def later(self, done: DoneImport, entry_ids: Collection[str]) -> Collection[str]:
        """Those of the entries that a later import changed, which is not taken back."""

    async def resting_on(self, member_ids: Collection[str]) -> Mapping[str, str]:
        """Members on which something rests besides contacts, each with a reason by code."""

    async def forget_people(self, contact_ids: Collection[str]) -> None:
        """Delete what is kept of the data of these contacts."""


def done_row(line: int, old: Any, new: Any) -> DoneRow:
    """What a row did that changed `old` to `new`, or that created `new`."""
    match new:
        case Member():
            kind, entry_id, member_id = new.profile.member_kind, new.member_id, new.member_id
        case Request():
            kind, entry_id, member_id = "request", new.request_id, new.city_id
        case _:
            kind, entry_id, member_id = "twinning", new.identifier, ""
    return DoneRow(
        kind=kind,
        entry_id=entry_id,
        member_id=member_id,
        line=line,
        is_new=old is None,
        status=new.status,
        state=digest_of(new) if old is None else "",
        fields={} if old is None else differing(values_of(old), values_of(new)),
        was_admitted=isinstance(new, Member) and old is not None and old.status != new.status,
    )


def done_contact(line: int, contact: Contact, old: Person | None, new: Person) -> DoneRow:
    """What a row did to a contact; `old` is None if it is new."""
    return DoneRow(
        kind="contact",
        entry_id=contact.contact_id,
        member_id=contact.member_id,
        line=line,
        is_new=old is None,
        status="",
        state=str(contact.version) if old is None else "",
        fields={} if old is None else differing(asdict(old), asdict(new)),
    )


def values_of(entry: Any) -> dict[str, Any]:
    """The fields of an entry that an import can set, as JSON."""
    state = entry.profile if isinstance(entry, Member) else entry.details if isinstance(entry, Request) else entry
    dumped: dict[str, Any] = _ADAPTERS[type(state)].dump_python(state, mode="json", exclude_defaults=True)
    return {name: value for name, value in dumped.items() if name not in _UNKEPT}


def from_values(kind: type, values: Mapping[str, Any]) -> Any:
    """The profile, details or twinning with these values. Raises InvalidProfile."""
    return _ADAPTERS[kind].validate_python(values)


def digest_of(entry: Any) -> str:
    """SHA-256, in hex, of the fields of an entry."""
    return sha256(to_json(values_of(entry))).hexdigest()


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Fields:
    """The fields that differ, with both values."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: (before.get(name), after.get(name)) for name in names}
