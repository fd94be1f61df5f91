"""Staff compares drafts, prints the report, reads the proof in plain words, and takes the certificate."""

from typing import Any

import httpx
import pytest

from tests.support.portal.rounds import OPEN_DRAFT, PAIR, PUBLICATION, REPORT, ROUND, SERVED, UNDONE
from tests.support.portal.service import HOSTILE, listed, portal, signed_in

EARLIER = OPEN_DRAFT | {"round_id": "r0", "pairs": 400}
NAMES = {name: PAIR[name] for name in ("a", "b", "a_name", "b_name")}
DIFFERENCE = {
    "first": EARLIER, "second": OPEN_DRAFT, "same": 300, "same_value_first": 60.25, "same_value_second": 18.5,
    "answers_first": 3, "answers_second": 3, "only_first": [NAMES], "only_second": [NAMES] * 50,
    "alone_in_first": [HOSTILE], "alone_in_second": [], "only_first_total": 1, "only_second_total": 80,
    "alone_in_first_total": 1, "alone_in_second_total": 0,
}  # fmt: skip
CERTIFICATE = b'{"a": 1}'


def drafts(request: httpx.Request) -> dict[str, Any]:
    """The drafts: the one before, or all."""
    items = [EARLIER] if request.url.params.get("cursor") == "r1" else [OPEN_DRAFT, EARLIER]
    return {"items": items, "next": None}


ACTS: dict[str, Any] = SERVED | {
    "/drafts": drafts,
    "/drafts/r0/difference/r1": DIFFERENCE,
    **dict.fromkeys(
        ("/rounds/r1/certificate", "/rounds/r1/publications/2/certificate"),
        lambda _: httpx.Response(200, content=CERTIFICATE, headers={"Content-Type": "application/json"}),
    ),
}


async def shown(path: str, **served: object) -> httpx.Response:
    """The page at `path` as staff gets it."""
    async with portal({**ACTS, **{f"/{name}": answer for name, answer in served.items()}}) as browser:
        await signed_in(browser)
        return await browser.get(path)


async def test_a_draft_is_compared_with_the_one_before_it() -> None:
    page = await shown("/office/rounds/r1/difference")
    for expected in ("300 pairs are in both.", "And 30 more.", "With a pair in this draft only:", 'value="r0"'):
        assert expected in page.text
    assert HOSTILE not in page.text


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (0, 3, "The values cannot be compared"),
        (
            3,
            40,
            "Answers of members have changed the values. Known answers: 3 in the other draft, 40 in this one.",
        ),
        (3, 3, ""),
        (None, 3, ""),
    ],
)
async def test_a_difference_says_where_answers_have_changed_what_pairs_are_worth(
    before: int | None, after: int, told: str
) -> None:
    found = DIFFERENCE | {"answers_first": before, "answers_second": after}
    page = await shown("/office/rounds/r1/difference", **{"drafts/r0/difference/r1": found})
    assert "<td>60.25</td><td>18.5</td>" in page.text
    assert told in page.text
    assert ("Known answers" in page.text) is bool(told)


async def test_a_first_draft_has_none_to_be_compared_with() -> None:
    page = await shown("/office/rounds/r1/difference", drafts={"items": [], "next": None})
    assert "There is no earlier draft" in page.text


async def test_the_report_is_one_page_of_what_staff_answers_for() -> None:
    page = await shown("/office/rounds/r1/report")
    for expected in (
        "for 1 of the 4 cities that are in the network today",
        "Newtown",
        "One city gets its first tie.",
        "Judging by 3 answers to proposals so far, with silence counted as an answer, both sides of about 0 of",
        "and 30 more",
    ):
        assert expected in page.text
    assert HOSTILE not in page.text


async def test_the_report_of_a_draft_lists_pairs_with_their_value_and_their_reason() -> None:
    told = PAIR | {
        "reason": "Batumi is looking for training; Kuching offers it.",
        "told_a": ["You are looking for it."],
    }
    served = {"drafts/r1": OPEN_DRAFT | {"published": 0}, "drafts/r1/pairs": listed(told) | {"total": 1}}
    page = await shown("/office/rounds/r1/report", **served)
    for expected in ("The pairs of this draft", "And 434 more", "Batumi is looking for training; Kuching offers it."):
        assert expected in page.text
    assert "You are looking for it." not in page.text, "a board is not the member"
    sheet = await shown("/office/rounds/r1/report?without=pairs", **served)
    assert "Batumi" not in sheet.text
    assert 'href="/office/rounds/r1/report?publication=now&amp;without=pairs"' in page.text


