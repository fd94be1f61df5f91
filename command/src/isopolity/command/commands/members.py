"""`isopolity members`: who is in the network, and staff's decisions about them."""

from functools import partial

import typer

from isopolity.client.matching import members as matching
from isopolity.client.registry import applications, cities
from isopolity.client.registry import partners as partner_calls
from isopolity.client.registry.models import CityEntry, Merger, PartnerEntry, Refusal
from isopolity.command.client.departures import describe_departure, describe_merger
from isopolity.command.client.directory import APPLICATION, Entry, find_entry, find_member, not_endorsed, reading
from isopolity.command.client.documents import fields_in, render_changes, render_document
from isopolity.command.client.http_client import Client
from isopolity.command.client.listings import CITIES, PARTNERS, save_list
from isopolity.command.console import Result, View, listed, rendered
from isopolity.command.failure import Failure, Misuse
from isopolity.command.options import Country, ListFile, ListLimit, Member, Refused, Text, Verbs, Yes, at_most, confirm

app = Verbs()


@app.verb("list", "staff")
def list_members(
    client: Client,
    partners: bool = False,
    country: Country = None,
    region: str | None = None,
    subject: str | None = None,
    status: str | None = None,
    text: Text = None,
    limit: ListLimit = None,
    output: ListFile = None,
) -> Result | View:
    """List members; with --text it also says who of that name has applied.

    Example: isopolity members list --region africa --text "sao"

    Options:
        --partners: Partners instead of cities.
        --region CODE: E.g. africa.
        --subject CODE: With a need or offer of it, e.g. sdg.4.
        --status STATUS: endorsed, applied, withdrawn or any.
    """
    most = at_most(limit, output)
    pages = partial(cities.list, country=country, region=region, subject=subject, status=status, text=text)
    of_partners = partial(partner_calls.list, country=country, region=region, subject=subject, status=status, text=text)
    found_cities = client.every(pages, 0 if partners else most)
    found_partners = client.every(of_partners, most if partners else 0)
    if output is not None:
        return save_list(output, found_partners, PARTNERS) if partners else save_list(output, found_cities, CITIES)

    def cells(document: CityEntry | PartnerEntry) -> tuple[object, ...]:
        entry = Entry(document=document)
        return entry.identifier, entry.name, document.kind, entry.country, entry.status

    found: list[CityEntry | PartnerEntry] = [*found_partners, *found_cities]
    empty = "No member fits. Without --status any, only admitted members are listed."
    result = listed(found, "id, name, kind, country, status", cells, empty)
    if text and status is None and (applied := not_endorsed(client, text)) is not None:
        typer.echo(applied, err=True)
    return result


@app.verb("show", "staff")
def show(client: Client, member: Member) -> Result:
    """Show a member or an applicant whole."""
    found = find_entry(client, member)
    result = rendered(client.send(reading(found.kind, found.identifier)), render_document)
    if found.status != "endorsed":
        typer.echo(found.standing, err=True)
    return result


@app.verb("endorse", "staff")
def endorse(client: Client, members: list[str], reinstate: bool = False) -> None:
    """Endorse applicants: visible and matched from now on.

    Example: isopolity members endorse Aarhus "São Leopoldo"

    Options:
        MEMBER...: By name or id.
        --reinstate: Reinstate a member that withdrew with an applicant's identity.
    """
    for entry in [find_entry(client, text) for text in members]:
        if entry.kind == APPLICATION:
            done = client.send(applications.endorse(entry.identifier, reinstate=reinstate))
            typer.echo(f"{done.detail} Its id is {done.member_id}.")
        else:
            client.send(entry.resource.endorse(entry.identifier))
            typer.echo(f"{entry.place} is admitted.")


@app.verb("refuse", "staff")
def refuse(client: Client, member: Member, reason: Refused, yes: Yes = False) -> str:
    """Refuse an applicant: the person who applied is deleted, and no mail is sent."""
    entry = find_entry(client, member)
    if entry.kind != APPLICATION:
        raise Failure(f"{entry.name} did not apply: staff entered it. Use `isopolity members withdraw`.")
    confirm(f"Decline {entry.place} and delete the applicant's data?", yes=yes)
    client.send(applications.refuse(entry.identifier, Refusal(reason=reason)))
    return f"{entry.place} is declined. The applicant's data is deleted."


@app.verb("withdraw", "staff")
def withdraw(client: Client, member: Member, erase_contacts: bool = False, yes: Yes = False) -> str:
    """Take a member out of the network: its requests close, its partnerships end, nothing is proposed to it any more.

    It asks first, and says what ends and when, and how many mails that makes. For its other side a proposal that is out
    stands until the days to answer are over.

    Options:
        --erase-contacts: Erase its contacts, too.
    """
    entry = find_member(client, member)
    ends = describe_departure(client, entry.identifier, erase_contacts=erase_contacts)
    confirm(f"Take {entry.place} out of the network? {ends}", yes=yes)
    client.send(entry.resource.withdraw(entry.identifier, erase_contacts=erase_contacts))
    return f"{entry.place} has left the network. {ends}"


@app.verb("merge", "staff")
def merge(client: Client, member: str, duplicate: str, yes: Yes = False, accept_losses: bool = False) -> str:
    """Merge two entries of one member: what only the duplicate has goes to the one that is kept.

    Its contacts, open requests, twinnings, partnerships, and proposals with their answers go along; then the duplicate
    leaves the network. It asks first, and says what cannot go along. Names are best given as ids here.

    Options:
        KEPT: The member that is kept, by name or id.
        DUPLICATE: The other entry of it, by name or id.
        --accept-losses: With --yes: merge also where something cannot go on.
    """
    kept, double = find_member(client, member), find_member(client, duplicate)
    if kept.kind != double.kind or kept.identifier == double.identifier:
        raise Failure(f"{kept.label} and {double.label} are not two entries of one kind; name both by their ids.")
    merger = client.send(matching.merger(kept.identifier, duplicate_id=double.identifier))
    outcome = describe_merger(merger)
    question = f"Merge {double.label} into {kept.label}? {outcome}"
    if yes and merger.lost and not accept_losses:
        raise Misuse(f"{question} Pass --accept-losses, too, to agree to that.")
    confirm(question, yes=yes)
    client.send(kept.resource.merge(kept.identifier, Merger(duplicate_id=double.identifier, confirmed=True)))
    return f"{double.label} went into {kept.label}, {kept.identifier}. {outcome}"


@app.verb("edit", "staff")
def edit(client: Client, member: Member, fields: list[str]) -> View:
    """Change a member's profile; prints what changed.

    Lists are written as JSON, as `members show --json` prints them, and replaced whole.

    Example: isopolity members edit Aarhus population=355000 web=https://aarhus.dk languages='["da", "en"]'

    Options:
        FIELD=VALUE...: No value: the field's default.
    """
    wanted = fields_in(fields)
    entry = find_member(client, member)
    known = client.send(entry.resource.read(entry.identifier))
    return render_changes(known, client.send(entry.resource.change(entry.identifier, wanted, version=known.version)))
