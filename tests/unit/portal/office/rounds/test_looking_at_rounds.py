"""Staff looks at rounds, at a draft, and at its pairs with both mails; of other services no more than a page."""

from typing import Any

import httpx
import pytest

from isopolity.matching.entrypoints.http.view import EXAMPLES
from isopolity.portal.adapters.titles import REASONS
from isopolity.wording.reasons import SENTENCES
from tests.support.portal.rounds import OPEN_DRAFT, PAIR, REPORT, ROUND, SERVED
from tests.support.portal.service import HOSTILE, OFFICE, answers, listed, portal, signed_in


async def shown(path: str, **served: object) -> httpx.Response:
    """The page at `path` as staff gets it."""
    async with portal(SERVED | {f"/{name}": answer for name, answer in served.items()}) as browser:
        await signed_in(browser)
        return await browser.get(path)


async def test_rounds_are_listed_with_how_their_drafts_stand() -> None:
    page = await shown("/office/rounds")
    for expected in ('href="/office/rounds/r1"', "draft: open · 435 pairs · 2 edits", "?cursor=r0"):
        assert expected in page.text


async def test_a_draft_tells_figures_gains_rules_and_who_falls_short() -> None:
    page = await shown("/office/rounds/r1")
    for expected in (
        "One city gets its first tie.",
        "<strong>broken</strong> · Rule 1: none, one asked for.",
        "70 cities with free places and candidates get no partner.",
        "and 10 more",
        "2 other cities have free places today, but no candidates in the round.",
        "the partners that fit were proposed to them recently",
        "1 of 2 programmes find a city.",
    ):
        assert expected in page.text
    assert HOSTILE not in page.text


@pytest.mark.parametrize(
    ("pairs", "candidates", "told"),
    [
        (4, 9, "Every city with free places and candidates gets a partner."),
        (0, 0, "The round had no candidates."),
        (0, 9, ""),
    ],
)
async def test_who_falls_short_is_told_of_rounds_with_and_without_pairs(pairs: int, candidates: int, told: str) -> None:
    served: dict[str, Any] = {
        "rounds/r1": ROUND | {"candidates": candidates},
        "drafts/r1": OPEN_DRAFT | {"pairs": pairs},
        "drafts/r1/report": REPORT | {"unserved": []},
    }
    text = (await shown("/office/rounds/r1", **served)).text
    assert told in text
    assert ("gets a partner." in text, "had no candidates." in text) == (bool(pairs), candidates == 0)


@pytest.mark.parametrize("status", ["waiting", "running"])
async def test_a_round_that_is_computed_tells_how_far_it_is_with_and_without_a_script(status: str) -> None:
    under_way = ROUND | {"status": status, "step": "choosing pairs", "done": 0.25}
    page = await shown("/office/rounds/r1", **{"rounds/r1": under_way, "drafts/r1": 404})
    assert 'href="/office/rounds/r1">Refresh' in page.text
    assert "progress.js" in page.text
    assert ("choosing pairs, 25 %" in page.text) == (status == "running")


async def test_a_round_that_failed_says_why() -> None:
    failed = ROUND | {"status": "failed", "failure": "These rules cannot hold together."}
    page = await shown("/office/rounds/r1", **{"rounds/r1": failed, "drafts/r1": 404})
    assert "These rules cannot hold together." in page.text


async def test_a_round_that_went_out_without_a_draft_leads_to_its_answers_and_its_proof() -> None:
    page = await shown("/office/rounds/r1", **{"drafts/r1": 404})
    for there in ("/office/rounds/r1/answers", "/office/rounds/r1/proof"):
        assert f'href="{there}"' in page.text
    assert "/office/rounds/r1/pairs" not in page.text


async def test_until_mails_go_out_each_page_of_a_round_tells_how_long_that_can_be_undone() -> None:
    published = OPEN_DRAFT | {"published": 434, "out_at": "2026-11-27T12:30:00Z"}
    for path in ("/office/rounds/r1", "/office/rounds/r1/pairs", "/office/rounds/r1/pair?a=p/q&b=espoo"):
        page = await shown(path, **{"drafts/r1": published})
        assert "434 pairs are about to go out." in page.text
        assert "another 3 hours and 30 minutes" in page.text
    page = await shown("/office/rounds/r1", **{"drafts/r1": published | {"out_at": "2026-11-27T08:59:00Z"}})
    assert "are published." not in page.text, "they are out"


