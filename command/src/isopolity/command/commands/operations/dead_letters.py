"""`isopolity dead-letters`: what consumers gave up, and how to let them try again or settle it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from isopolity.command.console import fields_of, print_json, print_list
from isopolity.command.options import AsJson, Client, chosen_services, connected
from isopolity.contracts.event_types import whole_name

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
    by_cause: Annotated[
        bool, typer.Option("--by-cause", help="Those of one cause as one line, with their number.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first: of what type, about which members, and why they were given up."""
    from isopolity.client.operations import dead_letters

    letters = [
        _Letter(service=name, document=fields_of(each), cause=each.cause or each.id)
        for name in chosen_services(service)
        for each in client.send(dead_letters.list(name, reason=reason))
    ]
    columns = ("service", "id", "event_type", "members", "reason", "detail", "message", "at")
    found = [letter.row for letter in letters]
    if by_cause:
        found, columns = _causes(letters), ("service", "count", "reason", "detail", "message", "release", "at", "id")
    print_list(
        found,
        columns,
        lambda letter: [_cell(letter.get(name)) for name in columns],
        empty="There are no dead letters.",
        as_json=as_json,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A dead letter of a service."""

    service: str
    document: Mapping[str, object]
    cause: str

    @property
    def row(self) -> Mapping[str, object]:
        """The letter as JSON and in the list."""
        return {"service": self.service, **self.document}


def _causes(letters: Sequence[_Letter]) -> list[Mapping[str, object]]:
    """The oldest letter of each cause, with the number of letters that have it."""
    numbers = Counter((letter.service, letter.cause) for letter in letters)
    oldest: dict[tuple[str, str], _Letter] = {}
    for letter in letters:
        oldest.setdefault((letter.service, letter.cause), letter)
    return [{**letter.row, "count": numbers[cause]} for cause, letter in oldest.items()]


def _cell(value: object) -> str:
    """A value as text; empty for None."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


@app.command("show")
@connected("operator")
def show(
    client: Client,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    letter_id: Annotated[str, typer.Argument(metavar="TOPIC/PARTITION/OFFSET")],
    unmask_for: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Show it as it came, for this reason; the audit keeps it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a dead letter: what its event says without what is masked, or all of it for a reason.

    Example: isopolity dead-letters show matching isopolity.registry.city/3/17 --unmask-for "a city asks for it"
    """
    from isopolity.client.operations import dead_letters, masked_letters
    from isopolity.client.operations.models import Unmasking
    from isopolity.command.client.documents import print_document

    (name,) = chosen_services(service)
    if unmask_for is None:
        print_document(client.send(masked_letters.read(name, letter_id)), as_json=as_json)
        return
    order = Unmasking(id=letter_id, reason=unmask_for)
    print_document(client.send(dead_letters.unmask(name, order)), as_json=as_json)


@app.command("settle")
@connected("operator")
def settle(
    client: Client,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why nothing is to be done; the audit keeps it.")],
    letter_ids: Annotated[list[str] | None, typer.Argument(metavar="[TOPIC/PARTITION/OFFSET]...")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of that service.")] = False,
    as_json: AsJson = False,
) -> None:
    """Settle dead letters for good: they are published no more and count no more.

    Example: isopolity dead-letters settle matching isopolity.registry.city/3/17 --reason "entered again by hand"
    """
    from isopolity.client.operations import dead_letters
    from isopolity.client.operations.models import Settlement
    from isopolity.command.failure import ExitCode, Failure

    (name,) = chosen_services(service)
    if every == bool(letter_ids):
        raise Failure("Name the dead letters to settle, or pass --all.", ExitCode.USAGE)
    body = Settlement(ids=letter_ids or [], all=every, reason=reason)
    answer = client.send(dead_letters.settle(name, body))
    if as_json:
        print_json(answer)
        return
    for letter in answer.settled:
        typer.echo(letter.id)
    typer.echo(f"{_letters(answer.settled)} settled.", err=True)


@app.command("republish")
@connected("operator")
def republish(
    client: Client,
    topic: Annotated[str, typer.Argument(metavar="TOPIC")],
    key: Annotated[str, typer.Argument(metavar="KEY")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; the audit keeps it.")],
    as_json: AsJson = False,
) -> None:
    """Let the owner of a bad state publish it again, as its database has it.

    Example: isopolity dead-letters republish registry.city CITY_ID --reason "its event could not be read"
    """
    from isopolity.client.operations import states
    from isopolity.client.operations.models import Republication

    whole = whole_name(topic)
    (name,) = chosen_services(whole.split(".")[1])
    answer = client.send(states.republish(name, Republication(topic=whole, key=key, reason=reason)))
    if as_json:
        print_json(answer)
        return
    typer.echo(f"{name} publishes the state of {key} again.", err=True)


@app.command("redrive")
@connected("operator")
def redrive(
    client: Client,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    letter_ids: Annotated[list[str] | None, typer.Argument(metavar="[TOPIC/PARTITION/OFFSET]...")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of that service.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be published again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Publish the originals again, as they came, a few at a time, until one is given up anew, for a minute at most.

    Consumers that had processed them do nothing twice. Find and mend the cause first. With --dry-run it tells
    whether this release can read each, and what each group has done with it.

    Example: isopolity dead-letters redrive matching --all --dry-run
    """
    from isopolity.client.operations import dead_letters
    from isopolity.client.operations.models import Redrive
    from isopolity.command.failure import ExitCode, Failure

    (name,) = chosen_services(service)
    if every == bool(letter_ids):
        raise Failure("Name the dead letters to publish again, or pass --all.", ExitCode.USAGE)
    body = Redrive(ids=letter_ids or [], all=every, dry_run=dry_run)
    answer = client.send(dead_letters.redrive(name, body), patient=True)
    if as_json:
        print_json(answer)
        return
    for letter in answer.redriven:
        typer.echo(letter.id)
    for trial in answer.trials:
        groups = ", ".join(f"{each.group} {each.state}" for each in trial.groups)
        typer.echo(f"{trial.id}: {trial.problem or 'can be read'}; {groups}", err=True)
    for letter in answer.superseded:
        typer.echo(f"{letter.id} needs nothing: its topic holds a newer state.", err=True)
    for letter in answer.lost:
        typer.echo(f"{letter.id} cannot be published again: its original is gone from its topic.", err=True)
    for letter in answer.returned:
        typer.echo(f"{letter.id} came back ({letter.reason}): the cause is not mended.", err=True)
    why = "the time was over." if answer.time_is_over else "is the group paused or stopped?"
    for kept, words in ((answer.waiting, f"not read yet; {why}"), (answer.left, "not sent.")):
        if kept:
            typer.echo(f"{_letters(kept)} {words}", err=True)
    done = "would be published again" if dry_run else "published again"
    typer.echo(f"{_letters(answer.redriven)} {done}.", err=True)


def _letters(found: Sequence[object]) -> str:
    return f"{len(found)} dead letter{'' if len(found) == 1 else 's'}"
