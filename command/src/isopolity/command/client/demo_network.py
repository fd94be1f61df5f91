"""The demo network: some 500 cities and partners, loaded over HTTP like any other import.

Invariant: loading it again changes nothing, and a killed loading can go on from any moment, since the remaining work is
read from the services.
"""

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from isopolity.client.matching import drafts, rounds
from isopolity.client.matching.models import ConfirmedPublishOrder, DraftView, PublishOrder, RoundOrder, RoundView
from isopolity.client.operations import status
from isopolity.command.client.http_client import Client
from isopolity.command.client.member_files import Order, import_file
from isopolity.command.client.rounds import OVER, follow, run_round
from isopolity.command.console import Progress
from isopolity.command.failure import Failure, first_of

KINDS: Final = ("cities", "partners", "requests", "twinnings")
_MAILED: Final = ("mails_sent", "mails_unknown", "mails_failed", "mails_bounced", "mails_suppressed")
_ON_THEIR_WAY: Final = ("mails_queued", "mails_claimed", "mails_transmitting")
_EACH: Final = 6
"""Each city by this number takes one partner more than its row says."""
_PATIENCE: Final = 120.0
_LOOK_EVERY: Final = 0.25


def demo_file(kind: str) -> Path:
    """The file of one kind of rows, JSON Lines or CSV. Raises Failure if the demo data is not installed."""
    installed = Path(str(files("isopolity.command") / "demo"))
    checkout = Path(__file__).parents[5] / "data" / "demo"
    places = (folder / f"{kind}.{form}" for folder in (installed, checkout) for form in ("jsonl", "csv"))
    missing = "The demo data is not installed; install isopolity-command from a whole checkout."
    return first_of(filter(Path.is_file, places), missing)


def load_demo(client: Client, progress: Progress, start: datetime | None = None) -> int:
    """Import the demo network, run its first round, publish the draft if it made one, wait for the mails.

    With a history, which ended at `start`, the first round is the first one since, and a second one ends in a draft.
    Returns how many proposals the network has; with an undo window they go out, and are mailed, when that ends.
    """
    for kind in KINDS:
        import_file(client, Order(kind=kind, endorse=kind in ("cities", "partners")), demo_file(kind), progress)
    progress.step("Matching")
    _until(lambda: _waiting(client, "registry") + _waiting(client, "matching") == 0, "matching to see all members")
    run_first_round(client, progress, start)
    is_first = len(_rounds_since(client, start)) == 1
    if is_first or start is None:
        _publish_draft(client)
    if _is_going_out(client):
        _until(lambda: _proposals(client, "scheduled") == 0, "the proposals to go out")
    proposed = _proposals(client, "scheduled") + _until_mailed(client, progress)
    if start is not None:
        _take_one_more(client)
        if is_first:
            run_round(client, RoundOrder(draft=True, keep_drafts=True), progress)
    return proposed


def _take_one_more(client: Client) -> None:
    """Some cities take one partner more than in the demo's file, so that a draft has room; imports propose nothing."""
    rows = [json.loads(line) for line in demo_file("cities").read_text(encoding="utf-8").splitlines()[::_EACH]]
    with NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row | {'capacity': row['capacity'] + 1})}\n" for row in rows)
        file.flush()
        import_file(client, Order(kind="cities", endorse=True), Path(file.name), _Unseen())
    _until(lambda: _waiting(client, "registry") + _waiting(client, "matching") == 0, "matching to see all members")


def run_first_round(client: Client, progress: Progress, start: datetime | None = None) -> None:
    """Run a round, unless one since `start` is done already or was cancelled by somebody; None: any one.

    A round that an earlier start ordered is followed to its end first: it may still wait, or have failed with the
    process that computed it. Raises Failure if the round fails or is cancelled.
    """
    for known in _rounds_since(client, start):
        if known.status not in OVER:
            follow(client, known.round_id, progress)
    if not any(known.status in ("done", "cancelled") for known in _rounds_since(client, start)):
        run_round(client, RoundOrder(), progress)


def _rounds_since(client: Client, start: datetime | None) -> Sequence[RoundView]:
    return [known for known in client.send(rounds.list()).items if start is None or known.ordered_at >= start]


class _Unseen:
    """A progress that nobody is told of."""

    def step(self, name: str, total: int | None = None) -> None: ...

    def done(self, count: int, total: int | None = None) -> None: ...


def _publish_draft(client: Client) -> None:
    """Publish the latest draft, if it is open and has proposals."""
    for draft in [each for each in _latest_draft(client) if each.status == "open"]:
        plan = client.send(drafts.plan(draft.round_id, PublishOrder()))
        if plan.proposals:
            client.send(drafts.publish(draft.round_id, ConfirmedPublishOrder(token=plan.token)))


def _is_going_out(client: Client) -> bool:
    """Whether the undo window of the latest draft is over, so that its proposals go out now."""
    times = [draft.out_at for draft in _latest_draft(client) if draft.out_at is not None]
    return any(out_at <= datetime.now(UTC) for out_at in times)


def _latest_draft(client: Client) -> Sequence[DraftView]:
    """A list of the latest draft alone; empty where there is no draft."""
    return client.send(drafts.list(limit=1)).items


def _proposals(client: Client, stage: str) -> int:
    return int(client.send(status.read("matching")).counts.get(f"proposals_{stage}", 0))


def _until_mailed(client: Client, progress: Progress) -> int:
    issued = _proposals(client, "issued")
    progress.step("Writing mails", 2 * issued)

    def all_settled() -> bool:
        counts = client.send(status.read("notify")).counts
        done = sum(int(counts.get(name, 0)) for name in _MAILED)
        progress.done(done)
        on_their_way = sum(int(counts.get(name, 0)) for name in _ON_THEIR_WAY)
        unread = _waiting(client, "matching") + _waiting(client, "notify")
        return done >= 2 * issued and not on_their_way and not unread

    _until(all_settled, "the mails to be written")
    return issued


def _waiting(client: Client, service: str) -> int:
    report = client.send(status.read(service))
    return report.outbox.depth + sum(consumer.lag for consumer in report.consumers)


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"Waited {_PATIENCE:.0f} s in vain for {what}; look at `isopolity status`.")
        time.sleep(_LOOK_EVERY)