async def test_pairs_are_asked_for_by_what_was_chosen_and_a_page_at_a_time() -> None:
    seen: list[httpx.Request] = []
    async with portal(SERVED, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/rounds/r1/pairs?text=Esp&kind=twinning&value_min=0,5&reason=size&order=name")
    expected = {"text": "Esp", "kind": "twinning", "value_min": "0.5", "reason": "size", "order": "name"}
    (asked,) = (each for each in seen if each.url.path.endswith("/drafts/r1/pairs"))
    assert dict(asked.url.params) == expected | {"told": "true", "limit": "25"}
    assert "cursor=25" in page.text
    assert HOSTILE not in page.text


async def test_a_value_that_is_no_number_is_told_beside_its_field() -> None:
    page = await shown("/office/rounds/r1/pairs?value_min=much")
    assert "Give a number of 0 or more" in page.text
    assert 'value="much"' in page.text


async def test_a_pair_shows_both_mails_as_they_would_be_read() -> None:
    page = await shown("/office/rounds/r1/pair?a=p/q&b=espoo")
    for expected in ("Dear Bo", "To Espoo", "Dear Ana"):
        assert expected in page.text
    assert HOSTILE not in page.text


async def test_a_pair_is_shown_without_its_mails_while_notify_is_away() -> None:
    page = await shown("/office/rounds/r1/pair?a=p/q&b=espoo", previews=503)
    assert page.status_code == 200
    assert "The mails are not available now." in page.text


@pytest.mark.parametrize(
    "path",
    ["/office/rounds/r1/pair", "/office/rounds/r2", "/office/rounds/r2/pairs", "/office/rounds/r1/pairs?cursor=next"],
)
async def test_what_is_not_there_is_not_found(path: str) -> None:
    assert (await shown(path)).status_code == 404


def test_each_reason_has_its_words() -> None:
    assert REASONS.keys() == SENTENCES.keys()


async def test_a_page_of_pairs_has_a_hundred_with_countries_and_reasons_only_where_they_are_asked_for() -> None:
    seen: list[httpx.Request] = []
    pair = PAIR | {"a_country": "FR", "b_country": "FI", "told_b": ["You are near each other."]}
    async with portal(SERVED | {"/drafts/r1/pairs": listed(pair) | {"total": 1}}, seen) as browser:
        await signed_in(browser)
        plain = await browser.get("/office/rounds/r1/pairs")
        told = await browser.get("/office/rounds/r1/pairs?told=yes")
    limits = [each.url.params["limit"] for each in seen if each.url.path.endswith("/drafts/r1/pairs")]
    assert limits == ["100", "25"]
    for page in (plain, told):
        assert "France · Finland" in page.text
    assert ["You are near each other." in page.text for page in (plain, told)] == [False, True]


SIDE = {
    "side": "a", "member_kind": "city", "member_id": "espoo", "name": "Espoo", "country": "FI", "reasons": [],
}  # fmt: skip


async def test_answers_lead_to_members_and_to_the_page_of_an_answer_by_telephone() -> None:
    sides = [SIDE | {"answer": "yes"}, SIDE | {"side": "b", "member_kind": "partner", "member_id": "p", "name": "P"}]
    proposal = EXAMPLES["ProposalView"][0] | {
        "proposal_id": "q1", "stage": "answered", "sides": sides, "asked_by": None,
    }  # fmt: skip
    counts = {"stages": {"answered": 1}, "answers": {"yes": 1, "none": 1}}
    served = {"/proposals": listed(proposal), "/rounds/r1/outcomes": counts}
    seen: list[httpx.Request] = []
    for scopes, may_answer in ((["staff"], True), (["staff:publish"], False)):
        async with portal(SERVED | answers(OFFICE | {"scopes": scopes}) | served, seen) as browser:
            await signed_in(browser)
            page = await browser.get("/office/rounds/r1/answers?answer=none&stage=answered&member=p")
        for expected in ('href="/office/members/cities/espoo"', 'href="/office/members/partners/p"', "?answer=yes"):
            assert expected in page.text
        assert ("/office/members/partners/p/telephone/q1" in page.text) is may_answer
        assert "/office/members/cities/espoo/telephone/q1" not in page.text, "it has answered"
    asked = next(each for each in seen if each.url.path.endswith("/proposals")).url.params
    assert (asked["answer"], asked["stage"], asked["member_id"], asked["round_id"]) == ("none", "answered", "p", "r1")
