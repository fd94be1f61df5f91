"""A round that failed keeps its rules and offers the smallest change; templates are saved, renamed, deleted, taken."""

import json
from typing import Any

import httpx
import pytest

from tests.support.page_forms import fields_of
from tests.support.portal.rounds import OPEN_DRAFT, ROUND, SERVED
from tests.support.portal.service import HOSTILE, city, form_token, listed, portal, signed_in

BASE: dict[str, Any] = {"seed": 5, "mode": "exact", "kinds": ["twinning"], "floors": [], "must": [], "never": []}
ASKED = BASE | {"never": [["espoo", "lima"]], "rules": [{"at_least": 2}]}
RULES = "floors = []\n\n[[rules]]\nat_least = 2\n"
ORDER: dict[str, Any] = {
    "order": ASKED, "rules": RULES, "must_told": [], "never_told": [f"Espoo and {HOSTILE}"],
    "remedies": [
        {"told": f"Allow the pair Espoo and {HOSTILE}.", "is_smallest": True, "order": BASE, "rules": RULES},
        {"told": "Change rule 1.", "is_smallest": False, "order": ASKED, "rules": "[[rules]]\nat_least = 1\n"},
    ],
}  # fmt: skip
FAILED = ROUND | {"status": "failed", "failure": "No round was found that keeps all rules; nothing went out."}
TEMPLATE = {"template_id": "t1", "name": HOSTILE, "changed_at": "2026-11-12T09:00:00Z", "order": ASKED, "rules": RULES}
CHECKED = {
    "faults": [],
    "rules": ["At least 2 pairs."],
    "objective": "The most.",
    "order": {"rules": [{"at_least": 2}]},
}
ACTS: dict[str, Any] = SERVED | {
    "/rounds/r1": FAILED,
    "/drafts/r1": 404,
    "/rounds/r1/order": ORDER,
    "/rounds": ROUND,
    "/rules/check": CHECKED,
    "/round-templates": lambda request: [TEMPLATE] if request.method == "GET" else TEMPLATE,
    "/round-templates/t1": TEMPLATE,
}
NEW = "/office/rounds/new"
LEFT: dict[str, Any] = {
    "/cities": listed(city(name=HOSTILE, status="withdrawn", changed_on="2026-11-05")),
    "/partners": listed(),
}
NAMED = [["espoo", "lima"], ["turku", "lima"]]
TWO_RULES = '[[rules]]\nat_least = 2\n\n[[rules]]\neach = { id = ["espoo", "turku"] }\nat_most = 1\n'


def names_espoo(request: httpx.Request) -> dict[str, Any]:
    return CHECKED | {"gone": [each for each in ["espoo"] if each in request.content.decode()]}


def sent(seen: list[httpx.Request], path: str) -> list[Any]:
    posts = (each for each in seen if each.method in ("POST", "PUT", "DELETE") and each.url.path.endswith(path))
    return [json.loads(each.content or "null") for each in posts]


async def test_a_failed_round_shows_its_rules_and_each_change_by_a_button() -> None:
    async with portal(ACTS) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1")
    for expected in (
        "No round was found",
        "Allow the pair Espoo and",
        'href="/office/rounds/new?again=r1&amp;change=1"',
        'href="/office/rounds/new?again=r1&amp;change=2"',
        'href="/office/rounds/new?again=r1"',
        "Forbidden pairs",
    ):
        assert expected in page.text
    assert HOSTILE not in page.text


