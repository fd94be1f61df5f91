"""A round of a running instance: it is started, followed to its end, and found again."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from isopolity.command.client.http_client import Client
from isopolity.command.console import Progress, messages
from isopolity.command.failure import Failure

ROUNDS: Final = "/matching/v1/rounds"
LATEST: Final = "latest"
OVER: Final = ("done", "failed", "cancelled")
"""States of a round after which nothing changes any more."""


def run_round(client: Client, order: Mapping[str, object], progress: Progress) -> dict[str, Any]:
    """Start a round, follow it, and return it once it is done. Raises Failure if it failed or was cancelled."""
    round_id = client.post(ROUNDS, order)["round_id"]
    try:
        known = follow(client, round_id, progress)
    except KeyboardInterrupt:
        messages().print(f"The round goes on; `isopolity round cancel {round_id}` ends it.", markup=False)
        raise
    if known["status"] == "failed":
        raise Failure(known["failure"])
    if known["status"] == "cancelled":
        raise Failure("The round was cancelled; nothing of it went out.")
    return known


def follow(client: Client, round_id: str, progress: Progress) -> dict[str, Any]:
    """Tell `progress` how far a round is, and return it once it is over; a stream that ends early is opened again."""
    step = ""
    while True:
        for name, known in _events(client, f"{ROUNDS}/{round_id}/progress"):
            if name in OVER:
                return known
            told = (known.get("step") or f"round {known['status']}").capitalize()
            if told != step:
                step = told
                progress.step(step, 100)
            progress.done(round(100 * known["done"]))


def find_round(client: Client, round_id: str) -> dict[str, Any]:
    """The round with this id, or the latest one for `latest`. Raises Failure if there is none."""
    if round_id != LATEST:
        return dict(client.get(f"{ROUNDS}/{round_id}"))
    found = client.get(ROUNDS, {"limit": 1})["items"]
    if not found:
        raise Failure("No round has been run yet; run one with `isopolity round run`.")
    return dict(found[0])


def _events(client: Client, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and the data of each server-sent event at `path`."""
    name = ""
    with client.stream("GET", path, headers={"Accept": "text/event-stream"}) as response:
        for line in response.iter_lines():
            field, _, value = line.partition(":")
            if field == "event":
                name = value.strip()
            elif field == "data":
                yield name, json.loads(value)
