"""A journey through the services of a running instance, rendered as a tree with ids and names from contracts."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypedDict, TypeVar

from pydantic_core import to_jsonable_python
from rich.text import Text

from isopolity.client.call import Call
from isopolity.client.operations import dead_letters, streams
from isopolity.command.client.http_client import Client
from isopolity.command.console import View, listing
from isopolity.command.failure import ExitCode, Failure, Misuse, require_known
from isopolity.contracts.event_types import SERVICES
from isopolity.web.operations import journeys
from isopolity.web.operations.journey_trees import Chain, PresentState, Step, chains_of, present_state_of, summary_of

_STANDING: Final[Mapping[str, str]] = {
    "member-registered": "It was entered or has applied, and is not admitted yet.",
    "member-listed": "It is a member of the network.",
    "member-endorsed": "It was admitted and is a member of the network.",
    "member-left": "It has left the network.",
    "proposal-out": "It waits for the answers of both sides.",
    "proposal-answered": "An answer has come; it waits for the other side.",
    "proposal-agreed": "Both sides said yes.",
    "proposal-closed": "It is closed: nothing was agreed.",
    "proposal-taken-back": "Staff took it back.",
    "partnership-stands": "The partnership stands.",
    "partnership-ended": "The partnership has ended.",
    "mail-sent": "The mail server took the mail.",
    "mail-deferred": "The mail server deferred the mail. It will be tried again.",
    "mail-bounced": "The mail came back.",
    "mail-failed": "The mail server refused the mail for good.",
    "mail-suppressed": "The mail was not sent.",
    "mail-unknown": "It is not known whether the mail went out. A person decides.",
}
_READ: Final = {
    "read": "read by {}",
    "waits": "waits for {}",
    "given-up": "given up by {}, dead letter {}",
    "unknown": "not known whether {} has read it",
}
Answer = TypeVar("Answer")


class JourneyDocument(TypedDict):
    """A journey as JSON."""

    kind: str
    id: str
    standing: str | None
    since: str | None
    away: Sequence[str]
    counts: Mapping[str, int]
    events: Sequence[Mapping[str, object]]


def ask_journey(client: Client, kind: str, identifier: str) -> tuple[journeys.Journey, journeys.Progress]:
    """The journey, and what each group has read and given up. Raises Failure, also if no service knows the thing."""
    require_known("journey of a", kind, journeys.KINDS)
    if not identifier or any(sign.isspace() for sign in identifier):
        raise Misuse("Give the id, without spaces.")

    async def ask(call: Call[Answer]) -> Answer | None:
        return _asked(client, call)

    found = asyncio.run(journeys.follow(ask, kind, identifier))
    if found is None:
        raise Failure(f"No service has an event of the {kind} {identifier}, or it is older than the journal.")
    reports = {service: _asked(client, streams.list(service)) for service in SERVICES}
    letters = {service: _asked(client, dead_letters.list(service)) for service in journeys.with_letters(reports)}
    silent = [service for service, answer in letters.items() if answer is None]
    return replace(found, away=sorted({*found.away, *silent})), journeys.progress_of(reports, letters)


def _asked(client: Client, call: Call[Answer]) -> Answer | None:
    """The answer; None if the service does not answer though another does."""
    try:
        return client.send(call)
    except Failure as failure:
        if failure.code is ExitCode.UNREACHABLE and "Nothing answers" not in str(failure):
            return None
        raise


def journey_document(journey: journeys.Journey, progress: journeys.Progress) -> JourneyDocument:
    """The journey as JSON."""
    standing = _standing(journey)
    replaced = {step.line.event_id for chain in chains_of(journey.lines) for step in chain.all() if step.is_replaced}
    return {
        "kind": journey.kind,
        "id": journey.id,
        "standing": standing.code or None,
        "since": to_jsonable_python(standing.since),
        "away": list(journey.away),
        "counts": dict(journey.counts),
        "events": [
            {
                **line.model_dump(mode="json"),
                "replaced": line.event_id in replaced,
                "readers": {each.group: each.state for each in readings},
                "dead_letters": {each.group: each.letter for each in readings if each.letter},
            }
            for line, readings in ((each, journeys.readings_of(each, progress)) for each in journey.lines)
        ],
    }


def _standing(journey: journeys.Journey) -> PresentState:
    return present_state_of(journey.kind, journey.id, journey.lines, is_listed=journey.is_listed)


def render_journey(journey: journeys.Journey, progress: journeys.Progress) -> View:
    """The present state, and the events under their causes, or their number."""
    standing = _standing(journey)
    if standing.code:
        since = f" Since {to_jsonable_python(standing.since)}." if standing.since else ""
        yield f"{_STANDING[standing.code]}{since}"
    for service in journey.away:
        yield f"{service} does not answer, so its part is missing."
    if journey.counts:
        yield f"There are {journey.number:,} events, too many to list."
        yield listing("type, events", sorted(journey.counts.items()))
    for chain in chains_of(journey.lines):
        yield Text(_beginning(chain))
        yield from (Text(line) for step in chain.steps for line in _lines(step, progress, depth=1))


def _beginning(chain: Chain) -> str:
    what = f"request {chain.correlation_id}" if chain.is_request else "by itself"
    after = "" if chain.seconds is None else f", {_after(chain.seconds)}"
    return f"{chain.begun_at.isoformat(timespec='seconds')}  {what}{after}"


def _lines(step: Step, progress: journeys.Progress, depth: int) -> Sequence[str]:
    line = step.line
    readings = journeys.readings_of(line, progress)
    notes = [_READ[each.state].format(each.group.removeprefix("isopolity."), each.letter) for each in readings]
    notes += ["replaced by a later state"] if step.is_replaced else []
    words = summary_of(line.type) or line.type
    own = f"{'  ' * depth}{line.type.removeprefix('isopolity.')}, {_after(step.seconds)}: {words}"
    own += f" ({'; '.join(notes)})" if notes else ""
    return [own, *(each for following in step.following for each in _lines(following, progress, depth + 1))]


def _after(seconds: float) -> str:
    if seconds < 0.5:
        return "at once"
    for unit, size, least in (("d", 86_400, 2), ("h", 3_600, 2), ("min", 60, 1.5)):
        if seconds >= least * size:
            return f"after {seconds / size:.0f} {unit}"
    return f"after {seconds:.0f} s"