@pytest.mark.parametrize("draft", [404, OPEN_DRAFT, OPEN_DRAFT | {"status": "published"}])
async def test_a_finished_round_offers_another_one_with_its_rules(draft: Any) -> None:
    async with portal(ACTS | {"/rounds/r1": ROUND, "/drafts/r1": draft}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1")
    assert 'href="/office/rounds/new?again=r1"' in page.text
    assert "Start a round with these rules" in page.text


@pytest.mark.parametrize("status", ["waiting", "running"])
async def test_a_round_that_is_under_way_offers_no_other_one(status: str) -> None:
    async with portal(ACTS | {"/rounds/r1": ROUND | {"status": status}}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1")
    assert "again=r1" not in page.text


async def test_a_failed_round_is_shown_while_its_order_is_away() -> None:
    async with portal(ACTS | {"/rounds/r1/order": 503}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1")
    assert (page.status_code, "No round was found" in page.text) == (200, True)


@pytest.mark.parametrize(
    ("query", "never"),
    [
        ("again=r1", [["espoo", "lima"]]),
        ("again=r1&change=1", None),
        ("again=r1&change=2", [["espoo", "lima"]]),
        ("template=t1", [["espoo", "lima"]]),
    ],
)
async def test_a_round_is_started_like_another_one_with_the_same_pairs(query: str, never: list[Any] | None) -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        page = await browser.get(f"{NEW}?{query}")
        assert "At least 2 pairs." in page.text
        assert 'value="5"' in page.text
        origin = dict(part.split("=") for part in query.split("&"))
        form = {"mode": "exact", "twinning": "1", "seed": "5", "rules": RULES, "do": "start"} | origin
        reply = await browser.post(NEW, data=form | {"form": form_token(page)}, files={"file": ("", b"")})
    assert reply.headers["location"] == "/office/rounds/r1"
    (order,) = sent(seen, "/rounds")
    assert order.get("never") == never
    assert order["floors"] == []


async def test_there_is_no_form_of_a_change_that_is_not_offered() -> None:
    async with portal(ACTS) as browser:
        await signed_in(browser)
        for query in ("again=r1&change=3", "again=r1&change=x", "template=none"):
            assert (await browser.get(f"{NEW}?{query}")).status_code == 404


async def test_rules_and_settings_are_saved_under_a_name() -> None:
    seen: list[httpx.Request] = []
    form = {"mode": "quick", "twinning": "1", "seed": "7", "rules": RULES, "name": " Spring ", "do": "save"}
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        page = await browser.get(NEW)
        reply = await browser.post(NEW, data=form | {"form": form_token(page)}, files={"file": ("", b"")})
    assert reply.headers["location"] == "/office/rounds/templates?done=save"
    ((saved),) = sent(seen, "/round-templates")
    assert (saved["name"], saved["order"]["seed"], saved["order"]["rules"]) == ("Spring", 7, [{"at_least": 2}])


async def test_a_name_that_is_taken_is_told_and_nothing_is_lost() -> None:
    taken = httpx.Response(409, json={"detail": "There is a template named Spring already. Choose another name."})
    form = {"mode": "quick", "twinning": "1", "seed": "7", "rules": RULES, "name": "Spring", "do": "save"}
    async with portal(ACTS | {"/round-templates": taken}) as browser:
        await signed_in(browser)
        page = await browser.get(NEW)
        page = await browser.post(NEW, data=form | {"form": form_token(page)}, files={"file": ("", b"")})
    assert page.status_code == 422
    assert "There is a template named Spring already" in page.text
    assert "at_least = 2" in page.text


@pytest.mark.parametrize(("do", "body"), [("rename", {"name": "Autumn"}), ("delete", None)])
async def test_a_template_is_renamed_and_deleted(do: str, body: Any) -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/templates")
        assert 'href="/office/rounds/new?template=t1"' in page.text
        assert HOSTILE not in page.text
        form = {"form": form_token(page), "template": "t1", "name": "Autumn", "do": do}
        reply = await browser.post("/office/rounds/templates", data=form)
        assert reply.headers["location"] == f"/office/rounds/templates?done={do}"
        told = await browser.get(reply.headers["location"])
    assert f"The template was {do}d." in told.text
    assert sent(seen, "/round-templates/t1") == [body]


async def test_a_template_that_is_gone_is_not_deleted_twice() -> None:
    async with portal(ACTS | {"/round-templates/t1": 404}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/templates")
        form = {"form": form_token(page), "template": "t1", "do": "delete"}
        reply = await browser.post("/office/rounds/templates", data=form)
    assert reply.status_code == 303


async def test_members_that_are_gone_are_taken_out_of_rules_and_pairs_by_a_button() -> None:
    seen: list[httpx.Request] = []
    rules = TWO_RULES
    order = ORDER | {"order": ASKED | {"never": NAMED}, "rules": rules, "gone": ["espoo"]}
    served = ACTS | LEFT | {"/rounds/r1/order": order, "/rules/check": names_espoo}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        page = await browser.get(f"{NEW}?again=r1")
        assert "left the network on 5 November 2026." in page.text
        refused = {"again": "r1", "mode": "exact", "twinning": "1", "seed": "5", "rules": rules, "do": "start"}
        told = await browser.post(NEW, data=refused | {"form": form_token(page)}, files={"file": ("", b"")})
        assert told.status_code == 422
        assert "No round was started. The rules or pairs name a member that is not in the network." in told.text
        form = {"again": "r1", "mode": "exact", "twinning": "1", "seed": "5", "rules": rules}
        form |= {"do": "take-out", "form": form_token(page)}
        page = await browser.post(NEW, data=form, files={"file": ("", b"")})
        assert "left the network on" not in page.text
        assert "Taken out of the rules and pairs:" in page.text
        assert 'name="taken_out" value="espoo"' in page.text
        left = fields_of(page.text)
        await browser.post(NEW, data=left | {"do": "start"}, files={"file": ("", b"")})
    (ordered,) = sent(seen, "/rounds")
    assert ordered["never"] == [["turku", "lima"]]
    texts = [json.loads(each.content)["text"] for each in seen if each.url.path.endswith("/rules/check")]
    assert "espoo" not in texts[-1]
    assert "turku" in texts[-1]
    assert "at_least = 2" in texts[-1]


async def test_a_sentence_that_is_open_stays_and_is_finished_before_members_are_taken_out() -> None:
    order = ORDER | {"gone": ["espoo"]}
    async with portal(ACTS | {"/rounds/r1/order": order}) as browser:
        await signed_in(browser)
        page = await browser.get(f"{NEW}?again=r1")
        form = {"again": "r1", "mode": "exact", "twinning": "1", "seed": "5", "rules": RULES, "do": "take-out"}
        form |= {"rule-kind": "pairs", "rule-pairs": "all", "rule-at_most": "3", "form": form_token(page)}
        page = await browser.post(NEW, data=form, files={"file": ("", b"")})
    assert page.status_code == 422
    assert "This rule is not added yet." in page.text
    assert fields_of(page.text)["rule-at_most"] == "3"
    assert 'name="taken_out"' not in page.text


@pytest.mark.parametrize(
    ("served", "told"),
    [
        (LEFT, "left the network on 5 November 2026."),
        ({"/cities": listed(), "/partners": listed()}, "espoo is not in the network now."),
        ({"/cities": 503, "/partners": 503}, "espoo is not in the network now."),
    ],
)
async def test_a_template_says_who_of_it_has_left_and_takes_exactly_these_out(
    served: dict[str, Any], told: str
) -> None:
    seen: list[httpx.Request] = []
    template = TEMPLATE | {"order": ASKED | {"never": NAMED}, "rules": TWO_RULES, "gone": ["espoo"]}
    templates = {"/round-templates": lambda request: [template] if request.method == "GET" else template}
    async with portal(ACTS | served | templates, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/templates")
        assert told in page.text
        assert HOSTILE not in page.text
        form = {"form": form_token(page), "template": "t1", "gone": "espoo", "do": "take-out"}
        reply = await browser.post("/office/rounds/templates", data=form)
        assert reply.headers["location"] == "/office/rounds/templates?done=take-out"
        page = await browser.get(reply.headers["location"])
    assert "The members were taken out of the template." in page.text
    ((changed),) = sent(seen, "/round-templates/t1")
    assert changed["name"] == HOSTILE
    kept = {"never": [["turku", "lima"]], "rules": [{"at_least": 2}, {"each": {"id": "turku"}, "at_most": 1}]}
    assert changed["order"] == BASE | kept


async def test_a_template_whose_members_are_all_there_says_nothing_of_them() -> None:
    async with portal(ACTS | LEFT) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/templates")
    assert "Take them out" not in page.text
