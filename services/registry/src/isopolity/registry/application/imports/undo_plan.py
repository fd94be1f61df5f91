"""Which entries of an import can be taken back now, and why others stay.

Invariants: an entry that the import created goes only while it is as the import made it and nothing rests on it; of a
changed one a field gets its earlier value only while it has the value of the import. Nothing is changed here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from pydantic_core import to_json

from isopolity.registry.application.imports.done_rows import (
    DoneImport,
    DoneRow,
    digest_of,
    from_values,
    values_of,
)
from isopolity.registry.application.members import region_of
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.city import CityProfile, refuse_contradiction
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.contact_rights import takes_place_of
from isopolity.registry.domain.errors import RegistryError
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.request import Request
from isopolity.registry.domain.twinning import DECLARED, Twinning

LEAVE: Final = "leave"
RESTORE: Final = "restore"
STAY: Final = "stay"
ACTS: Final = (LEAVE, RESTORE, STAY)
_TOGETHER: Final = (
    ("latitude", "longitude"),
    ("can_travel", "can_host", "online_only"),
    ("needs", "offers", "hidden"),
    ("programmes", "waiting", "refused", "admitted"),
    ("kind", "name", "country", "home_country", "geonames_id", "registration_id"),
    ("amount_min", "amount_max", "currency"),
)
"""Fields that get their earlier values together or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOrder:
    """How an import is taken back."""

    resting: Mapping[str, str] = field(default_factory=dict)
    """Members on which something rests in matching, each with a reason by code."""
    with_mailed: bool = False
    """Whether contacts go that have been sent a link to confirm their address, and have not used it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """What would become of one entry."""

    done: DoneRow
    name: str
    act: str
    reason: str | None = None
    """Why it stays, or a part of it, by code."""
    back: Sequence[str] = ()
    """The fields that get their earlier values."""
    new: Any = None
    """The entry with these values; None if it is not restored."""
    people: Sequence[DoneRow] = ()
    """The contacts that go with a member."""

    @property
    def kept(self) -> Sequence[str]:
        """The changed fields that stay as they are."""
        return [name for name in self.done.fields if name not in self.back]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """The present state of the entries of an import, by id, and what rests on them."""

    members: Mapping[str, Member[Any]]
    requests: Mapping[str, Request]
    twinnings: Mapping[str, Twinning]
    contacts: Mapping[str, Sequence[Contact]]
    """Contacts by the id of their member."""
    signed_in: Collection[str]
    """Contacts that are signed in."""
    resting: Mapping[str, str]
    later: Collection[str]


async def planned(
    done: DoneImport, order: UndoOrder, uow: RegistryRepositories, surroundings: Surroundings
) -> Sequence[PlannedRow]:
    """What would become of each entry of the import, in the order of its lines."""
    rows = await uow.done_imports.rows(done.run_id)
    stored = await _stored(done, rows, uow)
    plan = _Plan(stored=stored, order=order, rows={row.key: row for row in rows}, surroundings=surroundings)
    found = [one for row in rows if (one := plan.of(row)) is not None]
    return await _without_taken_keys(found, uow)


def digest_of_plan(plan: Sequence[PlannedRow]) -> str:
    """SHA-256, in hex, of what would become of all entries."""
    told = [(*one.done.key, one.act, one.reason, list(one.back), list(one.kept)) for one in plan]
    return sha256(to_json(told)).hexdigest()


async def _stored(done: DoneImport, rows: Sequence[DoneRow], uow: RegistryRepositories) -> _Stored:
    ids: dict[str, set[str]] = {}
    for row in rows:
        ids.setdefault(row.kind, set()).add(row.entry_id)
    cities = {*ids.get("city", ()), *(row.member_id for row in rows if row.member_id and row.kind == "request")}
    members: dict[str, Member[Any]] = {**await uow.cities.get_many(cities)}
    members |= await uow.partners.get_many(ids.get("partner", ()))
    contacts: dict[str, list[Contact]] = {}
    of_contacts = {row.member_id for row in rows if row.kind in ("contact", "city", "partner")}
    for contact in await uow.contacts.of_members(of_contacts):
        contacts.setdefault(contact.member_id, []).append(contact)
    people = [one.contact_id for some in contacts.values() for one in some]
    created = {row.entry_id for row in rows if row.is_new}
    return _Stored(
        members=members,
        requests=await uow.requests.get_many(ids.get("request", ())),
        twinnings=await uow.twinnings.get_many(ids.get("twinning", ())),
        contacts=contacts,
        signed_in={one.account_id for one in await uow.sessions.of_accounts(people)} if people else (),
        resting=await uow.done_imports.resting_on(created),
        later=await uow.done_imports.later(done, {row.entry_id for row in rows}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    stored: _Stored
    order: UndoOrder
    rows: Mapping[tuple[str, str], DoneRow]
    surroundings: Surroundings

    def of(self, row: DoneRow) -> PlannedRow | None:
        """What would become of the entry; None for a contact of a new member, which goes or stays with it."""
        match row.kind:
            case "contact":
                member = self.rows.get(("city", row.member_id)) or self.rows.get(("partner", row.member_id))
                return None if member is not None and member.is_new else self._of_contact(row)
            case "request":
                return self._of_entry(row, self.stored.requests.get(row.entry_id), self._request_stays)
            case "twinning":
                return self._of_entry(row, self.stored.twinnings.get(row.entry_id), self._twinning_stays)
            case _:
                return self._of_entry(row, self.stored.members.get(row.entry_id), self._member_stays)

    def _of_entry(self, row: DoneRow, entry: Any, stays: Any) -> PlannedRow:
        if entry is None:
            return PlannedRow(done=row, name="", act=STAY, reason="gone")
        name = self._name(entry)
        if (reason := stays(row, entry)) is not None:
            return PlannedRow(done=row, name=name, act=STAY, reason=reason)
        if row.is_new:
            people = [each for each in self.rows.values() if each.kind == "contact" and each.member_id == row.entry_id]
            return PlannedRow(done=row, name=name, act=LEAVE, people=people if isinstance(entry, Member) else ())
        return self._restored(row, entry, name)

    def _restored(self, row: DoneRow, entry: Any, name: str) -> PlannedRow:
        now = values_of(entry)
        changed = {each for each, (_, after) in row.fields.items() if now.get(each) != after}
        rests = self.order.resting.get(row.member_id) if _has_new_programmes(row) else None
        staying = changed | ({"programmes"} if rests else set())
        staying |= {each for group in _TOGETHER if staying & set(group) for each in group}
        back = [each for each in row.fields if each not in staying]
        reason = "admitted" if row.was_admitted else None
        if len(back) < len(row.fields):
            reason = rests if rests and not changed else self._changed(row)
        if not back:
            return PlannedRow(done=row, name=name, act=STAY, reason=reason or "same")
        earlier = {each: before for each, (before, _) in row.fields.items() if each in back}
        values = {each: value for each, value in {**now, **earlier}.items() if value is not None}
        try:
            new = self._with(entry, values, back)
        except RegistryError:
            return PlannedRow(done=row, name=name, act=STAY, reason="not-possible")
        return PlannedRow(done=row, name=name, act=RESTORE, reason=reason, back=back, new=new)

    def _with(self, entry: Any, values: Mapping[str, Any], back: Sequence[str]) -> Any:
        """The next version of the entry with the earlier values of some fields. Raises RegistryError."""
        if isinstance(entry, Twinning):
            return entry.declared_again(values.get("since"))
        stored = entry.profile if isinstance(entry, Member) else entry.details
        earlier = from_values(type(stored), values)
        wanted = replace(stored, **{name: getattr(earlier, name) for name in back})
        if isinstance(entry, Request):
            return entry.revised(wanted)
        if isinstance(wanted, CityProfile):
            refuse_contradiction(wanted, stored)
            wanted = wanted.hiding(dict.fromkeys((*stored.hidden, *wanted.hidden)))
        return entry.revised(wanted, region_of(wanted, self.surroundings))

    def _member_stays(self, row: DoneRow, member: Member[Any]) -> str | None:
        if member.status == "withdrawn":
            return "left" if member.merged is None else "merged"
        if not row.is_new:
            return None
        if (rests := self.order.resting.get(member.member_id)) is not None:
            return rests
        contacts = self.stored.contacts.get(member.member_id, ())
        of_people = [self._contact_stays(self.rows.get(("contact", one.contact_id)), one) for one in contacts]
        reasons = [self.stored.resting.get(member.member_id), *of_people]
        if digest_of(member) != row.state:
            reasons.append(self._changed(row))
        return min((each for each in reasons if each), key=lambda each: each == "mailed", default=None)

    def _contact_stays(self, row: DoneRow | None, contact: Contact) -> str | None:
        """Why a new contact stays; `row` is None for one that the import did not enter."""
        if contact.contact_id in self.stored.signed_in:
            return "signed-in"
        if row is None or not row.is_new:
            return "other-contact"
        if contact.confirmed_at is not None:
            return "confirmed"
        if str(contact.version) != row.state:
            return "contact-changed"
        return "mailed" if contact.secret_digest is not None and not self.order.with_mailed else None

    def _of_contact(self, row: DoneRow) -> PlannedRow:
        contacts = self.stored.contacts.get(row.member_id, ())
        contact = next((one for one in contacts if one.contact_id == row.entry_id), None)
        if contact is None:
            return PlannedRow(done=row, name="", act=STAY, reason="erased")
        name = contact.person.name
        if row.is_new:
            reason = self._contact_stays(row, contact)
            if contact.person.is_made_up:
                reason = reason or self.order.resting.get(row.member_id)
            return PlannedRow(done=row, name=name, act=STAY if reason else LEAVE, reason=reason)
        if not row.fields:
            return PlannedRow(done=row, name=name, act=STAY, reason="asked")
        back = [each for each, (_, after) in row.fields.items() if getattr(contact.person, each) == after]
        earlier: Person = replace(contact.person, **{each: row.fields[each][0] for each in back})
        if "role" in back and takes_place_of(contact, earlier):
            back, earlier = [each for each in back if each != "role"], replace(earlier, role=contact.person.role)
        reason = None if len(back) == len(row.fields) else "role" if "role" in row.fields else "contact-changed"
        act = RESTORE if back else STAY
        return PlannedRow(done=row, name=name, act=act, reason=reason, back=back, new=earlier if back else None)

    def _request_stays(self, row: DoneRow, request: Request) -> str | None:
        if request.status == "closed":
            return "closed"
        if not row.is_new:
            return None
        if (rests := self.order.resting.get(request.city_id)) is not None:
            return rests
        return self.stored.resting.get(request.request_id) or (
            self._changed(row) if digest_of(request) != row.state else None
        )

    def _twinning_stays(self, row: DoneRow, twinning: Twinning) -> str | None:
        if twinning.status != DECLARED:
            return "retracted"
        if "status" in row.fields:
            return "claim"
        return self._changed(row) if row.is_new and digest_of(twinning) != row.state else None

    def _changed(self, row: DoneRow) -> str:
        return "later-import" if row.entry_id in self.stored.later else "changed"

    def _name(self, entry: Any) -> str:
        match entry:
            case Member():
                return str(entry.profile.name)
            case Request():
                return entry.details.title
            case _:
                return ""


def _has_new_programmes(row: DoneRow) -> bool:
    """Whether the import entered programmes at a stored partner: they stay while something rests on the partner."""
    before, after = ({each["programme_id"] for each in some or ()} for some in row.fields.get("programmes", ((), ())))
    return not after <= before


async def _without_taken_keys(plan: Sequence[PlannedRow], uow: RegistryRepositories) -> Sequence[PlannedRow]:
    """The plan, in which an entry stays whose earlier name or number another one has by now."""
    renamed = {
        one.done.key: one.new.key
        for one in plan
        if one.new is not None
        and {"name", "title", "geonames_id", "kind", "country"} & set(one.back)
        and one.done.kind != "contact"
    }
    if not renamed:
        return plan
    taken: set[tuple[str, str]] = set()
    for kind, repository in (("city", uow.cities), ("partner", uow.partners), ("request", uow.requests)):
        keys = {key: name for name, key in renamed.items() if name[0] == kind}
        found: Mapping[str, Any] = await repository.by_keys(keys) if keys else {}
        taken |= {keys[key] for key, one in found.items() if one.identifier != keys[key][1]}
    return [replace(one, act=STAY, reason="taken", back=(), new=None) if one.done.key in taken else one for one in plan]
