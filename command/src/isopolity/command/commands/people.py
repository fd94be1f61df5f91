"""`isopolity contacts`: people who answer for members; `isopolity people`: staff and operators with their rights."""

from typing import Annotated

import typer

from isopolity.client.registry import contacts, models, people
from isopolity.command.client.directory import find_member
from isopolity.command.client.documents import fields_in, render_changes
from isopolity.command.client.http_client import Client
from isopolity.command.console import Result, Row, View, columns, listed
from isopolity.command.failure import first_of
from isopolity.command.options import Member, Verbs, Yes, confirm, option
from isopolity.machine.periods import ENROLMENT, in_words

contacts_app, app = Verbs(), Verbs()
_REASON = "Why; needed for a coordinator or programme officer. The audit has it."
Reason = Annotated[str | None, option(f"--reason TEXT: {_REASON}")]
ContactId = Annotated[str, option("ID: As `contacts list` shows it.")]
Language = Annotated[str, option("--language CODE: The language of mails: en, fr, es …")]
Name = Annotated[str, option("--name NAME: First and last name.")]
Person = Annotated[str, option("PERSON: The id or the address, as `people list` shows it.")]
_WAITS = "A second person who manages staff must confirm this, or `isopolity people confirm`."


@columns("id, role, name, email, language, confirmed", "It has no contact, so it gets no proposals.")
def _columns_of_contacts(each: models.ContactDocument) -> Row:
    return each.contact_id, each.role, each.name, each.email, each.language, each.confirmed


@contacts_app.verb("list", "staff")
def list_contacts(client: Client, member: Member) -> Result:
    """List the contacts of a member, with names and addresses."""
    found = client.send(contacts.list(member_id=find_member(client, member).identifier))
    return listed(found.items, _columns_of_contacts)


@contacts_app.verb("add", "staff")
def add_contact(
    client: Client,
    member: Member,
    name: Name,
    email: str,
    role: str = "coordinator",
    language: Language = "en",
    reason: Reason = None,
) -> None:
    """Name a contact of a member; an address that one of its contacts has already changes that contact.

    Options:
        --email ADDRESS
        --role CODE: coordinator, deputy, approver or programme-officer.
    """
    entry = find_member(client, member)
    person = models.NewContact(
        role=role, name=name, email=email, language=language, member_kind=entry.kind, member_id=entry.identifier
    )
    made = client.send(contacts.create(person.model_copy(update=_why(reason))))
    typer.echo(f"{name} is a contact of {entry.name}; the id is {made.contact_id}.")
    if isinstance(made, models.ContactReceipt) and not made.confirmed:
        typer.echo("A mail asks to confirm the address. Until then no other mail is sent to it.")


@contacts_app.verb("ask-again", "staff")
def ask_again(client: Client, contact_id: ContactId) -> str:
    """Send a contact the mail again that asks to confirm the address; the link before ends."""
    client.send(contacts.ask_again(contact_id))
    return "The mail goes out again."


@contacts_app.verb("edit", "staff")
def edit(client: Client, contact_id: ContactId, fields: list[str], reason: Reason = None) -> View:
    """Change a contact; an answer link that was mailed to a former address ends.

    The person and the main contact are mailed.

    Example: isopolity contacts edit 01a2120d-ea14-7d55-8c22-3f8b7d6e5004 role=deputy --reason "She asked for it."

    Options:
        FIELD=VALUE...: role, name, email or language.
    """
    wanted = fields_in(fields)
    known = client.send(contacts.read(contact_id))
    return render_changes(known, client.send(contacts.change(contact_id, wanted | _why(reason), version=known.version)))


@contacts_app.verb("erase", "staff")
def erase(client: Client, contact_id: ContactId, reason: Reason = None, yes: Yes = False) -> str:
    """Erase a person: in every service, for good. The person and the main contact get a mail that says so."""
    known = client.send(contacts.read(contact_id))
    confirm(f"Erase {known.name} ({known.role}) for good?", yes=yes)
    client.send(contacts.erase(contact_id, models.Erasure().model_copy(update=_why(reason))))
    return "The person is erased here, and within seconds in every service."


def _why(reason: str | None) -> dict[str, str]:
    """The reason as a body holds it."""
    return {} if reason is None else {"reason": reason}


