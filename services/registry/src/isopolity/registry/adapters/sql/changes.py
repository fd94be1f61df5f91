"""Derives the changes of a transaction for the audit, by comparing written aggregates with those read before.

Invariant: the audit names the changed fields of a contact, never a value, nothing of an applicant's person, and no
country that a city avoids.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from isopolity.machine.turns import Turns
from isopolity.persistence.audit import Facts, SqlAudit, differing
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.contact import Contact, Person

_NESTED = ("profile", "details")
"""Attributes that hold an aggregate's own description; the audit lists their fields beside the others."""
_UNAUDITED = ("person", "others", "exchanges", "secret_digest", "changed_on", "agreed", "avoided_countries")
_PERSON = tuple(field.name for field in fields(Person))
_MEMBERS: Final = {"city": "cities", "partner": "partners"}
"""Kinds of which a bulk act enters each member, by the prefix of their acts; other kinds have only the act's entry."""


async def note_changes(
    audit: SqlAudit,
    kind: str,
    found: Mapping[str, AggregateT],
    added: Mapping[str, AggregateT],
    saved: Mapping[str, AggregateT],
) -> None:
    """Enter new aggregates whole, and of changed ones the fields that differ from `found`.

    A bulk act only enters for each member, in brief, that it was added or endorsed.
    """
    if not audit.is_wanted:
        return
    turns = Turns()
    bulk = _MEMBERS.get(kind) if audit.is_bulk else None
    for identifier, one in added.items() if bulk or not audit.is_bulk else ():
        await turns.over()
        if bulk is None:
            audit.note(kind, identifier, after=_facts(one))
        else:
            audit.note(kind, identifier, after=_brief(one), action=f"{bulk}.create")
    for identifier, one in saved.items():
        await turns.over()
        stored = found.get(identifier)
        before, after = differing(_facts(stored), _facts(one)) if stored is not None else (None, _facts(one))
        is_endorsed = bulk is not None and after.get("status") == "endorsed"
        audit.note(kind, identifier, before=before, after=after, action=f"{bulk}.endorse" if is_endorsed else None)


def note_contacts(
    audit: SqlAudit,
    found: Mapping[str, Contact],
    added: Mapping[str, Contact],
    saved: Mapping[str, Contact],
    erased: Mapping[str, Contact],
) -> None:
    """Enter which contacts of which member are new, changed (with the fields' names) or erased."""
    if not audit.is_wanted:
        return
    for contact in added.values():
        _note_contact(audit, contact, "added", _PERSON, "contacts.create" if audit.is_bulk else None)
    for contact in saved.values():
        stored = found.get(contact.contact_id)
        if stored is not None and stored.version == contact.version:
            continue  # a link was mailed, nothing has changed
        names = [n for n in _PERSON if stored is None or getattr(stored.person, n) != getattr(contact.person, n)]
        if stored is not None and stored.is_confirmed != contact.is_confirmed:
            names.append("confirmed")
        _note_contact(audit, contact, "changed", names)
    for contact in erased.values():
        _note_contact(audit, contact, "erased", _PERSON)


def _note_contact(audit: SqlAudit, contact: Contact, change: str, names: Any, action: str | None = None) -> None:
    details = {"change": change, "fields": names, "member_id": contact.member_id}
    audit.note("contact", contact.contact_id, details=details, action=action)


def _brief(member: Any) -> Facts:
    return {"name": member.profile.name, "status": member.status}


def _facts(aggregate: Any) -> Facts:
    facts: dict[str, Any] = {}
    for field in fields(aggregate):
        if field.name in _UNAUDITED:
            continue
        value = getattr(aggregate, field.name)
        if field.name in _NESTED and is_dataclass(value):
            facts.update(_facts(value))
        else:
            facts[field.name] = value
    return facts
