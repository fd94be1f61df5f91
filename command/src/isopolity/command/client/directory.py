"""Members and applicants as people name them: by id or by name, a programme as PARTNER/PROGRAMME.

Invariant: a name is accepted only if it is unambiguous; else all possible members are listed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Final

from isopolity.client.call import Call
from isopolity.client.registry import applications, cities, models, partners
from isopolity.command.client.http_client import Client, Page
from isopolity.command.failure import ExitCode, Failure, Misuse
from isopolity.identity.folded_text import fold

CITY: Final = "city"
PARTNER: Final = "partner"
APPLICATION: Final = "application"
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LISTED: Final = 8
_MOST: Final = 200
"""Entries of one kind that a search looks at."""
_OPEN: Final = ("confirmed", "unconfirmed")
"""Statuses of applications that are not decided."""
Document = models.CityEntry | models.PartnerEntry | models.ApplicationDocument
Listed = models.CityEntry | models.PartnerEntry | models.ApplicationSummary
Lists = Callable[..., Call[Page[Listed]]]
_LISTS: Final[Mapping[str, Lists]] = {CITY: cities.list, PARTNER: partners.list, APPLICATION: applications.list}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A city, a partner or an application; `kind` is `CITY`, `PARTNER` or `APPLICATION`."""

    kind: str
    identifier: str
    name: str
    country: str
    status: str
    programmes: Sequence[models.Programme] = ()
    """The programmes of a partner."""

    @classmethod
    def of(cls, document: Document | Listed) -> "Entry":
        """The entry in an answer of registry."""
        entry = partial(cls, name=document.name, status=document.status)
        match document:
            case models.CityEntry():
                return entry(kind=CITY, identifier=document.city_id, country=document.country)
            case models.PartnerEntry(partner_id=identifier, home_country=country):
                return entry(kind=PARTNER, identifier=identifier, country=country, programmes=document.programmes)
            case _:
                return entry(kind=APPLICATION, identifier=document.application_id, country=document.country)

    @property
    def resource(self) -> ModuleType:
        """The requests about it: those of cities or of partners."""
        return cities if self.kind == CITY else partners

    @property
    def place(self) -> str:
        """Name and country."""
        return f"{self.name} ({self.country})"

    @property
    def label(self) -> str:
        """Name and country, and the status of one that is not endorsed."""
        status = "" if self.status == "endorsed" else f", {self.status}"
        return f"{self.place}{status}"

    @property
    def standing(self) -> str:
        """A sentence on whether it is in the network, and, if it is not, what to do."""
        who = self.place
        if self.status in ("applied", "confirmed"):
            return f"{who} has applied; admit it with `isopolity members endorse {self.identifier}`."
        if self.status == "unconfirmed":
            return f"{who} has applied and has not confirmed its address yet; it can be admitted once it has."
        return f"{who} is in the network." if self.status == "endorsed" else f"{who} has left the network."


def search(client: Client, text: str, statuses: str = "any") -> Sequence[Entry]:
    """The one with the id `text`; else those with exactly this name; else those whose names contain its words.

    `statuses` is that of members: `endorsed`, or `any`, with which open applications are looked at, too.
    """
    kinds = (CITY, PARTNER, APPLICATION) if statuses == "any" else (CITY, PARTNER)
    if _ID.fullmatch(text):
        known = (client.find(reading(kind, text)) for kind in kinds)
        return [Entry.of(document) for document in known if document is not None]
    status = None if statuses == "endorsed" else statuses
    found = [entry for kind in kinds for entry in _named(client, kind, text, status)]
    return [entry for entry in found if fold(entry.name) == fold(text)] or found


def reading(kind: str, identifier: str) -> Call[Document]:
    """The request for the whole of a city, a partner or an application."""
    if kind == CITY:
        return cities.read(identifier)
    return partners.read(identifier) if kind == PARTNER else applications.read(identifier)


