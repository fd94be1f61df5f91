"""`isopolity partnerships`: who are partners, and the end of a partnership."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import fields_of, print_list
from isopolity.command.options import AsJson, Client, ListFile, ListLimit, Yes, at_most, connected

if TYPE_CHECKING:
    from isopolity.client.matching.models import MemberView, PartnershipView

app = typer.Typer(no_args_is_help=True, help="Partnerships that came of proposals.")

PartnershipId = Annotated[str, typer.Argument(metavar="ID")]


@app.command("list")
@connected("staff")
def list_partnerships(
    client: Client,
    member: Annotated[str | None, typer.Option(metavar="MEMBER", help="Of this member, by name or id.")] = None,
    ended: Annotated[
        bool | None, typer.Option("--ended/--standing", help="Those that have ended, or those that stand.")
    ] = None,
    limit: ListLimit = None,
    output: ListFile = None,
    as_json: AsJson = False,
) -> None:
    """List partnerships, the newest first.

    Example: isopolity partnerships list --member Lyon --standing
    """
    from isopolity.client.matching import partnerships
    from isopolity.command.client.directory import find_member

    member_id = find_member(client, member).identifier if member else None
    standing = None if ended is None else not ended
    found = list(
        client.every(
            lambda cursor, most: partnerships.list(member_id=member_id, standing=standing, cursor=cursor, limit=most),
            at_most(limit, output),
        )
    )
    if output is not None:
        from isopolity.command.client.listings import PARTNERSHIPS, save_list

        save_list(output, found, PARTNERSHIPS)
        return
    columns = ("id", "kind", "stage", "a", "b", "since", "ended", "reason")
    print_list(found, columns, _cells, empty="No partnership fits.", as_json=as_json)


@app.command("show")
@connected("staff")
def show(client: Client, partnership_id: PartnershipId, as_json: AsJson = False) -> None:
    """Show a partnership."""
    from isopolity.client.matching import partnerships
    from isopolity.client.matching.models import OwnPartnershipView
    from isopolity.command.client.documents import print_document

    known = client.send(partnerships.read(partnership_id))
    if as_json or isinstance(known, OwnPartnershipView):
        print_document(known, as_json=as_json)
        return
    a, b = known.members
    fields = {name: value for name, value in fields_of(known).items() if name != "members"}
    print_document({**fields, "a": _name(a), "b": _name(b)}, as_json=False)


@app.command("end")
@connected("staff")
def end(
    client: Client,
    partnership_id: PartnershipId,
    reason: Annotated[
        str, typer.Option(metavar="CODE", help="completed, side-ended, inactive, entered-by-mistake or other.")
    ],
    yes: Yes = False,
) -> None:
    """End a partnership for good: both sides have a slot free again, and a mail tells each, with the reason.

    It asks first, and says how many mails go out: a side that has no contact gets none.

    Example: isopolity partnerships end 01a2120d-ea14-7d55-8c22-3f8b7d6e5004 --reason completed
    """
    from isopolity.client.matching import partnerships
    from isopolity.client.matching.models import EndOrder, OwnPartnershipView
    from isopolity.command.client.questions import confirmed
    from isopolity.command.failure import ExitCode, Failure

    known = client.send(partnerships.read(partnership_id))
    if isinstance(known, OwnPartnershipView):
        raise Failure("A member's token ends no partnership; use one of staff.", ExitCode.REFUSED)
    who = " and ".join(_name(member) for member in known.members)
    if known.stage == "ended":
        raise Failure(f"The partnership of {who} has ended already.")
    if not confirmed(f"End the partnership of {who}, for good? {_told(client, known.members)}", yes=yes):
        raise typer.Exit(1)
    client.send(partnerships.end(partnership_id, EndOrder(reason=reason)))
    typer.echo(f"The partnership of {who} has ended.")


def _told(client: Client, members: "Sequence[MemberView]") -> str:
    """A sentence with the number of mails that the end makes, and why where a side gets none."""
    from isopolity.client.registry import contacts

    reached = [client.send(contacts.list(member_id=each.member_id)).items for each in members]
    silent = " and ".join(_name(each) for each, known in zip(members, reached, strict=True) if not known)
    count = ("No mail goes out", "1 mail goes out", "2 mails go out")[sum(map(bool, reached))]
    return f"{count}, since {silent} cannot be mailed without a contact." if silent else f"{count}, one to each side."


def _cells(partnership: "PartnershipView") -> Sequence[object]:
    from isopolity.command.console import moment

    names = [_name(member) for member in partnership.members]
    ended = partnership.ended_at
    facts = [partnership.partnership_id, partnership.kind, partnership.stage]
    since = moment(partnership.established_at)
    return [*facts, *names, since, moment(ended) if ended else None, partnership.ended_reason]


def _name(member: "MemberView") -> str:
    programme = f": {member.programme_name}" if member.programme_name else ""
    return f"{member.name}{programme} ({member.country})"
