"""`isopolity offsets`: where consumer groups stand; pauses, resumes and resets them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

from rich.text import Text

from isopolity.client.call import Call
from isopolity.client.operations import groups, streams
from isopolity.client.operations.models import Reset, ResetReport, Switched, Turning
from isopolity.command.client.http_client import Client
from isopolity.command.console import Aside, Result, View, counted, fields_of, listed
from isopolity.command.failure import Misuse, wrong_use
from isopolity.command.options import Natural, Verbs, Why, chosen_services, option
from isopolity.contracts.event_types import whole_name

app = Verbs()
OfService = Annotated[str, option("SERVICE: Whose group: matching or notify.")]


@app.verb("list", "operator")
def list_offsets(client: Client, service: str | None = None) -> Result:
    """List what each group reads next on each partition, and how much waits there.

    Options:
        --service NAME: Only the group of this service.
    """
    found: list[Mapping[str, object]] = [
        {"group": group.group, "state": group.state, "topic": topic.topic, **fields_of(partition)}
        for name in chosen_services(service)
        for group in client.send(streams.list(name)).consumers
        for topic in group.topics
        for partition in topic.partitions
    ]
    names = ("group", "state", "topic", "partition", "committed", "records")
    return listed(found, ", ".join(names), lambda each: [each[name] for name in names], "No group has reported yet.")


@app.verb("pause", "operator")
def pause(client: Client, service: OfService, reason: Why) -> Result:
    """Let no process of the group read, within ten seconds and over restarts, until it is resumed.

    Example: isopolity offsets pause notify --reason "a bad release is rolled back"
    """
    return _switch(client, service, groups.pause, reason)


@app.verb("resume", "operator")
def resume(client: Client, service: OfService, reason: Why) -> Result:
    """Let the group read again, also where too many dead letters stopped it.

    Example: isopolity offsets resume notify --reason "rolled back"
    """
    return _switch(client, service, groups.resume, reason)


@app.verb("reset", "operator")
def reset(
    client: Client,
    service: OfService,
    topic: str,
    to: str,
    partition: Natural | None = None,
    typed_name: str | None = None,
    reason: Why = "",
) -> Result:
    """Tell what a reset would do; with --group do it, to a paused group.

    Back, nothing is done twice. Forward, events that are passed over become dead letters.

    Example: isopolity offsets reset notify --topic matching.proposal --to 2026-11-28T09:00Z

    Options:
        --topic NAME: The topic that the group reads on.
        --to PLACE: start, end, an offset, or a moment: 2026-11-28T09:00Z.
        --partition: Only this partition; an offset needs one.
        --group NAME: The group's name; without it only a preview.
    """
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

    return Result(answer, _render_moves(topic, answer))


def _render_moves(topic: str, answer: ResetReport) -> View:
    for move in answer.moves:
        types = ", ".join(f"{count} {kind}" for kind, count in move.types.items())
        yield Text(f"{topic}/{move.partition}: {move.before} -> {move.after}  {types}".rstrip())
    would = "would be" if answer.dry_run else "will be"
    yield Aside(f"{counted(answer.again, 'event')} {would} read again, {answer.skipped:,} skipped.")


def _place(to: str) -> tuple[str, int | None, datetime | None]:
    """The place as the service takes it: `start`, `end`, `offset` with the offset, or `moment` with the moment."""
    if to in ("start", "end"):
        return to, None, None
    if to.isascii() and to.isdecimal() and len(to) <= 18:  # a longer one is no offset, nor a moment
        return "offset", int(to), None
    try:
        moment = datetime.fromisoformat(to)
    except ValueError:
        raise Misuse("Give --to start, end, an offset, or a moment: 2026-11-28T09:00Z.") from None
    return "moment", None, moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _switch(client: Client, service: str, order: Callable[[str, str, Turning], Call[Switched]], reason: str) -> Result:
    (name,) = chosen_services(service)
    with wrong_use():
        answer = client.send(order(name, f"isopolity.{name}", Turning(reason=reason)))
    done = "is paused" if answer.is_paused else "reads again"
    return Result(answer, [Aside(f"{answer.group} {done} within ten seconds.")])
