"""`isopolity offsets`: where consumer groups stand; pauses, resumes and resets them."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import fields_of, print_json, print_list
from isopolity.command.options import AsJson, Client, chosen_services, connected
from isopolity.contracts.event_types import whole_name

if TYPE_CHECKING:
    from datetime import datetime

    from isopolity.client.call import Call
    from isopolity.client.operations.models import Switched, Turning

app = typer.Typer(no_args_is_help=True, help="Where the services' consumer groups stand on the log.")

Service = Annotated[str, typer.Argument(metavar="SERVICE", help="Whose group: matching or notify.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; the audit keeps it.")]


@app.command("list")
@connected("operator")
def list_offsets(
    client: Client,
    service: Annotated[str | None, typer.Option(metavar="NAME", help="Only the group of this service.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what each group reads next on each partition, and how much waits there."""
    from isopolity.client.operations import streams

    found: list[Mapping[str, object]] = [
        {"group": group.group, "state": group.state, "topic": topic.topic, **fields_of(partition)}
        for name in chosen_services(service)
        for group in client.send(streams.list(name)).consumers
        for topic in group.topics
        for partition in topic.partitions
    ]
    columns = ("group", "state", "topic", "partition", "committed", "records")
    print_list(
        found,
        columns,
        lambda each: [each[name] for name in columns],
        empty="No group has been looked at yet.",
        as_json=as_json,
    )


@app.command("pause")
@connected("operator")
def pause(client: Client, service: Service, reason: Reason, as_json: AsJson = False) -> None:
    """Let no process of the group read, within ten seconds and over restarts, until it is resumed.

    Example: isopolity offsets pause notify --reason "a bad release is rolled back"
    """
    from isopolity.client.operations import groups

    _switch(client, service, groups.pause, reason, as_json=as_json)


@app.command("resume")
@connected("operator")
def resume(client: Client, service: Service, reason: Reason, as_json: AsJson = False) -> None:
    """Let the group read again, also where too many dead letters stopped it.

    Example: isopolity offsets resume notify --reason "rolled back"
    """
    from isopolity.client.operations import groups

    _switch(client, service, groups.resume, reason, as_json=as_json)


@app.command("reset")
@connected("operator")
def reset(
    client: Client,
    service: Service,
    topic: Annotated[str, typer.Option(metavar="NAME", help="The topic on which the group is to read on.")],
    to: Annotated[str, typer.Option(metavar="PLACE", help="start, end, an offset, or a moment: 2026-11-28T09:00Z.")],
    partition: Annotated[int | None, typer.Option(min=0, help="Only this partition; an offset needs one.")] = None,
    typed_name: Annotated[
        str | None, typer.Option("--group", metavar="NAME", help="The group's name; without it only a preview.")
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; the audit keeps it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell what a reset would do; with --group do it, to a paused group.

    Back, nothing is done twice. Forward, what is passed over becomes dead letters.

    Example: isopolity offsets reset notify --topic matching.proposal --to 2026-11-28T09:00Z
    """
    from isopolity.client.operations import groups
    from isopolity.client.operations.models import Reset

    (name,) = chosen_services(service)
    place, offset, moment = _place(to)
    wanted = Reset(
        topic=whole_name(topic),
        partition=partition,
        to=place,
        offset=offset,
        moment=moment,
        dry_run=typed_name is None,
        typed_name=typed_name or "",
        reason=reason,
    )
    answer = client.send(groups.reset(name, f"isopolity.{name}", wanted), patient=True)
    if as_json:
        print_json(answer)
        return
    for move in answer.moves:
        types = ", ".join(f"{count} {kind}" for kind, count in move.types.items())
        typer.echo(f"{topic}/{move.partition}: {move.before} -> {move.after}  {types}".rstrip())
    would = "would be" if answer.dry_run else "are"
    typer.echo(f"{answer.again} events {would} read again, {answer.skipped} passed over.", err=True)


def _place(to: str) -> "tuple[str, int | None, datetime | None]":
    """The place as the service takes it: `start`, `end`, `offset` with the offset, or `moment` with the moment."""
    from datetime import UTC, datetime

    from isopolity.command.failure import ExitCode, Failure

    if to in ("start", "end"):
        return to, None, None
    if to.isascii() and to.isdecimal() and len(to) <= 18:  # a longer one is no offset, nor a moment
        return "offset", int(to), None
    try:
        moment = datetime.fromisoformat(to)
    except ValueError:
        raise Failure("Give --to start, end, an offset, or a moment: 2026-11-28T09:00Z.", ExitCode.USAGE) from None
    return "moment", None, moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _switch(
    client: Client, service: str, order: "Callable[[str, str, Turning], Call[Switched]]", reason: str, *, as_json: bool
) -> None:
    from isopolity.client.operations.models import Turning
    from isopolity.command.failure import wrong_use

    (name,) = chosen_services(service)
    with wrong_use():
        answer = client.send(order(name, f"isopolity.{name}", Turning(reason=reason)))
    if as_json:
        print_json(answer)
        return
    done = "is paused" if answer.is_paused else "reads again"
    typer.echo(f"{answer.group} {done} within ten seconds.", err=True)
