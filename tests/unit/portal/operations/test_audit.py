"""What operators did, on the console: by name, of all services, and nothing of others."""

from typing import Any

import httpx

from tests.support.portal.operations import OPERATOR
from tests.support.portal.service import HOSTILE, STAFF, answers, portal, signed_in

PATH = "/operations/audit"
PERSON = "019a0000-0000-7000-8000-000000000001"
OTHER = "019a0000-0000-7000-8000-000000000002"
NAMES = {
    "items": [{"person_id": PERSON, "name": "Ada Lindqvist"}, {"person_id": OTHER, "name": "Adam Berg"}],
}  # fmt: skip


def act(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number, "at": f"2026-11-27T08:{number:02}:00Z", "actor_kind": "operator", "actor": PERSON,
        "member_id": None, "token_id": None, "address": None, "action": "groups.pause", "subject_kind": "group",
        "subject_id": "isopolity.notify", "before": None, "after": {"reason": HOSTILE}, "details": None,
        "correlation_id": f"c{number}",
    } | changes  # fmt: skip


def served(seen: list[httpx.Request], account: dict[str, Any] = OPERATOR, **acts: list[dict[str, Any]]) -> Any:
    """The services with these acts; what they are asked is noted."""

    def told(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"items": acts.get(request.url.host, []), "next": None})

    return answers(account) | {"/audit/operators": told, "/people": NAMES, "/people/names": NAMES}


async def test_acts_of_all_services_stand_with_names_the_newest_first() -> None:
    seen: list[httpx.Request] = []
    reading = OPERATOR | {"scopes": ["operator:read"]}
    acts = {
        "notify": [act(3)],
        "matching": [act(5, action="dead-letters.settle", details={"reason": "no event"}, after=None, actor=OTHER)],
        "registry": [act(4, action="sign-ins.exchange", subject_kind="session", subject_id="s1", after=None)],
    }
    async with portal(served(seen, reading, **acts)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
    first, second, third = (
        page.index(words) for words in ("Settled dead letters", "Signed in by a mailed", "Paused a")
    )
    assert first < second < third
    assert ("Ada Lindqvist" in page, "Adam Berg" in page, "(no event)" in page, HOSTILE in page) == (
        True, True, True, False,
    )  # fmt: skip
    assert 'href="/operations/journey/correlation/c5"' in page


async def test_a_name_is_found_by_a_part_of_it_and_two_of_it_are_offered() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(seen)) as browser:
        await signed_in(browser)
        both = (await browser.get(PATH, params={"actor": "ada"})).text
        assert {each.url.params["actor"] for each in seen} == {"ada"}
        seen.clear()
        one = (await browser.get(PATH, params={"actor": "lindq", "action": "groups.pause", "day": "2026-11-27"})).text
        wrong = await browser.get(PATH, params={"day": "yesterday"})
    assert "Several people have this name. Choose one:" in both
    assert {each.url.params["actor"] for each in seen if "actor" in each.url.params} == {PERSON}
    assert seen[0].url.params["since"] == "2026-11-27T00:00:00Z"
    assert "Nothing was found." in one
    assert wrong.status_code == 422


async def test_staff_that_is_no_operator_is_led_on() -> None:
    async with portal(served([], STAFF)) as browser:
        await signed_in(browser)
        assert (await browser.get(PATH)).headers["location"] == "/me"
