"""Members as people name them on a command line: by id or by name, a programme as PARTNER/PROGRAMME.

Invariant: a name means a member only if it can mean no other; else the members that it could mean are listed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode, Failure
from isopolity.registry.domain.text import fold

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LISTED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A member, or a programme of one."""

    member_id: str
    name: str
    programme_id: str | None = None
    programmes: tuple[str, ...] = ()
    """The names of a partner's programmes, where it was named without one."""

    @property
    def reference(self) -> str:
        """The member, or the programme, as the services' interfaces name it."""
        return f"{self.member_id}/{self.programme_id}" if self.programme_id else self.member_id


def find(client: Client, text: str) -> Named:
    """The member or programme that `text` means. Raises Failure if there is none, or more than one."""
    found = _members(client, text)
    partner, _, programme = text.rpartition("/")
    if not found and partner:
        owner = _one(_members(client, partner), partner)
        return _programme(owner, programme)
    member = _one(found, text)
    programmes = tuple(each["name"] for each in member.get("programmes", ()))
    return Named(member_id=member_id(member), name=member["name"], programmes=programmes)


def find_both(client: Client, a: str, b: str) -> tuple[Named, Named]:
    """Two members that can be paired: two cities, or a programme and a city. Raises Failure for any other two."""
    one, other = find(client, a), find(client, b)
    for each in (one, other):
        if len(each.programmes) > 1:
            known = ", ".join(each.programmes)
            raise Failure(f"{each.name} has {len(each.programmes)} programmes, {known}; name one as PARTNER/PROGRAMME.")
    if all(each.programme_id or each.programmes for each in (one, other)):
        raise Failure(f"{one.name} and {other.name} are no pair; name a city on one side.")
    return one, other


def pair(client: Client, text: str) -> tuple[str, str]:
    """The references of the two members in `A:B`. Raises Failure if it is not written so, and as `find` does."""
    one, colon, other = text.partition(":")
    if not colon or not one.strip() or not other.strip() or ":" in other:
        raise Failure(f"Write two members as A:B, not “{text}”.", ExitCode.USAGE)
    return find(client, one.strip()).reference, find(client, other.strip()).reference


def _members(client: Client, text: str) -> Sequence[Mapping[str, Any]]:
    """The member with this id; else those with exactly this name; else those whose names contain its words."""
    if _ID.fullmatch(text):
        known = (client.attempt(f"/registry/v1/{kind}/{text}") for kind in ("cities", "partners"))
        return [member for member in known if member is not None]
    words = {"text": text}
    found = [member for kind in ("cities", "partners") for member in client.pages(f"/registry/v1/{kind}", words, 200)]
    return [member for member in found if fold(member["name"]) == fold(text)] or found


def _one(found: Sequence[Mapping[str, Any]], text: str) -> Mapping[str, Any]:
    if not found:
        raise Failure(f"There is no member “{text}”; find it with `isopolity members list --text NAME`.")
    if len(found) > 1:
        shown = "\n".join(
            f"  {member_id(member)}  {member['name']} ({member_country(member)})" for member in found[:_LISTED]
        )
        more = f"\n  and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise Failure(f"“{text}” could mean {len(found)} members; name one by its id:\n{shown}{more}")
    return found[0]


def _programme(partner: Mapping[str, Any], text: str) -> Named:
    programmes = partner.get("programmes", ())
    for each in programmes:
        if each["programme_id"] == text or fold(each["name"]) == fold(text):
            return Named(member_id=member_id(partner), name=each["name"], programme_id=each["programme_id"])
    known = ", ".join(each["name"] for each in programmes) or "none"
    raise Failure(f"{partner['name']} has no programme “{text}”; it has {known}.")


def member_id(member: Mapping[str, Any]) -> str:
    """The id of a city or a partner, as registry describes it."""
    return str(member.get("city_id") or member.get("partner_id"))


def member_country(member: Mapping[str, Any]) -> str:
    """The country of a city or a partner, as registry describes it."""
    return str(member.get("country") or member.get("home_country"))
