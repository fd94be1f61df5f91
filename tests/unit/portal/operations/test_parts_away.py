"""Each part of the network taken away in turn: no page of the console waits for it, hides it, or contradicts itself."""

import asyncio
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import httpx
import pytest

from isopolity.contracts.catalogue import MATCHING_GROUP, NOTIFY_GROUP, PROPOSAL
from isopolity.portal.adapters.patience import SECONDS, Patience
from tests.support.journals import Journals
from tests.support.portal.operations import OPERATOR, SERVICES, group, streams, waiting
from tests.support.portal.service import NOW, answers, form_token, portal, signed_in

PAGES = (
    "/operations",
    "/operations/groups",
    f"/operations/groups/{MATCHING_GROUP.name}",
    f"/operations/groups/{NOTIFY_GROUP.name}",
    "/operations/topics",
    "/operations/dead-letters",
    "/operations/journey/proposal/p1",
    "/operations/journey?kind=member&id=espoo",
    "/operations/events?topic=registry.city&topic=matching.proposal&topic=notify.response",
    "/operations/audit",
    "/operations/steps",
    "/operations/contracts",
)
TELLS_NOTHING = ("/operations/steps", "/operations/contracts", "/operations/journey?kind=member&id=espoo")
"""Pages that ask not all services."""
OF_DATABASES = "/operations/audit"
"""The page that needs no broker."""
CALM = (
    "Everything works.",
    "There are no dead letters",
    "No event fits.",
    "The search is complete.",
    "Nothing was found.",
    "0 events in all",
    "No service has an event",
)
"""Sentences that no page says while a part does not tell."""
Answer = Callable[[httpx.Request], Any]
_timeout: ContextVar[asyncio.Timeout] = ContextVar("timeout")


def at_once(seconds: float) -> asyncio.Timeout:
    """A deadline that passes when a frozen part is asked, and not before: no test waits, or is too slow."""
    assert seconds == SECONDS
    timeout = asyncio.timeout(None)
    _timeout.set(timeout)
    return timeout


def impatience() -> Patience:
    return Patience(timer=at_once)


async def frozen(_request: httpx.Request) -> httpx.Response:
    """Never answers."""
    _timeout.get().reschedule(asyncio.get_running_loop().time())
    await asyncio.Event().wait()
    raise AssertionError


def without(part: str) -> Answer:
    """Answers, but that this part of it is away."""

    def answer(_request: httpx.Request) -> httpx.Response:
        problem = {"code": "unavailable", "detail": "A part of the system is away.", "parameters": {"part": part}}
        return httpx.Response(503, json=problem)

    return answer


def network(**parts: Answer) -> dict[str, Any]:
    """All services at work, but these."""

    def by_service(well: Callable[[httpx.Request], Any]) -> Answer:
        def answer(request: httpx.Request) -> Any:
            return parts.get(request.url.host, well)(request)

        return answer

    def journal(request: httpx.Request) -> Any:
        parameters = {name: request.url.params.get_list(name) for name in request.url.params}
        limited = parameters | {"limit": parameters.get("limit", ["100"])[0]}
        return Journals().answer(request.url.host, request.url.path.partition("/v1")[2], limited)

    def json(document: Any) -> Callable[[httpx.Request], Any]:
        return lambda _request: document

    listed: dict[str, Any] = {"items": [], "next": None}
    well = {
        "/streams": lambda request: streams(request.url.host),
        "/dead-letters": json([]), "/events": json({}), "/journal": journal, "/journal/counts": journal,
        "/cities": json(listed), "/partners": json(listed), "/people": json(listed), "/mails": json(listed),
        "/audit/operators": json(listed),
        "": json({}),
    }  # fmt: skip
    return answers(OPERATOR) | {path: by_service(answer) for path, answer in well.items()}


def tells_of(path: str, service: str) -> bool:
    """Whether a page tells what this service is asked."""
    groups = {MATCHING_GROUP.name: "matching", NOTIFY_GROUP.name: "notify"}
    return path not in TELLS_NOTHING and groups.get(path.rpartition("/")[2], service) == service


def words_of(page: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("service", SERVICES)
async def test_no_page_waits_for_a_service_that_is_frozen(service: str, path: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(network(**{service: frozen}), seen, patience=impatience) as browser:
        await signed_in(browser)
        seen.clear()
        page = await browser.get(path, follow_redirects=True)
    words = words_of(page)
    assert page.status_code in (200, 503)
    assert not [calm for calm in CALM if calm in words and path not in TELLS_NOTHING]
    assert f"{service} does not answer" in words or not tells_of(path, service)
    for other in {*SERVICES} - {service}:
        assert f"{other} does not answer" not in words
    assert "Resume it" not in words


async def test_a_service_that_is_frozen_is_given_one_deadline_a_page_and_no_second_one() -> None:
    patience = Patience(timer=at_once)
    asked: list[str] = []

    async def asking() -> httpx.Response:
        asked.append("asked")
        return await frozen(httpx.Request("GET", "http://matching"))

    async def probe() -> httpx.Response:
        asked.append("probed")
        return await frozen(httpx.Request("GET", "http://matching"))

    for given in (None, probe, None):
        with pytest.raises(TimeoutError):
            await patience.ask("matching", asking, given)
    assert asked == ["asked"]


async def test_what_changes_something_is_not_sent_to_a_service_that_is_frozen() -> None:
    seen: list[httpx.Request] = []
    served = network(notify=frozen)
    well = network()
    path = f"/operations/groups/{NOTIFY_GROUP.name}"
    is_frozen = False

    def either(name: str) -> Answer:
        return lambda request: (served if is_frozen else well)[name](request)

    both = answers(OPERATOR) | {name: either(name) for name, each in well.items() if callable(each)}
    async with portal(both, seen, patience=impatience) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get(path)), "do": "pause", "reason": "a bad release"}
        is_frozen = True
        page = await browser.post(path, data=form)
    words = words_of(page)
    assert page.status_code == 503
    assert "notify does not answer" in words
    assert "isopolity status" in words
    assert not [each for each in seen if each.url.path.endswith("/pause")]