def _named(client: Client, kind: str, text: str, status: str | None) -> Iterator[Entry]:
    """Those whose names contain the words of `text`; of applications those that are not decided."""
    found = client.every(partial(_LISTS[kind], text=text, status=status), _MOST)
    return (Entry.of(each) for each in found if kind != APPLICATION or each.status in _OPEN)


def the_one(found: Sequence[Entry], text: str) -> Entry:
    """The only one. Raises Failure if there is none, or more than one."""
    if not found:
        raise Failure(f"There is no member “{text}”; find it with `isopolity members list --text NAME`.")
    if len(found) > 1:
        lines = "\n".join(f"  {entry.identifier}  {entry.label}" for entry in found[:_LISTED])
        more = f"\n  and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise Failure(f"“{text}” could mean {len(found)} members; name one by its id:\n{lines}{more}")
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

    For a caller that may not see applicants it is None.
    """
    try:
        found = search(client, text)
    except Failure as failure:
        if failure.code is not ExitCode.REFUSED:
            raise
        return None
    return " ".join(entry.standing for entry in found[:_LISTED] if entry.status != "endorsed") or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A member, or a programme of one."""

    member_id: str
    name: str
    programme_id: str | None = None
    programmes: tuple[str, ...] = ()
    """The names of a partner's programmes, if it was named without one."""

    @property
    def reference(self) -> str:
        """The member, or the programme, as the services' interfaces name it."""
        return f"{self.member_id}/{self.programme_id}" if self.programme_id else self.member_id


def find(client: Client, text: str) -> Named:
    """The member or programme that `text` means. Raises Failure if there is none, or more than one."""
    found = _endorsed(client, text)
    partner, _, programme = text.rpartition("/")
    if not found and partner:
        owner = the_one(_endorsed(client, partner), partner)
        return _programme(owner, programme)
    if not found and (standing := not_endorsed(client, text)) is not None:
        raise Failure(standing)
    member = the_one(found, text)
    programmes = tuple(each.name for each in member.programmes)
    return Named(member_id=member.identifier, name=member.name, programmes=programmes)


def find_both(client: Client, a: str, b: str) -> tuple[Named, Named]:
    """Two members that can be paired: two cities, or a programme and a city. Raises Failure for any other two."""
    one, other = find(client, a), find(client, b)
    for each in (one, other):
        if len(each.programmes) > 1:
            known = ", ".join(each.programmes)
            raise Failure(f"{each.name} has {len(each.programmes)} programmes, {known}; name one as PARTNER/PROGRAMME.")
    if all(each.programme_id or each.programmes for each in (one, other)):
        raise Failure(f"{one.name} and {other.name} cannot be a pair; name a city on one side.")
    return one, other


def find_programme(client: Client, text: str) -> Named:
    """The programme that `text` means; a partner stands for its only one. Raises Failure if it has none or several."""
    found = find(client, text)
    if found.programme_id is not None:
        return found
    if len(found.programmes) == 1:
        return find(client, f"{found.member_id}/{found.programmes[0]}")
    known = f"it has {', '.join(found.programmes)}; name one" if found.programmes else "name a partner's programme"
    raise Failure(f"{found.name} is not a programme: {known} as PARTNER/PROGRAMME.")


def find_pair(client: Client, text: str) -> tuple[str, str]:
    """The references of the two members in `A:B`. Raises Failure if it is not written so, and as `find` does."""
    one, colon, other = text.partition(":")
    if not colon or not one.strip() or not other.strip() or ":" in other:
        raise Misuse(f"Write two members as A:B, not “{text}”.")
    return find(client, one.strip()).reference, find(client, other.strip()).reference


def _endorsed(client: Client, text: str) -> Sequence[Entry]:
    return [entry for entry in search(client, text, "endorsed") if entry.status == "endorsed"]


def _programme(partner: Entry, text: str) -> Named:
    for each in partner.programmes:
        if each.programme_id == text or fold(each.name) == fold(text):
            return Named(member_id=partner.identifier, name=each.name, programme_id=each.programme_id)
    known = ", ".join(each.name for each in partner.programmes) or "none"
    raise Failure(f"{partner.name} has no programme “{text}”; it has {known}.")
