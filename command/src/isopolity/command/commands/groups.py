"""`isopolity offsets`: where consumer groups stand; `isopolity dead-letters`: events that they gave up.

Groups are paused, resumed and reset; dead letters are tried again, or settled.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated

from rich.text import Text

from isopolity.client.call import Call
from isopolity.client.operations import dead_letters, groups, masked_letters, models, states, streams
from isopolity.command.client.documents import render_document
from isopolity.command.client.http_client import Client
from isopolity.command.console import Aside, Result, View, counted, fields_of, listing, rendered
from isopolity.command.failure import Misuse, wrong_use
from isopolity.command.options import Natural, Service, Verbs, Why, chosen_services, option, require_one
from isopolity.contracts.event_types import whole_name
from isopolity.messaging.scanning.conditions import moment_of

offsets_app, letters_app = Verbs(), Verbs()
OfService = Annotated[str, option("SERVICE: Whose group: matching or notify.")]
LetterService = Annotated[str, option("SERVICE")]
LetterIds = Annotated[list[str] | None, option("[TOPIC/PARTITION/OFFSET]...")]
Every = Annotated[bool, option("--all: All of that service.")]


@offsets_app.verb("list", "operator")
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
    rows = ([each[name] for name in names] for each in found)
    return Result(found, [listing(", ".join(names), rows, "No group has reported yet.")])


@offsets_app.verb("pause", "operator")
def pause(client: Client, service: OfService, reason: Why) -> Result:
    """Let no process of the group read, within ten seconds and over restarts, until it is resumed.

    Example: isopolity offsets pause notify --reason "a bad release is rolled back"
    """
    return _switch(client, service, groups.pause, reason)


@offsets_app.verb("resume", "operator")
def resume(client: Client, service: OfService, reason: Why) -> Result:
    """Let the group read again, also where too many dead letters stopped it.

    Example: isopolity offsets resume notify --reason "rolled back"
    """
    return _switch(client, service, groups.resume, reason)


@offsets_app.verb("reset", "operator")
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
    wanted = models.Reset(
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


def _render_moves(topic: str, answer: models.ResetReport) -> View:
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
    if (moment := moment_of(to)) is None:
        raise Misuse("Give --to start, end, an offset, or a moment: 2026-11-28T09:00Z.")
    return "moment", None, moment


def _switch(
    client: Client, service: str, order: Callable[[str, str, models.Turning], Call[models.Switched]], reason: str
) -> Result:
    (name,) = chosen_services(service)
    with wrong_use():
        answer = client.send(order(name, f"isopolity.{name}", models.Turning(reason=reason)))
    done = "is paused" if answer.is_paused else "reads again"
    return Result(answer, [Aside(f"{answer.group} {done} within ten seconds.")])


@letters_app.verb("list", "operator")
def list_letters(client: Client, service: Service = None, reason: str | None = None, by_cause: bool = False) -> Result:
    """List dead letters, oldest first: of what type, about which members, and why they were given up.

    Options:
        --reason CODE: Only with this reason.
        --by-cause: Show those of one cause as one line, with their number.
    """
    columns = "service, id, event_type, members, reason, detail, message, at"
    names, letters = chosen_services(service), partial(dead_letters.list, reason=reason)
    listed = [({"service": name, **fields_of(each)}, each) for name in names for each in client.send(letters(name))]
    found = [row for row, _ in listed]
    if by_cause:
        columns = "service, count, reason, detail, message, release, at, id"
        alike: defaultdict[object, list[dict[str, object]]] = defaultdict(list)
        for row, letter in listed:
            alike[row["service"], letter.cause or letter.id].append(row)
        found = [{**rows[0], "count": len(rows)} for rows in alike.values()]
    cells = ([_cell(row.get(name)) for name in columns.split(", ")] for row in found)
    return Result(found, [listing(columns, cells, "There are no dead letters.")])


def _cell(value: object) -> str:
    """A value as text; empty for None."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


