"""The first round of the demo network is run until one is done, whichever start ordered it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest

from isopolity.command.client.demo_network import run_first_round
from isopolity.command.client.http_client import Client
from isopolity.command.failure import Failure
from tests.support.complete_answers import complete_as
from tests.support.whole_answers import whole_answers

ROUNDS: Final = "/matching/v1/rounds"


class Silent:
    def step(self, name: str, total: int | None = None) -> None: ...

    def done(self, count: int, total: int | None = None) -> None: ...


@dataclass
class Rounds:
    """A service whose rounds end as they are followed, the oldest as the first of `ends` says, and so on."""

    ends: list[str]
    rounds: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.add("waiting")
            return httpx.Response(202, json=self.rounds[-1])
        if request.url.path == ROUNDS:
            return httpx.Response(200, json={"items": self.rounds[::-1], "next": None})
        known = next(one for one in self.rounds if one["round_id"] == request.url.path.split("/")[-2])
        known |= {"status": self.ends.pop(0), "failure": "The process that computed this round ended."}
        return httpx.Response(
            200, text=f"event: {known['status']}\ndata: {json.dumps(complete_as('matching', 'RoundView', known))}\n\n"
        )

    def add(self, status: str) -> None:
        self.rounds.append({"round_id": f"r{len(self.rounds)}", "status": status, "step": "", "done": 0.0})

    def statuses(self) -> Sequence[str]:
        return [one["status"] for one in self.rounds]


@pytest.mark.parametrize(
    ("found", "ends", "left"),
    [
        pytest.param([], ["done"], ["done"], id="no round was ordered"),
        pytest.param(["running"], ["failed", "done"], ["failed", "done"], id="killed while it ran"),
        pytest.param(["failed"], ["done"], ["failed", "done"], id="killed twice"),
        pytest.param(["waiting"], ["done"], ["done"], id="killed before it ran"),
        pytest.param(["done"], [], ["done"], id="it was done"),
        pytest.param(["cancelled"], [], ["cancelled"], id="somebody wanted none"),
    ],
)
def test_the_first_round_is_due_until_one_is_done(found: list[str], ends: list[str], left: list[str]) -> None:
    rounds = Rounds(ends)
    for status in found:
        rounds.add(status)
    run_first_round(client(rounds), Silent())
    assert rounds.statuses() == left


def test_a_first_round_that_fails_is_a_sentence_and_stays_due() -> None:
    rounds = Rounds(["failed", "done"])
    with pytest.raises(Failure, match="The process that computed this round ended"):
        run_first_round(client(rounds), Silent())
    run_first_round(client(rounds), Silent())
    assert rounds.statuses() == ["failed", "done"]


def client(rounds: Rounds) -> Client:
    return Client("http://127.0.0.1:8000", "token", transport=whole_answers(rounds.answer))
