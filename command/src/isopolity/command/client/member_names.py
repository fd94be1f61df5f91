"""Endorsed members as people name them on a command line: by id or by name, a programme as PARTNER/PROGRAMME."""

from collections.abc import Sequence
from dataclasses import dataclass

from isopolity.command.client.directory import Entry, not_endorsed, search, the_one
from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode, Failure
from isopolity.folded_text import fold


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
        raise Failure(f"{one.name} and {other.name} are no pair; name a city on one side.")
    return one, other


def find_programme(client: Client, text: str) -> Named:
    """The programme that `text` means; a partner stands for its only one. Raises Failure if it has none or several."""
    found = find(client, text)
    if found.programme_id is not None:
        return found
    if len(found.programmes) == 1:
        return find(client, f"{found.member_id}/{found.programmes[0]}")
    known = f"it has {', '.join(found.programmes)}; name one" if found.programmes else "name a partner's programme"
    raise Failure(f"{found.name} is no programme: {known} as PARTNER/PROGRAMME.")


def find_pair(client: Client, text: str) -> tuple[str, str]:
    """The references of the two members in `A:B`. Raises Failure if it is not written so, and as `find` does."""
    one, colon, other = text.partition(":")
    if not colon or not one.strip() or not other.strip() or ":" in other:
        raise Failure(f"Write two members as A:B, not “{text}”.", ExitCode.USAGE)
    return find(client, one.strip()).reference, find(client, other.strip()).reference


def _endorsed(client: Client, text: str) -> Sequence[Entry]:
    return [entry for entry in search(client, text, "endorsed") if entry.status == "endorsed"]


def _programme(partner: Entry, text: str) -> Named:
    for each in partner.programmes:
        if each.programme_id == text or fold(each.name) == fold(text):
            return Named(member_id=partner.identifier, name=each.name, programme_id=each.programme_id)
    known = ", ".join(each.name for each in partner.programmes) or "none"
    raise Failure(f"{partner.name} has no programme “{text}”; it has {known}.")