@letters_app.verb("show", "operator")
def show(client: Client, service: LetterService, letter_id: str, unmask_for: str | None = None) -> Result:
    """Show a dead letter: what its event says without what is masked, or all of it for a reason.

    Example: isopolity dead-letters show matching isopolity.registry.city/3/17 --unmask-for "a city asks for it"

    Options:
        TOPIC/PARTITION/OFFSET
        --unmask-for TEXT: Show the original, for this reason; the audit keeps it.
    """
    (name,) = chosen_services(service)
    if unmask_for is None:
        return rendered(client.send(masked_letters.read(name, letter_id)), render_document)
    order = models.Unmasking(id=letter_id, reason=unmask_for)
    return rendered(client.send(dead_letters.unmask(name, order)), render_document)


@letters_app.verb("settle", "operator")
def settle(
    client: Client, service: LetterService, reason: str, letter_ids: LetterIds = None, every: Every = False
) -> Result:
    """Settle dead letters for good: they are not published again and do not count any more.

    Example: isopolity dead-letters settle matching isopolity.registry.city/3/17 --reason "entered again by hand"

    Options:
        --reason TEXT: Why they are settled; the audit keeps it.
    """
    (name,) = chosen_services(service)
    require_one("Name the dead letters to settle, or pass --all.", every, letter_ids)
    answer = client.send(dead_letters.settle(name, models.Settlement(ids=letter_ids or [], all=every, reason=reason)))

    settled = counted(len(answer.settled), "dead letter")
    return Result(answer, [*(letter.id for letter in answer.settled), Aside(f"{settled} settled.")])


@letters_app.verb("republish", "operator")
def republish(client: Client, topic: str, key: str, reason: Why) -> Result:
    """Let the owner of a bad state publish it again, as its database has it.

    Example: isopolity dead-letters republish registry.city CITY_ID --reason "its event could not be read"

    Options:
        TOPIC
        KEY
    """
    whole = whole_name(topic)
    (name,) = chosen_services(whole.split(".")[1])
    answer = client.send(states.republish(name, models.Republication(topic=whole, key=key, reason=reason)))
    return Result(answer, [Aside(f"{name} publishes the state of {key} again.")])


@letters_app.verb("redrive", "operator")
def redrive(
    client: Client, service: LetterService, letter_ids: LetterIds = None, every: Every = False, dry_run: bool = False
) -> Result:
    """Publish the originals again, as they came, a few at a time, until one is given up anew, for a minute at most.

    Consumers that had processed them do nothing twice. Find and mend the cause first. With --dry-run it says
    whether this release can read each, and what each group has done with it.

    Example: isopolity dead-letters redrive matching --all --dry-run

    Options:
        --dry-run: Only show what would be published again.
    """
    (name,) = chosen_services(service)
    require_one("Name the dead letters to publish again, or pass --all.", every, letter_ids)
    order = models.Redrive(ids=letter_ids or [], all=every, dry_run=dry_run)
    answer = client.send(dead_letters.redrive(name, order), patient=True)
    return Result(answer, _render_redriven(answer, dry_run=dry_run))


def _render_redriven(answer: models.Redriven, *, dry_run: bool) -> View:
    yield from (letter.id for letter in answer.redriven)
    for trial in answer.trials:
        groups = ", ".join(f"{each.group} {each.state}" for each in trial.groups)
        yield Aside(f"{trial.id}: {trial.problem or 'can be read'}; {groups}")
    for letter in answer.superseded:
        yield Aside(f"{letter.id} needs nothing: its topic has a newer state.")
    for letter in answer.lost:
        yield Aside(f"{letter.id} cannot be published again: its original is gone from its topic.")
    for letter in answer.returned:
        yield Aside(f"{letter.id} came back ({letter.reason}): the cause is not fixed yet.")
    why = "the time was over." if answer.time_is_over else "is the group paused or stopped?"
    for kept, words in ((answer.waiting, f"not read yet; {why}"), (answer.left, "not sent.")):
        if kept:
            yield Aside(f"{counted(len(kept), 'dead letter')} {words}")
    done = "would be published again" if dry_run else "published again"
    yield Aside(f"{counted(len(answer.redriven), 'dead letter')} {done}.")
