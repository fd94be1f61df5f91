"""Staff edits a draft: marked pairs at once, a swap with its value, improve, undo; and reads what each costs."""

import json
from typing import Any

import httpx
import pytest

from isopolity.client.matching.models import EditView, TrialView
from isopolity.matching.domain.draft import Act
from isopolity.portal.adapters.titles import EDITS, PAIR_ACTS
from isopolity.portal.entrypoints.http.office.rounds.pairs import loss
from tests.support.portal.rounds import EDIT, OPEN_DRAFT, PAIR, SERVED
from tests.support.portal.service import HOSTILE, city, form_token, listed, portal, signed_in

OTHER = PAIR | {"b": "lima", "b_name": "Lima", "value": 0.7, "chosen": False, "a_name": "Reading"}
EDITED = {"draft": OPEN_DRAFT, "edits": [EDIT], "broken_rules": []}


def pairs_of(request: httpx.Request) -> dict[str, Any]:
    """The list of pairs: the pair itself, or other candidates of a member."""
    return listed(OTHER if request.url.params.get("standing") == "other" else PAIR) | {"total": 1}


ACTS: dict[str, Any] = SERVED | {
    "/drafts/r1": OPEN_DRAFT | {"edits": 30, "last_edit": 30},
    "/drafts/r1/pairs": pairs_of,
    "/drafts/r1/edits": lambda request: listed(EDIT) if request.method == "GET" else EDITED,
    "/drafts/r1/improve": EDITED,
    "/drafts/r1/undo-edit": EDITED,
    "/cities": listed(city(city_id="lima", name="Lima")),
}


def sent(seen: list[httpx.Request], act: str) -> list[Any]:
    """What was sent to an act of the draft."""
    posts = (each for each in seen if each.method == "POST" and each.url.path.endswith(f"/drafts/r1/{act}"))
    return [json.loads(each.content or "null") for each in posts]


