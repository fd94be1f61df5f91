"""`isopolity members`: who is in the network, and staff's decisions about them.

Invariant: what a departure or a merger ends is read from matching's answer; no other mail is promised.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import typer

from isopolity.client.matching import members as matching
from isopolity.client.matching.models import DepartureView, LossView, MergerView
from isopolity.client.registry import applications, cities, contacts
from isopolity.client.registry import partners as partner_calls
from isopolity.client.registry.models import CityEntry, ContactDocument, Merger, PartnerEntry, Refusal
from isopolity.command.client import documents
from isopolity.command.client.directory import APPLICATION, Entry, find_entry, find_member, not_endorsed, reading
from isopolity.command.client.http_client import Client
from isopolity.command.console import Result, Row, View, columns, counted, listed, rendered
from isopolity.command.failure import Failure, Misuse
from isopolity.command.options import Country, ListFile, ListLimit, Member, Refused, Text, Verbs, Yes, at_most, confirm

app = Verbs()
_REASONS: Final = {
    "both-in-it": "is between the two",
    "same-pair": "is with a side with which the kept entry has one",
    "no-place": "finds no place at the kept entry",
}
_LISTED: Final = 8


@columns("id, name, kind, country, status", "No member fits. Without --status any, only admitted members are listed.")
def _columns(each: CityEntry | PartnerEntry) -> Row:
    entry = Entry.of(each)
    return entry.identifier, entry.name, each.kind, entry.country, entry.status


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
        if partners:
            return documents.save_list(output, found_partners, documents.columns_of_partners)
        return documents.save_list(output, found_cities, documents.columns_of_cities)
    found: list[CityEntry | PartnerEntry] = [*found_partners, *found_cities]
    result = listed(found, _columns)
    if text and status is None and (applied := not_endorsed(client, text)) is not None:
        typer.echo(applied, err=True)
    return result


@app.verb("show", "staff")
def show(client: Client, member: Member) -> Result:
    """Show a member or an applicant whole."""
    found = find_entry(client, member)
    result = rendered(client.send(reading(found.kind, found.identifier)), documents.render_document)
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
    wanted = documents.fields_in(fields)
    entry = find_member(client, member)
    known = client.send(entry.resource.read(entry.identifier))
    changed = client.send(entry.resource.change(entry.identifier, wanted, version=known.version))
    return documents.render_changes(known, changed)


def describe_departure(client: Client, member_id: str, *, erase_contacts: bool) -> str:
    """The consequences of the member's leaving now: what ends, when, and how many mails follow."""
    found = client.send(matching.departure(member_id))
    people = client.send(contacts.list(member_id=member_id)).items
    return " ".join([*_departure(found), *_contacts(people, erase_contacts=erase_contacts)])


def describe_merger(merger: MergerView) -> str:
    """The consequences of a merger: what goes on at the entry that is kept, and what ends."""
    return " ".join(_merger(merger))


def _departure(found: DepartureView) -> Iterator[str]:
    if proposals := found.proposals:
        days = _days(found.first_ends, found.last_ends)
        mails = found.told or 0
        yield (
            f"{counted(proposals, 'open proposal')}: for the other side each stands as it was sent until its days to "
            f"answer are over, {days}; then {counted(mails, 'mail')} in all {_says(mails)} that nothing was agreed."
        )
    if asking := found.asking or 0:
        yield (
            f"{counted(asking, 'member')} asked to be introduced to it, and {'is' if asking == 1 else 'are'} mailed by "
            f"{_day(found.last_hears)} that nothing was agreed."
        )
    known = [("partnership", found.partnerships), ("requested introduction", found.interests)]
    at_once = [("unsent proposal", found.drafts or 0), *known]
    ended = ", ".join(counted(number, noun) for noun, number in at_once if number)
    if ended:
        yield f"At once, and without a mail: {ended}."
    if not (ended or proposals or asking):
        yield "It has nothing open that would end."


def _contacts(people: Sequence[ContactDocument], *, erase_contacts: bool) -> Iterator[str]:
    """The consequences for its contacts: erased and mailed, if they are confirmed; or kept, and mailed no more."""
    if people and erase_contacts:
        mailed = sum(each.confirmed for each in people)
        yield f"{counted(len(people), 'contact')} erased at once; {counted(mailed, 'mail')} {_says(mailed)} so."
    elif people:
        yield f"{counted(len(people), 'contact')} kept, and not mailed any more."


def _merger(found: MergerView) -> Iterator[str]:
    carried = [("proposal", found.proposals), ("partnership", found.partnerships), ("interest", found.interests)]
    goes_on = ", ".join(counted(number, noun) for noun, number in carried if number)
    yield f"These go on, with their answers: {goes_on}." if goes_on else "It has nothing open that would go on."
    if found.drafts:
        yield f"{counted(found.drafts, 'unsent proposal')} will end."
    if lost := found.lost:
        yield f"{len(lost)} cannot go on, and will end: {'; '.join(_losses(lost))}."


def _losses(lost: Sequence[LossView]) -> Iterator[str]:
    for each in lost[:_LISTED]:
        until = f", and stands for the other side until {_day(each.until)}" if each.until else ""
        why = _REASONS.get(each.reason, each.reason)
        yield f"the {each.what} with {each.other} {why}{until}"
    if len(lost) > _LISTED:
        yield f"and {len(lost) - _LISTED} more"


def _says(number: int) -> str:
    return "says" if number == 1 else "say"


def _days(first: datetime | None, last: datetime | None) -> str:
    one, other = _day(first), _day(last)
    return f"on {one}" if one == other else f"the first on {one}, the last on {other}"


def _day(moment: datetime | None) -> str:
    if moment is None:
        return "a day that is not known"
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
