"""`isopolity members`: who is in the network, and staff's decisions about them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, ListFile, ListLimit, Yes, at_most, connected

if TYPE_CHECKING:
    from isopolity.client.registry.models import CityEntry, PartnerEntry

app = typer.Typer(no_args_is_help=True, help="Cities and partners of the network.")

Member = Annotated[str, typer.Argument(metavar="MEMBER", help="By name or id.")]


@app.command("list")
@connected("staff")
def list_members(
    client: Client,
    partners: Annotated[bool, typer.Option("--partners", help="Partners instead of cities.")] = False,
    country: Annotated[str | None, typer.Option(metavar="CODE", help="ISO code, e.g. FI.")] = None,
    region: Annotated[str | None, typer.Option(metavar="CODE", help="E.g. africa.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="CODE", help="With a need or offer of it, e.g. sdg.4.")] = None,
    status: Annotated[str | None, typer.Option(metavar="STATUS", help="endorsed, applied, withdrawn or any.")] = None,
    text: Annotated[str | None, typer.Option(help="Words in the name; accents do not matter.")] = None,
    limit: ListLimit = None,
    output: ListFile = None,
    as_json: AsJson = False,
) -> None:
    """List members; with --text it also says who of that name has applied.

    Example: isopolity members list --region africa --text "sao"
    """
    from isopolity.client.registry import cities
    from isopolity.client.registry import partners as others
    from isopolity.command.client.directory import Entry, not_endorsed

    most = at_most(limit, output)
    found_partners = client.every(
        lambda cursor, number: others.list(
            country=country, region=region, subject=subject, status=status, text=text, cursor=cursor, limit=number
        ),
        most if partners else 0,
    )
    found_cities = client.every(
        lambda cursor, number: cities.list(
            country=country, region=region, subject=subject, status=status, text=text, cursor=cursor, limit=number
        ),
        0 if partners else most,
    )
    if output is not None:
        from isopolity.command.client.listings import CITIES, PARTNERS, save_list

        if partners:
            save_list(output, list(found_partners), PARTNERS)
        else:
            save_list(output, list(found_cities), CITIES)
        return

    def cells(document: "CityEntry | PartnerEntry") -> Sequence[object]:
        entry = Entry(document=document)
        return [entry.identifier, entry.name, document.kind, entry.country, entry.status]

    found: list[CityEntry | PartnerEntry] = [*found_partners, *found_cities]
    columns = ("id", "name", "kind", "country", "status")
    print_list(
        found,
        columns,
        cells,
        empty="No member fits; only endorsed ones are listed without --status any.",
        as_json=as_json,
    )
    if text and status is None and (applied := not_endorsed(client, text)) is not None:
        typer.echo(applied, err=True)


@app.command("show")
@connected("staff")
def show(client: Client, member: Member, as_json: AsJson = False) -> None:
    """Show a member or an applicant whole."""
    from isopolity.command.client.directory import find_entry, reading
    from isopolity.command.client.documents import print_document

    found = find_entry(client, member)
    print_document(client.send(reading(found.kind, found.identifier)), as_json=as_json)
    if found.status != "endorsed":
        typer.echo(found.standing, err=True)


@app.command("endorse")
@connected("staff")
def endorse(
    client: Client,
    members: Annotated[list[str], typer.Argument(metavar="MEMBER...", help="By name or id.")],
    reinstate: Annotated[
        bool, typer.Option("--reinstate", help="Bring back a member that withdrew under an applicant's identity.")
    ] = False,
) -> None:
    """Endorse applicants: visible and matched from now on.

    Example: isopolity members endorse Aarhus "São Leopoldo"
    """
    from isopolity.client.registry import applications, cities, partners
    from isopolity.command.client.directory import APPLICATION, CITY, find_entry

    for entry in [find_entry(client, text) for text in members]:
        if entry.kind == APPLICATION:
            done = client.send(applications.endorse(entry.identifier, reinstate=reinstate))
            typer.echo(f"{done.detail} Its id is {done.member_id}.")
        else:
            resource = cities if entry.kind == CITY else partners
            client.send(resource.endorse(entry.identifier))
            typer.echo(f"{entry.name} ({entry.country}) is endorsed.")


@app.command("refuse")
@connected("staff")
def refuse(
    client: Client,
    member: Member,
    reason: Annotated[
        str, typer.Option(metavar="CODE", help="duplicate, incomplete, not-authentic, not-eligible or other.")
    ],
    yes: Yes = False,
) -> None:
    """Refuse an applicant: who applied is deleted, and nobody is written to."""
    from isopolity.client.registry import applications
    from isopolity.client.registry.models import Refusal
    from isopolity.command.client.directory import APPLICATION, find_entry
    from isopolity.command.client.questions import confirmed
    from isopolity.command.failure import Failure

    entry = find_entry(client, member)
    if entry.kind != APPLICATION:
        raise Failure(f"{entry.name} did not apply, staff entered it; `isopolity members withdraw` takes it out.")
    if not confirmed(f"Refuse {entry.name} ({entry.country}) and delete who applied?", yes=yes):
        raise typer.Exit(1)
    client.send(applications.refuse(entry.identifier, Refusal(reason=reason)))
    typer.echo(f"{entry.name} ({entry.country}) is refused; who applied is deleted.")


@app.command("withdraw")
@connected("staff")
def withdraw(
    client: Client,
    member: Member,
    erase_contacts: Annotated[bool, typer.Option("--erase-contacts", help="Erase its contacts, too.")] = False,
    yes: Yes = False,
) -> None:
    """Take a member out of the network: its requests close, its partnerships end, nothing is proposed to it any more.

    It asks first, and says what ends and when, and how many mails that makes. For its other side a proposal that is out
    stands until the days to answer are over.
    """
    from isopolity.client.registry import cities, partners
    from isopolity.command.client.directory import CITY, find_member
    from isopolity.command.client.questions import confirmed
    from isopolity.command.commands.members.departure import describe_departure

    entry = find_member(client, member)
    ends = describe_departure(client, entry.identifier, erase_contacts=erase_contacts)
    if not confirmed(f"Take {entry.name} ({entry.country}) out of the network? {ends}", yes=yes):
        raise typer.Exit(1)
    resource = cities if entry.kind == CITY else partners
    client.send(resource.withdraw(entry.identifier, erase_contacts=erase_contacts))
    typer.echo(f"{entry.name} ({entry.country}) has left the network. {ends}")


@app.command("merge")
@connected("staff")
def merge(
    client: Client,
    member: Annotated[str, typer.Argument(metavar="KEPT", help="The member that is kept, by name or id.")],
    duplicate: Annotated[str, typer.Argument(metavar="DUPLICATE", help="The other entry of it, by name or id.")],
    yes: Yes = False,
    accept_losses: Annotated[
        bool, typer.Option("--accept-losses", help="With --yes: merge also where something cannot go on.")
    ] = False,
) -> None:
    """Merge two entries of one member: what only the duplicate tells goes to the one that is kept.

    Its contacts, open requests, twinnings, partnerships, and proposals with their answers go along; then the duplicate
    leaves the network. It asks first, and says what cannot go along. Names are best given as ids here.
    """
    from isopolity.client.matching import members
    from isopolity.client.registry import cities, partners
    from isopolity.client.registry.models import Merger
    from isopolity.command.client.directory import CITY, find_member
    from isopolity.command.client.questions import confirmed
    from isopolity.command.commands.members.departure import describe_merger
    from isopolity.command.failure import ExitCode, Failure

    kept, double = find_member(client, member), find_member(client, duplicate)
    if kept.kind != double.kind or kept.identifier == double.identifier:
        raise Failure(f"{kept.label} and {double.label} are not two entries of one kind; name both by their ids.")
    merger = client.send(members.merger(kept.identifier, duplicate_id=double.identifier))
    question = f"Merge {double.label} into {kept.label}? {describe_merger(merger)}"
    if yes and merger.lost and not accept_losses:
        raise Failure(f"{question} Pass --accept-losses, too, to agree to that.", ExitCode.USAGE)
    if not confirmed(question, yes=yes):
        raise typer.Exit(1)
    resource = cities if kept.kind == CITY else partners
    client.send(resource.merge(kept.identifier, Merger(duplicate_id=double.identifier, confirmed=True)))
    typer.echo(f"{double.label} went into {kept.label}, {kept.identifier}. {describe_merger(merger)}")


@app.command("edit")
@connected("staff")
def edit(
    client: Client,
    member: Member,
    fields: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="No value: the field's default.")],
) -> None:
    """Change a member's profile; prints what changed.

    Lists are written as JSON, as `members show --json` prints them, and replaced whole.

    Example: isopolity members edit Aarhus population=355000 web=https://aarhus.dk languages='["da", "en"]'
    """
    from isopolity.client.registry import cities, partners
    from isopolity.command.client.directory import CITY, find_member
    from isopolity.command.client.documents import fields_in, print_changes

    wanted = fields_in(fields)
    entry = find_member(client, member)
    resource = cities if entry.kind == CITY else partners
    known = client.send(resource.read(entry.identifier))
    print_changes(known, client.send(resource.change(entry.identifier, wanted, version=known.version)))
