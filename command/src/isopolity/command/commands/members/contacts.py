"""`isopolity contacts`: people who answer for members."""

from typing import Annotated

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, Yes, connected

app = typer.Typer(no_args_is_help=True, help="People who answer for members.")

Member = Annotated[str, typer.Argument(metavar="MEMBER", help="By name or id.")]
Reason = Annotated[
    str | None,
    typer.Option(
        "--reason", metavar="TEXT", help="Why; needed for a coordinator or programme officer. The audit has it."
    ),
]
ContactId = Annotated[str, typer.Argument(metavar="ID", help="As `contacts list` shows it.")]


@app.command("list")
@connected("staff")
def list_contacts(client: Client, member: Member, as_json: AsJson = False) -> None:
    """List the contacts of a member, with names and addresses."""
    from isopolity.client.registry import contacts
    from isopolity.command.client.directory import find_member

    found = client.send(contacts.list(member_id=find_member(client, member).identifier)).items
    print_list(
        found,
        ("id", "role", "name", "email", "language", "confirmed"),
        lambda each: [
            *(each.contact_id, each.role, each.name, each.email, each.language),
            "yes" if each.confirmed else "no",
        ],
        empty="It has no contact: nothing is proposed to it until it has one.",
        as_json=as_json,
    )


@app.command("add")
@connected("staff")
def add(
    client: Client,
    member: Member,
    name: Annotated[str, typer.Option(metavar="NAME", help="First and last name.")],
    email: Annotated[str, typer.Option(metavar="ADDRESS")],
    role: Annotated[
        str, typer.Option(metavar="CODE", help="coordinator, deputy, approver or programme-officer.")
    ] = "coordinator",
    language: Annotated[str, typer.Option(metavar="CODE", help="The language of mails: en, fr, es …")] = "en",
    reason: Reason = None,
) -> None:
    """Name a contact of a member; an address that one of its contacts has already changes that contact."""
    from isopolity.client.registry import contacts
    from isopolity.client.registry.models import ContactReceipt, NewContact
    from isopolity.command.client.directory import find_member

    entry = find_member(client, member)
    person = NewContact(
        role=role, name=name, email=email, language=language, member_kind=entry.kind, member_id=entry.identifier
    )
    made = client.send(contacts.create(person.model_copy(update=_why(reason))))
    typer.echo(f"{name} is a contact of {entry.name}; the id is {made.contact_id}.")
    if isinstance(made, ContactReceipt) and not made.confirmed:
        typer.echo("A mail asks to confirm the address; until then nothing else is mailed there.")


@app.command("ask-again")
@connected("staff")
def ask_again(client: Client, contact_id: ContactId) -> None:
    """Send a contact the mail again that asks to confirm the address; the link before ends."""
    from isopolity.client.registry import contacts

    client.send(contacts.ask_again(contact_id))
    typer.echo("The mail goes out again.")


@app.command("edit")
@connected("staff")
def edit(
    client: Client,
    contact_id: ContactId,
    fields: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="role, name, email or language.")],
    reason: Reason = None,
) -> None:
    """Change a contact; an answer link that was mailed to a former address ends.

    The person and the main contact are mailed.

    Example: isopolity contacts edit 01a2120d-ea14-7d55-8c22-3f8b7d6e5004 role=deputy --reason "She asked for it."
    """
    from isopolity.client.registry import contacts
    from isopolity.command.client.documents import fields_in, print_changes

    wanted = fields_in(fields)
    known = client.send(contacts.read(contact_id))
    print_changes(known, client.send(contacts.change(contact_id, wanted | _why(reason), version=known.version)))


@app.command("erase")
@connected("staff")
def erase(client: Client, contact_id: ContactId, reason: Reason = None, yes: Yes = False) -> None:
    """Erase a person: in every service, for good. The person and the main contact are mailed that the office did."""
    from isopolity.client.registry import contacts
    from isopolity.client.registry.models import Erasure
    from isopolity.command.client.questions import confirmed

    known = client.send(contacts.read(contact_id))
    if not confirmed(f"Erase {known.name} ({known.role}) for good?", yes=yes):
        raise typer.Exit(1)
    client.send(contacts.erase(contact_id, Erasure() if reason is None else Erasure(reason=reason)))
    typer.echo("The person is erased here, and within seconds in every service.")


def _why(reason: str | None) -> dict[str, str]:
    """The reason as a body holds it."""
    return {} if reason is None else {"reason": reason}