TWICE = {"drafts/r1": OPEN_DRAFT | {"published": 4}, "rounds/r1/publications": listed(UNDONE, PUBLICATION)}


async def test_the_report_of_a_publication_is_as_it_was_and_what_differs_today_stands_beside() -> None:
    page = await shown("/office/rounds/r1/report", **TWICE)
    for expected in (
        "for 1 of the 4 cities that were in the network.",
        "Publication 2</strong>: 3 pairs, on 26 November 2026, 10:00 UTC by mia.",
        "This report covers 4 pairs, with those of the round that were published before.",
        '<td>4</td><td>1 <span class="quiet">(25 %)</span></td><td>1</td><td>3</td><td>0</td>',
        '<th scope="row">twinnings</th><td>1</td><td>0</td>',
        "a city in Africa with under 100,000 people and Surabaya",
        "And 3 more.",
        "Undone on 26 November 2026, 12:00 UTC, before any member was told.",
        str(PUBLICATION["fingerprint"]),
    ):
        assert expected in page.text
    assert "are in the network today" not in page.text
    assert 'href="/office/rounds/r1/report?publication=now"' in page.text
    now = await shown("/office/rounds/r1/report?publication=now", **TWICE)
    assert "for 1 of the 4 cities that are in the network today" in now.text
    for unknown in ("3", "x", "2 "):
        assert (await shown(f"/office/rounds/r1/report?publication={unknown}", **TWICE)).status_code == 404


@pytest.mark.parametrize("part", ["", "/report"])
async def test_pairs_whose_members_have_left_are_told_apart_from_figures_that_do_not_count_them(part: str) -> None:
    page = await shown(f"/office/rounds/r1{part}", **{"drafts/r1/report": REPORT | {"left": 3}})
    assert "3 of the pairs are with members that have left" in page.text


async def test_the_summary_of_a_closed_draft_is_as_it_was_published() -> None:
    closed = TWICE | {"drafts/r1": OPEN_DRAFT | {"status": "published", "published": 4}}
    page = await shown("/office/rounds/r1", **closed)
    for expected in ("when it was last published", "beside the figures of today", "Then and today"):
        assert expected in page.text
    assert "as the draft is now" not in page.text
    still_open = await shown("/office/rounds/r1", **TWICE)
    assert "as the draft is now" in still_open.text
    assert "Report of publication 2" in still_open.text


async def test_a_proof_is_told_in_plain_words() -> None:
    page = await shown("/office/rounds/r1/proof")
    for expected in (
        "The choice is the best possible.",
        "2 edits were made",
    ):
        assert expected in page.text
    assert "Download the certificate" not in page.text
    assert page.text.index("The draft now has 435 pairs.") < page.text.index("These 565 pairs")
    published = await shown("/office/rounds/r1/proof", **TWICE)
    for expected in ("4 pairs are published", "isopolity round verify round-r1-publication-2.json", "Undone on"):
        assert expected in published.text
    for number in (1, 2):
        assert f'href="/office/rounds/r1/certificate?publication={number}"' in published.text
    unpublished = await shown("/office/rounds/r1/proof", **{"rounds/r1": ROUND | {"fingerprint": ""}})
    assert "round-r1.json" not in unpublished.text, "there is no such file yet"
    assert "without trusting the network.</p>" in unpublished.text
    assert "The certificate is made when pairs are published" in unpublished.text
    without = await shown("/office/rounds/r1/proof", **{"rounds/r1": ROUND | {"proved": None}})
    assert "This round has no proof" in without.text


async def test_a_certificate_comes_as_it_is_kept() -> None:
    file = await shown("/office/rounds/r1/certificate")
    assert file.content == CERTIFICATE
    assert file.headers["content-disposition"] == 'attachment; filename="round-r1.json"'
    of_one = await shown("/office/rounds/r1/certificate?publication=2")
    assert of_one.content == CERTIFICATE
    assert of_one.headers["content-disposition"] == 'attachment; filename="round-r1-publication-2.json"'


@pytest.mark.parametrize(
    "path",
    [
        "/office/rounds/r2/certificate",
        "/office/rounds/r2/report",
        "/office/rounds/%22/certificate",
        "/office/rounds/r1/certificate?publication=x",
    ],
)
async def test_what_is_not_there_is_not_found(path: str) -> None:
    assert (await shown(path)).status_code == 404
