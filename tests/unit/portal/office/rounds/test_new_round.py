"""Staff starts a round: rules are told back first, what was typed stays, a round can be called off."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.new_rounds import ACTS, CHECKED, FILLED, orders
from tests.support.portal.rounds import ROUND
from tests.support.portal.service import HOSTILE, form_token, portal, signed_in


async def sent(form: dict[str, Any], seen: list[httpx.Request], **options: Any) -> httpx.Response:
    """The answer to the form."""
    async with portal({**ACTS, **options.pop("served", {})}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/new")
        assert 'id="quick" value="quick"' in page.text
        data = form | {"form": form_token(page)}
        files = options.pop("files", {"file": ("", b"")})
        return await browser.post("/office/rounds/new", data=data, files=files)


async def test_a_round_is_started_with_its_rules_and_waited_for_on_its_page() -> None:
    seen: list[httpx.Request] = []
    reply = await sent(FILLED | {"do": "start"}, seen)
    assert reply.headers["location"] == "/office/rounds/r1"
    expected = {"seed": 7, "mode": "exact", "kinds": ["twinning"], "draft": True, "keep_drafts": False}
    assert orders(seen) == [CHECKED["order"] | expected]


async def test_a_round_has_no_floors_where_staff_unticks_them() -> None:
    seen: list[httpx.Request] = []
    await sent({name: value for name, value in FILLED.items() if name != "floors"} | {"do": "start"}, seen)
    assert orders(seen)[0]["floors"] == []


async def test_enter_in_a_field_checks_the_rules_and_adds_nothing() -> None:
    async with portal(ACTS) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/rounds/new")).text
    form = page.partition('action="/office/rounds/new"')[2]
    pressed = form[form.index("<button") :].partition(">")[0]  # browsers press the first of a form
    assert 'name="do" value="check"' in pressed


async def test_an_objective_that_is_chosen_counts_more_than_that_of_the_file() -> None:
    seen: list[httpx.Request] = []
    await sent(FILLED | {"do": "start", "objective": "serve-everybody-first"}, seen)
    assert orders(seen)[0]["objective"] == "serve-everybody-first"


async def test_rules_are_told_back_and_nothing_is_started_by_checking_them() -> None:
    seen: list[httpx.Request] = []
    page = await sent(FILLED | {"do": "check"}, seen)
    assert page.status_code == 200
    for expected in (
        "<p>At least 5 twinnings",
        "at_least = 5",
        "Concerns 14 cities in 6 countries.",
        "nothing is lost.",
        'name="seed" value="7"',
    ):
        assert expected in page.text
    assert HOSTILE not in page.text
    assert not orders(seen)


async def test_a_file_takes_the_place_of_the_field_and_stays_in_the_form() -> None:
    seen: list[httpx.Request] = []
    page = await sent(FILLED | {"do": "check"}, seen, files={"file": ("rules.toml", "# Évora".encode())})
    checks = [json.loads(each.content) for each in seen if each.url.path.endswith("/rules/check")]
    assert checks == [{"text": "# Évora"}]
    assert "# Évora</textarea>" in page.text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"twinning": ""}, "Choose at least one kind"),
        ({"seed": "many"}, "Give a whole number"),
        ({"files": {"file": ("rules.toml", b"\xff\xfe")}}, "not text in UTF-8"),
        ({"files": {"file": ("rules.toml", b"#" * 200_001)}}, "too large"),
        ({"served": {"/rules/check": CHECKED | {"faults": ["Rule 1: there is no such key."]}}}, "no such key."),
        ({"served": {"/rounds": httpx.Response(422, json={"detail": "There is no member x."})}}, "no member x."),
    ],
    ids=["kinds", "seed", "encoding", "size", "fault", "refused"],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(change: dict[str, Any], told: str) -> None:
    seen: list[httpx.Request] = []
    options = {name: change.pop(name) for name in ("files", "served") if name in change}
    page = await sent(FILLED | {"do": "start"} | change, seen, **options)
    assert page.status_code == 422
    assert told in page.text
    assert "at_least = 5" in page.text or "file" in told or "UTF" in told


async def test_a_round_that_is_computed_is_called_off() -> None:
    running = {"/rounds/r1": ROUND | {"status": "running", "step": "choosing pairs", "done": 0.1}, "/drafts/r1": 404}
    async with portal(ACTS | running) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1")
        assert 'action="/office/rounds/r1/cancel"' in page.text
        reply = await browser.post("/office/rounds/r1/cancel", data={"form": form_token(page)})
    assert reply.headers["location"] == "/office/rounds/r1"