@pytest.mark.parametrize("act", sorted(PAIR_ACTS))
async def test_marked_pairs_are_edited_together(act: str) -> None:
    seen: list[httpx.Request] = []
    mixed = listed(PAIR, OTHER | {"forbidden": True}) | {"total": 2}
    async with portal(ACTS | {"/drafts/r1/pairs": mixed}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pairs")
        assert f'name="act" value="{act}" formaction="/office/rounds/r1/edits"' in page.text
        assert 'name="seen" value="30"' in page.text
        form = {"form": form_token(page), "act": act, "pair-1": "p/q espoo", "pair-2": "oslo lima", "seen": "30"}
        reply = await browser.post("/office/rounds/r1/edits", data=form)
    assert reply.headers["location"] == "/office/rounds/r1/edits"
    assert sent(seen, "edits") == [
        {"edits": [{"act": act, "pair": ["p/q", "espoo"]}, {"act": act, "pair": ["oslo", "lima"]}], "seen": 30}
    ]


async def test_edits_that_were_made_together_are_all_told() -> None:
    acts = {29: "pin", 30: "forbid"}
    numbers = range(1, 32)
    known = [EDIT | {"number": number, "act": acts.get(number, "leave-out")} for number in numbers]
    edited = EDITED | {"edits": known[28:]}
    seen: list[httpx.Request] = []

    def edits(request: httpx.Request) -> Any:
        if request.method == "POST":
            return httpx.Response(200, json=edited)
        after, limit = (int(request.url.params[name]) for name in ("cursor", "limit"))
        return listed(*known[after : after + limit])

    after_them = {"/drafts/r1/edits": edits, "/drafts/r1": OPEN_DRAFT | {"edits": 31, "last_edit": 31}}
    async with portal(ACTS | after_them, seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/rounds/r1/pairs")), "act": "pin", "pair-1": "a b"}
        reply = await browser.post("/office/rounds/r1/edits", data=form)
        assert reply.headers["location"] == "/office/rounds/r1/edits?first=29&last=31"
        page = await browser.get(reply.headers["location"] + "&skipped=2")
        told = page.text[: page.text.index("The draft now")]
        many = await browser.get("/office/rounds/r1/edits?first=2&last=99")
        assert "30 edits were made." in many.text
        assert "And 10 more, all listed below." in many.text
    for expected in ("3 edits were made.", "Pinned: ", "Forbidden: ", "Left out: ", "2 decisions in the table"):
        assert expected in told
    assert told.count("The value changes by -0.84.") == 3


async def test_an_edit_of_a_pair_that_somebody_has_edited_since_says_so_and_is_made_by_a_second_click() -> None:
    seen: list[httpx.Request] = []
    mine, other = ({"a": "p/q", "b": name, "a_name": "Lyon", "b_name": name.title()} for name in ("espoo", "cork"))
    later = [
        EDIT | {"number": 31, "act": "forbid", "pair": mine, "added": [], "removed": [mine], "by": "Ana"},
        EDIT | {"number": 32, "act": "pin", "pair": other, "added": [], "removed": []},
    ]
    stale = httpx.Response(412, json={"code": "edited-meanwhile"})
    edits = {"/drafts/r1/edits": lambda request: listed(*later) if request.method == "GET" else stale}
    now = {
        "/drafts/r1": OPEN_DRAFT | {"edits": 32, "last_edit": 32},
        "/drafts/r1/pairs": listed(PAIR | mine | {"chosen": False, "forbidden": True}),
    }
    async with portal(ACTS | edits | now, seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/rounds/r1/edits")), "act": "pin", "pair-1": "p/q espoo"}
        page = await browser.post("/office/rounds/r1/edits", data=form | {"seen": "30", "pair-2": "p/q cork"})
        plain = await browser.post("/office/rounds/r1/edits", data=form | {"seen": "30", "pair-1": "nobody here"})
    assert page.status_code == plain.status_code == 422
    notice = page.text[: page.text.index("The draft now")]
    for expected in (
        "Nothing was changed: somebody has edited the draft since you looked.",
        ">Lyon and Espoo</a>: forbidden. Edit 31: Forbidden, on ",
        "by Ana.",
        'name="seen" value="32"',
        'name="pair-1" value="p/q espoo"',
        "Do it anyway: pin",
    ):
        assert expected in notice
    assert "somebody has edited the draft since you looked" in plain.text, "whatever the newest edits are about"
    assert "The value changes" not in notice, "an edit of somebody else is not told as this one's"


@pytest.mark.parametrize(
    ("pair", "offered"),
    [
        ({"chosen": True, "pinned": False, "forbidden": False}, {"leave-out", "pin", "forbid"}),
        ({"chosen": True, "pinned": True, "forbidden": False}, {"leave-out", "forbid", "free"}),
        ({"chosen": False, "pinned": False, "forbidden": True}, {"pin", "put-in", "free"}),
    ],
)
async def test_only_edits_that_change_a_pair_of_the_list_are_offered(pair: dict[str, bool], offered: set[str]) -> None:
    async with portal(ACTS | {"/drafts/r1/pairs": listed(PAIR | pair) | {"total": 1}}) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/rounds/r1/pairs")).text
    assert {act for act in PAIR_ACTS if f'name="act" value="{act}"' in page} == offered
    assert page.lower().count(">best first<") == 1


async def test_before_a_pair_is_swapped_stands_what_the_whole_draft_loses_and_who_loses_a_pair() -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pair?a=p/q&b=espoo")
        for expected in (
            "The value changes by -0.84. Out:",
            ". Without a pair:",
            "City 3",
            'name="by" value="p/q lima"',
            "If you leave it out:",
        ):
            assert expected in page.text
        assert page.text.count("The value changes by -0.84.") == 3, "of leaving it out, and of a swap on each side"
        assert "against this pair" not in page.text, "a swap costs more than the difference of two pairs"
        assert HOSTILE not in page.text
        form = {"form": form_token(page), "act": "replace", "pair-1": "p/q espoo", "by": "p/q lima", "seen": "30"}
        assert (await browser.post("/office/rounds/r1/edits", data=form)).status_code == 303
    assert sent(seen, "edits") == [
        {"edits": [{"act": "replace", "pair": ["p/q", "espoo"], "by": ["p/q", "lima"]}], "seen": 30}
    ]
    (asked,) = sent(seen, "trial")
    assert [edit["act"] for edit in asked["edits"]] == ["leave-out", "replace", "replace"]


def test_what_costs_the_draft_least_is_offered_first_and_what_is_barred_last() -> None:
    costs = (EditView.model_validate(EDIT | {"value": value}) for value in (-0.816, -0.236, 0.1))
    tried = [TrialView(refused="Lima pauses."), *(TrialView(edit=edit) for edit in costs)]
    assert sorted(tried, key=loss) == [*reversed(tried)]


async def test_a_pair_that_is_not_chosen_says_what_putting_it_in_costs() -> None:
    async with portal(ACTS | {"/drafts/r1/pairs": listed(OTHER) | {"total": 1}}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pair?a=p/q&b=lima")
    assert page.text.index("If you put it in:") < page.text.index("The value changes by -0.84.")


async def test_a_city_that_is_no_candidate_is_found_by_its_name_with_what_rules_it_out() -> None:
    async with portal(ACTS) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pair?a=p/q&b=espoo&text=lima")
    for expected in ("Espoo and Lima cannot be paired: Lima pauses.", 'name="by" value="p/q lima"'):
        assert expected in page.text
    assert 'value="espoo lima"' not in page.text, "they can be no pair"


async def test_a_pair_is_shown_though_its_edits_cannot_be_tried_now() -> None:
    async with portal(ACTS | {"/drafts/r1/trial": 409}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pair?a=p/q&b=espoo")
    assert (page.status_code, "Dear Bo" in page.text) == (200, True)


async def test_edits_tell_what_they_cost_and_how_fair_the_draft_is_now() -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/edits")
    for expected in (
        "The value changes by -0.84.",
        "and 2 more",
        "Rule 1: none, one asked for.",
        "One city gets its first tie.",
        "Undo edit 30",
        "?before=10",
    ):
        assert expected in page.text
    assert HOSTILE not in page.text
    asked = next(each for each in seen if each.url.path.endswith("/edits"))
    assert dict(asked.url.params) == {"cursor": "10", "limit": "20"}, "the newest"


@pytest.mark.parametrize("act", ["improve", "undo-edit"])
async def test_a_draft_is_improved_and_edits_are_undone(act: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/rounds/r1/edits")), "number": "7"}
        reply = await browser.post(f"/office/rounds/r1/{act}", data=form)
    assert reply.headers["location"] == "/office/rounds/r1/edits"
    assert sent(seen, act) == [{"number": 7} if act == "undo-edit" else None]


async def test_an_edit_that_is_refused_says_why_and_can_be_tried_again() -> None:
    problem = httpx.Response(422, json={"detail": "Lima has no room."})
    refusing = {"/drafts/r1/edits": lambda request: listed(EDIT) if request.method == "GET" else problem}
    async with portal(ACTS | refusing) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/rounds/r1/edits")), "act": "pin", "pair-1": "a b"}
        page = await browser.post("/office/rounds/r1/edits", data=form)
    assert page.status_code == 422
    for expected in ("Lima has no room.", "Nothing was changed.", 'name="pair-1" value="a b"'):
        assert expected in page.text


@pytest.mark.parametrize("form", [{"act": "pin"}, {"pair-1": "a b"}, {"act": "improve", "pair-1": "a b"}])
async def test_a_form_without_pairs_or_act_edits_nothing(form: dict[str, str]) -> None:
    seen: list[httpx.Request] = []
    async with portal(ACTS, seen) as browser:
        await signed_in(browser)
        token = {"form": form_token(await browser.get("/office/rounds/r1/edits"))}
        page = await browser.post("/office/rounds/r1/edits", data=form | token)
    assert page.status_code == 422
    assert "Mark at least one pair" in page.text
    assert not sent(seen, "edits")


def test_each_edit_has_its_words() -> None:
    assert EDITS.keys() == set(Act)
