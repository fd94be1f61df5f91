"""`isopolity applications`: who wants to join, and staff's decision."""

from typing import Annotated

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, Limit, connected

app = typer.Typer(no_args_is_help=True, help="Applications to join, and what staff decides about them.")

ApplicationId = Annotated[str, typer.Argument(metavar="ID")]


@app.command("list")
@connected("staff")
def list_applications(
    client: Client,
    status: Annotated[
        str,
        typer.Option(
            metavar="STATUS",
            help="waiting (for you), unconfirmed (its address), confirmed, asked (the applicant), endorsed, refused, "
            "withdrawn or any.",
        ),
    ] = "waiting",
    partners: Annotated[bool | None, typer.Option("--partners/--cities", help="Of partners, or of cities.")] = None,
    country: Annotated[str | None, typer.Option(metavar="CODE", help="ISO code, e.g. FI.")] = None,
    text: Annotated[str | None, typer.Option(help="Words in the name; accents do not matter.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List applications, with what to look at before endorsing."""
    from isopolity.client.registry import applications

    kind = None if partners is None else "partner" if partners else "city"
    found = list(
        client.every(
            lambda cursor, most: applications.list(
                status=status, member_kind=kind, country=country, text=text, cursor=cursor, limit=most
            ),
            limit,
        )
    )
    print_list(
        found,
        ("id", "name", "kind", "country", "status", "look at"),
        lambda each: [
            *(each.application_id, each.name, each.member_kind, each.country, each.status),
            "\n".join(each.warnings),
        ],
        empty="No application fits.",
        as_json=as_json,
    )


@app.command("show")
@connected("staff")
def show(client: Client, application_id: ApplicationId, as_json: AsJson = False) -> None:
    """Show an application whole, with who applied."""
    from isopolity.client.registry import applications
    from isopolity.command.client.documents import print_document

    print_document(client.send(applications.read(application_id)), as_json=as_json)


@app.command("endorse")
@connected("staff")
def endorse(
    client: Client,
    application_id: ApplicationId,
    reinstate: Annotated[
        bool, typer.Option("--reinstate", help="Bring back the member that withdrew under this identity.")
    ] = False,
) -> None:
    """Make a member of an application: visible and matched at once.

    A member that withdrew comes back only with --reinstate; its former contacts stay as they were.
    """
    from isopolity.client.registry import applications

    done = client.send(applications.endorse(application_id, reinstate=reinstate))
    typer.echo(f"{done.detail} Its id is {done.member_id}.")


@app.command("ask")
@connected("staff")
def ask(
    client: Client,
    application_id: ApplicationId,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What the mail asks, in your words.")],
) -> None:
    """Ask who applied something by mail.

    The applicant answers by the link in it, and may correct the application; it waits for you again with the answer, or
    after 30 days. You may decide all the same.
    """
    from isopolity.client.registry import applications
    from isopolity.client.registry.models import Question

    client.send(applications.ask(application_id, Question(question=question)))
    typer.echo(f"A mail asks who applied with application {application_id}; it waits for the answer now.")


@app.command("consult")
@connected("staff")
def consult(client: Client, application_id: ApplicationId) -> None:
    """Ask the National Commission of the city's country by mail whether it endorses the city; you decide."""
    from isopolity.client.registry import applications

    asked = client.send(applications.consult(application_id)).commission
    who = "its National Commission" if asked is None else asked.commission_name
    typer.echo(f"A mail asks {who} about application {application_id}.")


@app.command("refuse")
@connected("staff")
def refuse(
    client: Client,
    application_id: ApplicationId,
    reason: Annotated[
        str, typer.Option(metavar="CODE", help="duplicate, incomplete, not-authentic, not-eligible or other.")
    ],
    words: Annotated[str | None, typer.Option(metavar="TEXT", help="What the mail says besides.")] = None,
    mail: Annotated[
        bool | None,
        typer.Option("--mail/--no-mail", help="Write to who applied; by default unless it is not-authentic."),
    ] = None,
) -> None:
    """Refuse an application: who applied gets a mail with the reason, and is deleted.

    Nobody is written to with --no-mail, or where the address is not confirmed.
    """
    from isopolity.client.registry import applications
    from isopolity.client.registry.models import Refusal

    refusal = Refusal(reason=reason)
    for name, value in (("words", words), ("mail", mail)):
        refusal = refusal if value is None else refusal.model_copy(update={name: value})
    done = client.send(applications.refuse(application_id, refusal))
    told = (
        "a mail with the reason goes to who applied, who is deleted then."
        if done.is_mailed
        else "who applied is deleted, and nobody is written to."
    )
    typer.echo(f"Application {application_id} is refused; {told}")
