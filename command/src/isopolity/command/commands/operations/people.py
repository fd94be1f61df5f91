"""`isopolity people`: staff and operators of the network with their rights, who sign in by a mailed link."""

from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, Yes, connected
from isopolity.machine.periods import ENROLMENT, in_words

if TYPE_CHECKING:
    from isopolity.client.registry.models import PersonDocument

app = typer.Typer(no_args_is_help=True, help="Staff and operators, who sign in by a mailed link.")
_PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="The id or the address, as `people list` shows it.")
]
_WAITS = "This waits until a second person who keeps the list confirms it, or `isopolity people confirm`."


@app.command("list")
@connected("operator")
def list_people(client: Client, as_json: AsJson = False) -> None:
    """List staff and operators, with names, addresses and rights."""
    from isopolity.client.registry import people

    print_list(
        client.send(people.list()).items,
        ("id", "name", "email", "scopes"),
        lambda each: [each.person_id, each.name, each.email, " ".join(each.scopes)],
        empty="Nobody is on the list; add somebody with `isopolity people add`.",
        as_json=as_json,
    )


@app.command("add")
@connected("operator")
def add(
    client: Client,
    name: Annotated[str, typer.Option(metavar="NAME", help="First and last name.")],
    email: Annotated[str, typer.Option(metavar="ADDRESS", help="Where mails to sign in go.")],
    scope: Annotated[
        list[str],
        typer.Option(
            metavar="SCOPE", help="staff, operator, or a right such as staff:read; give it again for another."
        ),
    ],
    language: Annotated[str, typer.Option(metavar="CODE", help="The language of mails: en, fr, es …")] = "en",
) -> None:
    """Put somebody on the list; an address that is on it already changes that entry, and other scopes sign it out.

    staff and operator hold all their rights: staff:read, staff:endorse, staff:publish, staff:manage; operator:read,
    operator:redrive, operator:unmask, operator:pause. Whoever has one of them reads.

    Example: isopolity people add --name "Mia Berg" --email mia@network.example --scope staff
    """
    from isopolity.client.registry import people
    from isopolity.client.registry.models import NewPerson, WaitingRequest

    person = NewPerson(name=name, email=email, language=language, scopes=scope)
    added = client.send(people.create(person))
    if isinstance(added, WaitingRequest):
        typer.echo(_WAITS)
        return
    typer.echo(f"{name} signs in as {' and '.join(added.scopes)}; the id is {added.person_id}.")
    if added.enrolment_code:
        _hand_over(added.enrolment_code)


@app.command("reset-app")
@connected("operator")
def reset_app(
    client: Client,
    person: _PersonArgument,
) -> None:
    """Let somebody who has lost the app that shows codes bring another one; signs the person out."""
    from isopolity.client.registry import people
    from isopolity.client.registry.models import WaitingRequest

    made = client.send(people.reset_second_factor(_listed(client, person).person_id))
    if isinstance(made, WaitingRequest):
        typer.echo(_WAITS)
        return
    typer.echo(f"The person is signed out, and brings a new app at the next sign-in, within {in_words(ENROLMENT)}.")
    _hand_over(made.enrolment_code)


@app.command("requests")
@connected("operator")
def list_requests(client: Client, as_json: AsJson = False) -> None:
    """List the changes of this list that wait for a second person."""
    from isopolity.client.registry import people

    print_list(
        client.send(people.requests()).items,
        ("id", "asked by", "wants", "name", "email", "scopes"),
        lambda each: [
            *(each.request_id, each.asked_by, each.wants),
            *(each.person.name, each.person.email, " ".join(each.person.scopes)),
        ],
        empty="Nothing waits for a second person.",
        as_json=as_json,
    )


@app.command("confirm")
@connected("operator")
def confirm(
    client: Client,
    request_id: Annotated[str, typer.Argument(metavar="ID", help="As `people requests` shows it.")],
) -> None:
    """Confirm a change of this list that waits for a second person, where nobody else of the office can."""
    from isopolity.client.registry import people

    done = client.send(people.confirm(request_id))
    typer.echo(f"{done.name} signs in as {' and '.join(done.scopes)}; the id is {done.person_id}.")
    if done.enrolment_code:
        _hand_over(done.enrolment_code)


def _hand_over(code: str) -> None:
    typer.echo(f"Enrolment code: {code}")
    typer.echo("It is shown once, and asked for with the new app: tell it yourself, by telephone or face to face.")


@app.command("link")
@connected("operator")
def link(
    client: Client,
    person: _PersonArgument,
) -> None:
    """Print a link that lets a person of the list sign in once within ten minutes, while no mail goes out.

    The second factor is asked for as after a mail. The audit tells for whom the link was made, and who ran this.

    Example: isopolity people link mia@network.example
    """
    from isopolity.client.registry import people

    found = _listed(client, person)
    made = client.send(people.sign_in_link(found.person_id))
    typer.echo(made.link)
    typer.echo(f"It lets {found.name} in once, for {made.minutes} minutes; hand it to nobody else.", err=True)


@app.command("remove")
@connected("operator")
def remove(
    client: Client,
    person: _PersonArgument,
    yes: Yes = False,
) -> None:
    """Take somebody off the list: signed out within seconds, and the entry is deleted."""
    from isopolity.client.registry import people
    from isopolity.command.client.questions import confirmed

    found = _listed(client, person)
    if not confirmed(f"Take {found.name} off the list of staff and operators?", yes=yes):
        raise typer.Exit(1)
    client.send(people.delete(found.person_id))
    typer.echo("The person is off the list, and signed out within seconds in every service.")


def _listed(client: Client, person: str) -> "PersonDocument":
    """The entry with this id or address."""
    from isopolity.client.registry import people
    from isopolity.command.failure import Failure

    entries = client.send(people.list()).items
    found = next((one for one in entries if person in (one.person_id, one.email)), None)
    if found is None:
        raise Failure("Nobody on the list has this id or address; `isopolity people list` shows who is on it.")
    return found
