"""`isopolity dead-letters`: what consumers gave up, and how to let them try again or settle it."""

from typing import Annotated

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, chosen_services, connected

app = typer.Typer(no_args_is_help=True, help="Events that a service could not process.")

Service = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only those of this service: registry, matching or notify.")
]


@app.command("list")
@connected("operator")
def list_letters(
    client: Client,
    service: Service = None,
    reason: Annotated[str | None, typer.Option(metavar="CODE", help="Only with this reason.")] = None,
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first."""
    found = [
        {"service": name, **letter}
        for name in chosen_services(service)
        for letter in client.get(f"/{name}/v1/dead-letters", {"reason": reason})
    ]
    columns = ("service", "id", "key", "reason", "detail", "at")
    print_list(
        found,
        columns,
        lambda letter: [letter[name] for name in columns],
        empty="There are no dead letters.",
        as_json=as_json,
    )


@app.command("show")
@connected("operator")
def show(
    client: Client,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    letter_id: Annotated[str, typer.Argument(metavar="TOPIC/PARTITION/OFFSET")],
    as_json: AsJson = False,
) -> None:
    """Show a dead letter as it came; of one that was too large to keep, its first bytes."""
    from isopolity.command.client.rendering import print_document

    (name,) = chosen_services(service)
    letter = client.get(f"/{name}/v1/dead-letters/{letter_id}")
    print_document(letter, as_json=as_json)


@app.command("settle")
@connected("operator")
def settle(
    client: Client,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why nothing is to be done; the audit keeps it.")],
    letter_ids: Annotated[list[str] | None, typer.Argument(metavar="[TOPIC/PARTITION/OFFSET]...")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of that service.")] = False,
) -> None:
    """Settle dead letters for good: they are published no more and count no more.

    Example: isopolity dead-letters settle matching isopolity.registry.city/3/17 --reason "entered again by hand"
    """
    from isopolity.command.failure import ExitCode, Failure

    (name,) = chosen_services(service)
    if every == bool(letter_ids):
        raise Failure("Name the dead letters to settle, or pass --all.", ExitCode.USAGE)
    body = {"ids": letter_ids or [], "all": every, "reason": reason}
    settled = client.post(f"/{name}/v1/dead-letters/settle", body)["settled"]
    for letter in settled:
        typer.echo(letter["id"])
    typer.echo(f"{len(settled)} dead letters settled.", err=True)


@app.command("redrive")
@connected("operator")
def redrive(
    client: Client,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    letter_ids: Annotated[list[str] | None, typer.Argument(metavar="[TOPIC/PARTITION/OFFSET]...")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of that service.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be published again.")] = False,
) -> None:
    """Publish the originals again, as they came.

    Consumers that had processed them do nothing twice. Find and mend the cause first.

    Example: isopolity dead-letters redrive matching --all --dry-run
    """
    from isopolity.command.failure import ExitCode, Failure

    (name,) = chosen_services(service)
    if every == bool(letter_ids):
        raise Failure("Name the dead letters to publish again, or pass --all.", ExitCode.USAGE)
    body = {"ids": letter_ids or [], "all": every, "dry_run": dry_run}
    answer = client.post(f"/{name}/v1/dead-letters/redrive", body)
    for letter in answer["redriven"]:
        typer.echo(letter["id"])
    for letter in answer["superseded"]:
        typer.echo(f"{letter['id']} needs nothing: its topic holds a newer state of {letter['key']}.", err=True)
    for letter in answer["lost"]:
        typer.echo(f"{letter['id']} cannot be published again: its original is gone from its topic.", err=True)
    done = "would be published again" if dry_run else "published again"
    typer.echo(f"{len(answer['redriven'])} dead letters {done}.", err=True)
