"""`isopolity dead-letters`: events that consumers gave up; they try again, or are settled."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated

from isopolity.client.operations import dead_letters, masked_letters, states
from isopolity.client.operations.models import Redrive, Redriven, Republication, Settlement, Unmasking
from isopolity.command.client.documents import render_document
from isopolity.command.client.http_client import Client
from isopolity.command.console import Aside, Result, View, counted, fields_of, listed, rendered
from isopolity.command.options import Service, Verbs, Why, chosen_services, option, require_one
from isopolity.contracts.event_types import whole_name

app = Verbs()
OfService = Annotated[str, option("SERVICE")]
LetterIds = Annotated[list[str] | None, option("[TOPIC/PARTITION/OFFSET]...")]
Every = Annotated[bool, option("--all: All of that service.")]
Row = Mapping[str, object]


@app.verb("list", "operator")
def list_letters(client: Client, service: Service = None, reason: str | None = None, by_cause: bool = False) -> Result:
    """List dead letters, oldest first: of what type, about which members, and why they were given up.

    Options:
        --reason CODE: Only with this reason.
        --by-cause: Show those of one cause as one line, with their number.
    """
    letters = [
        (name, each.cause or each.id, {"service": name, **fields_of(each)})
        for name in chosen_services(service)
        for each in client.send(dead_letters.list(name, reason=reason))
    ]
    columns = "service, id, event_type, members, reason, detail, message, at"
    found: Sequence[Row] = [row for _, _, row in letters]
    if by_cause:
        columns = "service, count, reason, detail, message, release, at, id"
        numbers = Counter((name, cause) for name, cause, _ in letters)
        oldest = {(name, cause): row for name, cause, row in reversed(letters)}
        found = [{**oldest[each], "count": number} for each, number in numbers.items()]
    return listed(
        found, columns, lambda row: [_cell(row.get(name)) for name in columns.split(", ")], "There are no dead letters."
    )


def _cell(value: object) -> str:
    """A value as text; empty for None."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


@app.verb("show", "operator")
def show(client: Client, service: OfService, letter_id: str, unmask_for: str | None = None) -> Result:
    """Show a dead letter: what its event says without what is masked, or all of it for a reason.

    Example: isopolity dead-letters show matching isopolity.registry.city/3/17 --unmask-for "a city asks for it"

    Options:
        TOPIC/PARTITION/OFFSET
        --unmask-for TEXT: Show the original, for this reason; the audit keeps it.
    """
    (name,) = chosen_services(service)
    if unmask_for is None:
        return rendered(client.send(masked_letters.read(name, letter_id)), render_document)
    order = Unmasking(id=letter_id, reason=unmask_for)
    return rendered(client.send(dead_letters.unmask(name, order)), render_document)


@app.verb("settle", "operator")
def settle(
    client: Client, service: OfService, reason: str, letter_ids: LetterIds = None, every: Every = False
) -> Result:
    """Settle dead letters for good: they are not published again and do not count any more.

    Example: isopolity dead-letters settle matching isopolity.registry.city/3/17 --reason "entered again by hand"

    Options:
        --reason TEXT: Why they are settled; the audit keeps it.
    """
    (name,) = chosen_services(service)
    require_one("Name the dead letters to settle, or pass --all.", every, letter_ids)
    answer = client.send(dead_letters.settle(name, Settlement(ids=letter_ids or [], all=every, reason=reason)))

    settled = counted(len(answer.settled), "dead letter")
    return Result(answer, [*(letter.id for letter in answer.settled), Aside(f"{settled} settled.")])


@app.verb("republish", "operator")
def republish(client: Client, topic: str, key: str, reason: Why) -> Result:
    """Let the owner of a bad state publish it again, as its database has it.

    Example: isopolity dead-letters republish registry.city CITY_ID --reason "its event could not be read"

    Options:
        TOPIC
        KEY
    """
    whole = whole_name(topic)
    (name,) = chosen_services(whole.split(".")[1])
    answer = client.send(states.republish(name, Republication(topic=whole, key=key, reason=reason)))
    return Result(answer, [Aside(f"{name} publishes the state of {key} again.")])


@app.verb("redrive", "operator")
def redrive(
    client: Client, service: OfService, letter_ids: LetterIds = None, every: Every = False, dry_run: bool = False
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
    order = Redrive(ids=letter_ids or [], all=every, dry_run=dry_run)
    answer = client.send(dead_letters.redrive(name, order), patient=True)
    return Result(answer, _render_redriven(answer, dry_run=dry_run))


def _render_redriven(answer: Redriven, *, dry_run: bool) -> View:
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