@columns("id, name, email, scopes", "The list is empty. Add a person with `isopolity people add`.")
def _columns(each: models.PersonDocument) -> Row:
    return each.person_id, each.name, each.email, " ".join(each.scopes)


@app.verb("list", "operator")
def list_people(client: Client) -> Result:
    """List staff and operators, with names, addresses and rights."""
    return listed(client.send(people.list()).items, _columns)


@app.verb("add", "operator")
def add(client: Client, name: Name, email: str, scope: list[str], language: Language = "en") -> None:
    """Put somebody on the list; an address that is on it already changes that entry, and other scopes sign it out.

    staff and operator hold all their rights: staff:read, staff:endorse, staff:publish, staff:answer, staff:manage;
    operator:read, operator:redrive, operator:unmask, operator:pause. Each of them includes the right to read.

    Example: isopolity people add --name "Mia Berg" --email mia@network.example --scope staff

    Options:
        --email ADDRESS: Where mails to sign in go.
        --scope SCOPE: staff, operator, or a right such as staff:read; give it again for another.
    """
    added = client.send(people.create(models.NewPerson(name=name, email=email, language=language, scopes=scope)))
    if isinstance(added, models.WaitingRequest):
        typer.echo(_WAITS)
    else:
        _welcome(added)


@app.verb("reset-app", "operator")
def reset_app(client: Client, person: Person) -> None:
    """Let somebody who has lost the app that shows codes bring another one; signs the person out."""
    made = client.send(people.reset_second_factor(_listed(client, person).person_id))
    if isinstance(made, models.WaitingRequest):
        typer.echo(_WAITS)
        return
    typer.echo(f"The person is signed out and sets up a new app at the next sign-in, within {in_words(ENROLMENT)}.")
    _hand_over(made.enrolment_code)


@columns("id, asked by, wants, name, email, scopes", "There is nothing to confirm.")
def _columns_of_requests(each: models.WaitingRequest) -> Row:
    person = each.person
    return each.request_id, each.asked_by, each.wants, person.name, person.email, " ".join(person.scopes)


@app.verb("requests", "operator")
def list_requests(client: Client) -> Result:
    """List the changes of this list that wait for a second person."""
    return listed(client.send(people.requests()).items, _columns_of_requests)


@app.verb("confirm", "operator")
def confirm_request(client: Client, request_id: str) -> None:
    """Confirm a change of this list that waits for a second person, where nobody else of the office can.

    Options:
        ID: As `people requests` shows it.
    """
    _welcome(client.send(people.confirm(request_id)))


@app.verb("link", "operator")
def link(client: Client, person: Person) -> None:
    """Print a link that lets a person of the list sign in once within ten minutes, while no mail goes out.

    The second factor is asked for as after a mail. The audit keeps for whom the link was made, and who ran this.

    Example: isopolity people link mia@network.example
    """
    found = _listed(client, person)
    made = client.send(people.sign_in_link(found.person_id))
    typer.echo(made.link)
    typer.echo(f"It lets {found.name} in once, for {made.minutes} minutes; give it to no one else.", err=True)


@app.verb("remove", "operator")
def remove(client: Client, person: Person, yes: Yes = False) -> str:
    """Take somebody off the list: signed out within seconds, and the entry is deleted."""
    found = _listed(client, person)
    confirm(f"Take {found.name} off the list of staff and operators?", yes=yes)
    client.send(people.delete(found.person_id))
    return "The person is off the list, and signed out within seconds in every service."


def _welcome(person: models.ListedPerson) -> None:
    typer.echo(f"{person.name} signs in as {' and '.join(person.scopes)}; the id is {person.person_id}.")
    if person.enrolment_code:
        _hand_over(person.enrolment_code)


def _hand_over(code: str) -> None:
    typer.echo(f"Enrolment code: {code}")
    typer.echo("It is shown once and needed with the new app. Tell the person by telephone or face to face.")


def _listed(client: Client, person: str) -> models.PersonDocument:
    """The entry with this id or address. Raises Failure if there is none."""
    found = (each for each in client.send(people.list()).items if person in (each.person_id, each.email))
    return first_of(found, "No person on the list has this id or address; see `isopolity people list`.")
