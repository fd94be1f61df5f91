"""Members of any status, and applicants, found by id or by name; what to do about one who is not endorsed.

Invariant: a name means one of them only if it can mean no other; else those that it could mean are listed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode, Failure
from isopolity.folded_text import fold

CITY: Final = "city"
PARTNER: Final = "partner"
APPLICATION: Final = "application"
_RESOURCES: Final = {CITY: "cities", PARTNER: "partners", APPLICATION: "applications"}
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LISTED: Final = 8
_OPEN: Final = ("confirmed", "unconfirmed")
"""Statuses of applications that nobody has decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A city, a partner or an application; `document` is registry's answer about it."""

    kind: str
    document: Mapping[str, Any]

    @property
    def identifier(self) -> str:
        return str(self.document[f"{self.kind}_id"])

    @property
    def name(self) -> str:
        return str(self.document["name"])

    @property
    def country(self) -> str:
        return str(self.document.get("country") or self.document.get("home_country"))

    @property
    def status(self) -> str:
        return str(self.document.get("status", "endorsed"))

    @property
    def label(self) -> str:
        """Name and country, and the status where it is not endorsed."""
        status = "" if self.status == "endorsed" else f", {self.status}"
        return f"{self.name} ({self.country}){status}"

    @property
    def path(self) -> str:
        """Where registry has it."""
        return f"/registry/v1/{_RESOURCES[self.kind]}/{self.identifier}"

    @property
    def standing(self) -> str:
        """A sentence on whether it is in the network, and what to do where it is not."""
        who = f"{self.name} ({self.country})"
        if self.status in ("applied", "confirmed"):
            return f"{who} has applied, not endorsed; endorse it with `isopolity members endorse {self.identifier}`."
        if self.status == "unconfirmed":
            return f"{who} has applied and has not confirmed its address yet; it can be endorsed once it has."
        return f"{who} is in the network." if self.status == "endorsed" else f"{who} has left the network."


def search(client: Client, text: str, statuses: str = "any") -> Sequence[Entry]:
    """The one with the id `text`; else those with exactly this name; else those whose names contain its words.

    `statuses` is that of members: `endorsed`, or `any`, with which open applications are looked at, too.
    """
    kinds = (CITY, PARTNER, APPLICATION) if statuses == "any" else (CITY, PARTNER)
    if _ID.fullmatch(text):
        known = ((kind, client.attempt(f"/registry/v1/{_RESOURCES[kind]}/{text}")) for kind in kinds)
        return [Entry(kind=kind, document=document) for kind, document in known if document is not None]
    words = {"text": text, "status": None if statuses == "endorsed" else statuses}
    found = [
        Entry(kind=kind, document=document)
        for kind in kinds
        for document in client.pages(f"/registry/v1/{_RESOURCES[kind]}", words, 200)
        if kind != APPLICATION or document["status"] in _OPEN
    ]
    return [entry for entry in found if fold(entry.name) == fold(text)] or found


def the_one(found: Sequence[Entry], text: str) -> Entry:
    """The only one. Raises Failure if there is none, or more than one."""
    if not found:
        raise Failure(f"There is no member “{text}”; find it with `isopolity members list --text NAME`.")
    if len(found) > 1:
        shown = "\n".join(f"  {entry.identifier}  {entry.label}" for entry in found[:_LISTED])
        more = f"\n  and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise Failure(f"“{text}” could mean {len(found)} members; name one by its id:\n{shown}{more}")
    return found[0]


def find_entry(client: Client, text: str) -> Entry:
    """The member or applicant that `text` means. Raises Failure if there is none, or more than one."""
    return the_one(search(client, text), text)


def find_member(client: Client, text: str) -> Entry:
    """The member that `text` means, of any status. Raises Failure as `find_entry` does, and for an applicant."""
    found = search(client, text)
    members = [entry for entry in found if entry.kind != APPLICATION]
    if found and not members:
        raise Failure(the_one(found, text).standing)
    return the_one(members, text)


def not_endorsed(client: Client, text: str) -> str | None:
    """The sentence on those that `text` could mean and that are not endorsed; None if there are none.

    A caller that may not see applicants is told of none.
    """
    try:
        found = search(client, text)
    except Failure as failure:
        if failure.code is not ExitCode.REFUSED:
            raise
        return None
    return " ".join(entry.standing for entry in found[:_LISTED] if entry.status != "endorsed") or None
