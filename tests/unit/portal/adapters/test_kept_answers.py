"""What the services say to everybody is kept for as long as they allow, and nothing else is kept."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from isopolity.client import registry
from isopolity.client.call import Call
from isopolity.client.registry.models import Figures
from isopolity.portal.adapters.kept_answers import KeptAnswers, seconds_of
from isopolity.portal.adapters.service_apis import AskedTooOften, ServiceApis, ServiceAway
from tests.support.portal.service import ADDRESSES, FIGURES, HOME, portal

ASKED = registry.figures.read()
TOLD = Figures.model_validate(FIGURES)
KEEP = {"Cache-Control": "public, max-age=60"}


class Clock:
    """Seconds that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def apis(answer: Any, seen: list[httpx.Request], clock: Clock) -> ServiceApis:
    """Services that answer so, before which answers are kept by this clock."""

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        found: httpx.Response = answer()
        return found

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return ServiceApis(client, ADDRESSES, kept=KeptAnswers(clock))


def asked(**query: str) -> Call[Figures]:
    return replace(ASKED, query=query)


def twinnings_in(figures: Figures) -> list[int]:
    return [figures.twinnings]


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("public, max-age=60", 60),
        ("max-age=60", 0),
        ("private, max-age=60", 0),
        ("no-store", 0),
        ("public", 0),
        ("public, s-max-age=9", 0),
        (None, 0),
    ],
)
def test_only_what_everybody_may_keep_is_kept(told: str | None, seconds: float) -> None:
    assert seconds_of({} if told is None else {"cache-control": told}) == seconds


async def test_an_answer_is_kept_for_as_long_as_it_allows_and_by_its_parameters() -> None:
    seen: list[httpx.Request] = []
    clock = Clock()
    known = apis(lambda: httpx.Response(200, json=FIGURES, headers=KEEP), seen, clock)
    for _ in range(3):
        assert await known.public_answer(asked(b="1", a="2")) == TOLD
    assert await known.asked_for("192.0.2.8").public_answer(asked(a="2", b="1")) == TOLD
    assert len(seen) == 1
    await known.public_answer(asked(a="2", b="2"))
    await known.public_answer(replace(asked(a="2", b="1"), path="/registry/v1/others"))
    assert len(seen) == 3
    clock.now += 60
    await known.public_answer(asked(a="2", b="1"))
    assert len(seen) == 4


async def test_what_is_made_of_an_answer_is_kept_beside_the_answer_itself() -> None:
    seen: list[httpx.Request] = []
    known = apis(lambda: httpx.Response(200, json=FIGURES, headers=KEEP), seen, Clock())
    made = [await known.public_page(ASKED, twinnings_in) for _ in range(2)]
    assert made == [[TOLD.twinnings]] * 2
    assert made[0] is made[1]
    assert await known.public_answer(ASKED) == TOLD
    assert len(seen) == 2


async def test_nothing_is_kept_that_was_asked_with_a_visitors_rights() -> None:
    seen: list[httpx.Request] = []
    known = apis(lambda: httpx.Response(200, json=FIGURES, headers=KEEP), seen, Clock()).with_token("secret")
    await known.public_answer(ASKED)
    assert "authorization" not in seen[0].headers
    await known.send(ASKED)
    await known.send(ASKED)
    assert [each.headers.get("authorization") for each in seen] == [None, "Bearer secret", "Bearer secret"]


async def test_many_who_ask_at_once_are_one_question() -> None:
    seen: list[httpx.Request] = []
    known = apis(lambda: httpx.Response(200, json=FIGURES), seen, Clock())
    assert await asyncio.gather(*(known.public_answer(ASKED) for _ in range(9))) == [TOLD] * 9
    assert len(seen) == 1
    await known.public_answer(ASKED)
    assert len(seen) == 2, "it may not be kept"


async def test_a_failure_is_not_kept() -> None:
    seen: list[httpx.Request] = []
    known = apis(lambda: httpx.Response(503 if len(seen) == 1 else 200, json=FIGURES, headers=KEEP), seen, Clock())
    found = await asyncio.gather(*(known.public_answer(ASKED) for _ in range(3)), return_exceptions=True)
    assert type(found[0]) is ServiceAway
    assert found[1:] == [TOLD, TOLD]
    assert await known.public_answer(ASKED) == TOLD


async def test_who_leaves_does_not_take_the_answer_from_the_others() -> None:
    kept, may_answer = KeptAnswers(Clock()), asyncio.Event()

    async def ask() -> tuple[Figures, float]:
        await may_answer.wait()
        return TOLD, 60

    first, second = (asyncio.create_task(kept.get("figures", ask)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    may_answer.set()
    assert await second == TOLD
    assert first.cancelled()


async def test_only_some_answers_are_kept() -> None:
    kept, questions = KeptAnswers(Clock()), list[str]()
    for address in [*map(str, range(101)), "1", "0"]:

        async def ask(address: str = address) -> tuple[str, float]:
            questions.append(address)
            return address, 60

        assert await kept.get(address, ask) == address
    assert questions[100:] == ["100", "0"]


@pytest.mark.parametrize("path", ["/", "/seeking"])
async def test_a_page_is_made_of_what_is_kept(path: str) -> None:
    seen: list[httpx.Request] = []
    answers = {name: httpx.Response(200, json=each, headers=KEEP) for name, each in HOME.items()}
    answers["/countries"] = httpx.Response(200, json={"cities": {}, "partners": {}, "requests": {}}, headers=KEEP)
    async with portal(answers, seen) as browser:
        first, second = await browser.get(path), await browser.get(path)
    assert first.text == second.text
    paths = [each.url.path for each in seen]
    assert len(paths) == len(set(paths))


async def test_who_waited_for_a_question_that_failed_asks_by_itself() -> None:
    seen: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        visitor = request.headers["x-forwarded-for"]
        seen.append(visitor)
        await asyncio.sleep(0)
        return httpx.Response(429 if visitor == "192.0.2.1" else 200, json=FIGURES)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    known = ServiceApis(client, ADDRESSES, kept=KeptAnswers(Clock()))
    asking = (known.asked_for(f"192.0.2.{each}").public_answer(ASKED) for each in (1, 2))
    refused, told = await asyncio.gather(*asking, return_exceptions=True)
    assert (type(refused), told) == (AskedTooOften, TOLD)
    assert seen == ["192.0.2.1", "192.0.2.2"]
