"""`isopolity partnerships`: who are partners, and the end of a partnership."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from isopolity.client.matching import partnerships
from isopolity.client.matching.models import EndOrder, MemberView, OwnPartnershipView
from isopolity.client.registry import contacts
from isopolity.command.client.directory import find_member
from isopolity.command.client.documents import render_document
from isopolity.command.client.http_client import Client
from isopolity.command.client.listings import PARTNERSHIPS, save_list
from isopolity.command.console import Result, View, fields_of, listed
from isopolity.command.failure import ExitCode, Failure
from isopolity.command.options import ListFile, ListLimit, Verbs, Yes, at_most, confirm, option

app = Verbs()
PartnershipId = Annotated[str, option("ID")]


@app.verb("list", "staff")
def list_partnerships(
    client: Client,
    member: str | None = None,
    ended: bool | None = None,
    limit: ListLimit = None,
    output: ListFile = None,
) -> Result | View:
    """List partnerships, the newest first.

    Example: isopolity partnerships list --member Lyon --standing

    Options:
        --member MEMBER: Of this member, by name or id.
        --ended/--standing: Those that have ended, or those that stand.
    """
    member_id = find_member(client, member).identifier if member else None
    standing = None if ended is None else not ended
    pages = partial(partnerships.list, member_id=member_id, standing=standing)
    found = client.every(pages, at_most(limit, output))
    if output is not None:
        return save_list(output, found, PARTNERSHIPS)
    return listed(
        found,
        "id, kind, stage, a, b, since, ended, reason",
        lambda each: (
            *(each.partnership_id, each.kind, each.stage, *map(_name, each.members)),
            *(each.established_at, each.ended_at, each.ended_reason),
        ),
        "No partnership fits.",
    )


@app.verb("show", "staff")
def show(client: Client, partnership_id: PartnershipId) -> Result:
    """Show a partnership."""
    known = client.send(partnerships.read(partnership_id))
    fields = fields_of(known)
    if not isinstance(known, OwnPartnershipView):
        a, b = map(_name, known.members)
        fields = {**{name: value for name, value in fields.items() if name != "members"}, "a": a, "b": b}
    return Result(known, render_document(fields))


@app.verb("end", "staff")
def end(client: Client, partnership_id: PartnershipId, reason: str, yes: Yes = False) -> str:
    """End a partnership for good: both sides have a slot free again, and a mail tells each, with the reason.

    It asks first, and says how many mails go out: a side that has no contact gets none.

    Example: isopolity partnerships end 01a2120d-ea14-7d55-8c22-3f8b7d6e5004 --reason completed

    Options:
        --reason CODE: completed, side-ended, inactive, entered-by-mistake or other.
    """
    known = client.send(partnerships.read(partnership_id))
    if isinstance(known, OwnPartnershipView):
        raise Failure("A member's token ends no partnership; use one of staff.", ExitCode.REFUSED)
    who = " and ".join(map(_name, known.members))
    if known.stage == "ended":
        raise Failure(f"The partnership of {who} has ended already.")
    confirm(f"End the partnership of {who}, for good? {_mails(client, known.members)}", yes=yes)
    client.send(partnerships.end(partnership_id, EndOrder(reason=reason)))
    return f"The partnership of {who} has ended."


def _mails(client: Client, members: Sequence[MemberView]) -> str:
    """A sentence with the number of mails that the end makes, and the reason if a side gets none."""
    reached = [client.send(contacts.list(member_id=each.member_id)).items for each in members]
    silent = " and ".join(_name(each) for each, known in zip(members, reached, strict=True) if not known)
    count = ("No mail goes out", "1 mail goes out", "2 mails go out")[sum(map(bool, reached))]
    return f"{count}, since {silent} cannot be mailed without a contact." if silent else f"{count}, one to each side."


def _name(member: MemberView) -> str:
    programme = f": {member.programme_name}" if member.programme_name else ""
    return f"{member.name}{programme} ({member.country})"
