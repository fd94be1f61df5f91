"""A round of a running instance: it is started, followed to its end, and found again."""

from collections.abc import Iterator
from typing import Final

from isopolity.client.matching import rounds
from isopolity.client.matching.models import RoundOrder, RoundView
from isopolity.command.client.http_client import Client, answer_of
from isopolity.command.console import Progress, messages
from isopolity.command.failure import Failure

LATEST: Final = "latest"
OVER: Final = ("done", "failed", "cancelled")
"""States of a round after which nothing changes any more."""


def run_round(client: Client, order: RoundOrder, progress: Progress) -> RoundView:
    """Start a round, follow it, and return it once it is done. Raises Failure if it failed or was cancelled."""
    round_id = client.send(rounds.create(order)).round_id
    try:
        known = follow(client, round_id, progress)
    except KeyboardInterrupt:
        messages().print(f"The round goes on; `isopolity round cancel {round_id}` ends it.", markup=False)
        raise
    if known.status == "failed":
        raise Failure(known.failure or "The round failed.")
    if known.status == "cancelled":
        raise Failure("The round was cancelled; nothing of it went out.")
    return known


def follow(client: Client, round_id: str, progress: Progress) -> RoundView:
    """Tell `progress` how far a round is, and return it once it is over; a stream that ends early is opened again."""
    step = ""
    while True:
        for name, known in _events(client, round_id):
            if name in OVER:
                return known
            told = (known.step or f"round {known.status}").capitalize()
            if told != step:
                step = told
                progress.step(step, 100)
            progress.done(round(100 * known.done))


def find_round(client: Client, round_id: str) -> RoundView:
    """The round with this id, or the latest one for `latest`. Raises Failure if there is none."""
    if round_id != LATEST:
        return client.send(rounds.read(round_id))
    found = client.send(rounds.list(limit=1)).items
    if not found:
        raise Failure("No round has been run yet; run one with `isopolity round run`.")
    return found[0]


def _events(client: Client, round_id: str) -> Iterator[tuple[str, RoundView]]:
    """The name of each server-sent event about a round, and how the round is then."""
    name = ""
    with client.receive(rounds.progress(round_id), accept="text/event-stream") as response:
        for line in response.iter_lines():
            field, _, value = line.partition(":")
            if field == "event":
                name = value.strip()
            elif field == "data":
                yield name, answer_of(rounds.read(round_id), value.encode())