async def test_while_registry_is_frozen_and_a_session_is_to_be_renewed_the_page_says_so_at_once() -> None:
    seen: list[httpx.Request] = []
    now = [NOW]
    async with portal(network(registry=frozen), seen, now=lambda: now[0], patience=impatience) as browser:
        await signed_in(browser)
        now[0] += timedelta(minutes=10)
        page = await browser.get("/operations")
    words = words_of(page)
    assert (page.status_code, "registry does not answer" in words, "isopolity status" in words) == (503, True, True)
    assert not [each for each in seen if each.url.path.endswith("/refresh")], "a refresh token counts once"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("part", "told"), [("broker", "The broker does not answer"), ("database", "The database of matching does not")]
)
async def test_each_page_says_whose_fault_it_is(part: str, told: str, path: str) -> None:
    async with portal(network(matching=without(part)), patience=impatience) as browser:
        await signed_in(browser)
        words = words_of(await browser.get(path, follow_redirects=True))
    assert told in words or not tells_of(path, "matching")
    assert not re.search("(?<!of )matching does not answer", words)
    assert not [calm for calm in CALM if calm in words and path not in TELLS_NOTHING]


@pytest.mark.parametrize("path", PAGES)
async def test_while_the_broker_is_away_nothing_flows_and_nothing_is_to_be_resumed(path: str) -> None:
    held = {"ready": False, "reason": "the broker does not answer"}
    broken = {"problem": "Kafka did not answer within 10 s", "canary_seconds": 600.0}
    reports = {service: streams(service, **broken) for service in SERVICES}
    for report in reports.values():
        report["consumers"] = [each | held for each in report["consumers"]]
    served = network() | {"/streams": lambda request: httpx.Response(200, json=reports[request.url.host])}
    letters = dict.fromkeys(("/dead-letters", "/events"), without("broker"))
    async with portal(served | letters, patience=impatience) as browser:
        await signed_in(browser)
        page = await browser.get(path, follow_redirects=True)
    words = words_of(page)
    assert "Resume it" not in words
    assert "Works." not in words
    assert not [calm for calm in CALM if calm in words and path not in (*TELLS_NOTHING, OF_DATABASES)]
    if path == "/operations":
        assert words.count("Stopped: the broker does not answer.") == 6
        assert words.count("This is caused by the problem of the broker") == 5, "two groups and three canaries"


async def test_while_the_broker_is_away_the_letters_that_were_counted_last_are_told() -> None:
    had = network() | {
        "/streams": lambda request: httpx.Response(
            200, json=streams(request.url.host, dead_letters={"poison": 2, "not-json": 1})
        ),
        "/dead-letters": without("broker"),
    }
    async with portal(had, patience=impatience) as browser:
        await signed_in(browser)
        words = words_of(await browser.get("/operations/dead-letters"))
    assert "The broker does not answer matching" in words
    assert "When matching last answered, it had 3 dead letters." in words
    assert "may have dead letters" in words


async def test_a_group_that_dead_letters_stopped_stays_a_trouble_of_its_own_without_a_broker() -> None:
    stopped = group(NOTIFY_GROUP.name, "notify", waiting(PROPOSAL.name, 4, seconds=900.0), ready=False, state="stopped")
    report = streams("notify", problem="Kafka did not answer within 10 s", consumers=[stopped])
    served = network() | {
        "/streams": lambda request: httpx.Response(
            200, json=report if request.url.host == "notify" else streams(request.url.host)
        )
    }
    async with portal(served, patience=impatience) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations")).text
    assert f'href="/operations/groups/{NOTIFY_GROUP.name}">Resume it' in page
    assert "This is caused by" not in page


async def test_before_the_first_sample_whether_it_flows_is_not_known() -> None:
    none: dict[str, Any] = {"sampled_at": None, "age_seconds": None, "consumers": [], "readers": [], "topics": []}
    served = network() | {"/streams": lambda request: httpx.Response(200, json=streams(request.url.host, **none))}
    async with portal(served, patience=impatience) as browser:
        await signed_in(browser)
        words = words_of(await browser.get("/operations"))
    assert "The status is not known yet" in words
    assert not [calm for calm in (*CALM, "Works.", "Nothing is pending.") if calm in words]


async def test_a_service_whose_samples_are_old_is_not_said_to_flow() -> None:
    old = {"age_seconds": 1_200.0}
    served = network() | {"/streams": lambda request: httpx.Response(200, json=streams(request.url.host, **old))}
    async with portal(served, patience=impatience) as browser:
        await signed_in(browser)
        words = words_of(await browser.get("/operations"))
    assert "notify no longer looks at its streams: its figures are 20 min old." in words
    assert "Works." not in words
    assert words.count("Status unknown") == 7
