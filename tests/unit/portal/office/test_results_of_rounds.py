"""Staff compares drafts, prints the report, reads the proof in plain words, and takes the certificate."""

from typing import Any

import httpx
import pytest

from tests.support.portal import HOSTILE, listed, portal, signed_in
from tests.support.portal_rounds import OPEN_DRAFT, PAIR, ROUND, SERVED

EARLIER = OPEN_DRAFT | {"round_id": "r0", "pairs": 400}
DIFFERENCE = {
    "first": EARLIER, "second": OPEN_DRAFT, "same": 300, "same_value_first": 60.25, "same_value_second": 18.5,
    "answers_first": 3, "answers_second": 3, "only_first": [PAIR], "only_second": [PAIR] * 50,
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
    "/rounds/r1/certificate": lambda _: httpx.Response(
        200, content=CERTIFICATE, headers={"Content-Type": "application/json"}
    ),
}


async def shown(path: str, **served: object) -> httpx.Response:
    """The page at `path` as staff gets it."""
    async with portal({**ACTS, **{f"/{name}": answer for name, answer in served.items()}}) as browser:
        await signed_in(browser)
        return await browser.get(path)


async def test_a_draft_is_compared_with_the_one_before_it() -> None:
    page = await shown("/office/rounds/r1/difference")
    for expected in ("300 pairs are in both.", "And 30 more.", "They have a pair in this draft only:", 'value="r0"'):
        assert expected in page.text
    assert HOSTILE not in page.text


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (0, 3, "The values are not on one scale"),
        (
            3,
            40,
            "Answers of members have changed what pairs are worth: the other draft knew of 3 answers, this one of 40.",
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
    assert ("knew of" in page.text) is bool(told)


async def test_a_first_draft_has_none_to_be_compared_with() -> None:
    page = await shown("/office/rounds/r1/difference", drafts={"items": [], "next": None})
    assert "There is no earlier draft" in page.text


async def test_the_report_is_one_page_of_what_staff_answers_for() -> None:
    page = await shown("/office/rounds/r1/report")
    for expected in (
        "for 1 of the 4 cities that are in the network today",
        "Newtown",
        "One city gets its first tie.",
        "By 3 answers to proposals so far, silence counted, both sides of about 0 of",
        "and 30 more",
        str(ROUND["fingerprint"]),
    ):
        assert expected in page.text
    assert HOSTILE not in page.text


async def test_the_report_lists_pairs_with_their_value_and_says_who_published_them() -> None:
    published = OPEN_DRAFT | {"published": 3, "out_at": "2026-12-01T09:00:00Z"}
    act = {"at": "2026-11-26T09:00:00Z", "actor": "mia"}
    told = PAIR | {
        "reason": "Batumi is looking for training; Kuching offers it.",
        "told_a": ["You are looking for it."],
    }
    served = {"drafts/r1": published, "audit": listed(act), "drafts/r1/pairs": listed(told) | {"total": 1}}
    page = await shown("/office/rounds/r1/report", **served)
    for expected in (
        "The pairs that are published",
        "And 2 more",
        "Batumi is looking for training; Kuching offers it.",
        "Last published on 26 November 2026, 09:00 UTC by mia",
    ):
        assert expected in page.text
    assert 'class="note screen"' in page.text, "no countdown on paper"
    assert "You are looking for it." not in page.text, "a board is not the member"
    sheet = await shown("/office/rounds/r1/report?without=pairs", **served)
    assert "Batumi" not in sheet.text
    assert 'href="/office/rounds/r1/report?without=pairs"' in page.text
    draft = await shown(
        "/office/rounds/r1/report", **{"drafts/r1": OPEN_DRAFT | {"published": 0, "published_at": None}}
    )
    assert "The pairs of this draft" in draft.text


async def test_a_proof_is_told_in_plain_words() -> None:
    page = await shown("/office/rounds/r1/proof")
    for expected in (
        "Nothing is missing: it is the best.",
        "isopolity round verify round-r1.json",
        "2 edits were made",
    ):
        assert expected in page.text
    assert "of the published pairs" not in page.text
    assert page.text.index("The draft has 435 pairs now.") < page.text.index("These 565 pairs")
    published = await shown("/office/rounds/r1/proof", **{"drafts/r1": OPEN_DRAFT | {"published": 4}})
    for expected in ("Published are 4 pairs", "The certificate of the published pairs"):
        assert expected in published.text
    unpublished = await shown("/office/rounds/r1/proof", **{"rounds/r1": ROUND | {"fingerprint": ""}})
    assert "round-r1.json" not in unpublished.text, "there is no such file yet"
    assert "without trusting it.</p>" in unpublished.text
    assert "The certificate is made when pairs are published" in unpublished.text
    without = await shown("/office/rounds/r1/proof", **{"rounds/r1": ROUND | {"proved": None}})
    assert "This round has no proof" in without.text


async def test_a_certificate_comes_as_it_is_kept() -> None:
    file = await shown("/office/rounds/r1/certificate")
    assert file.content == CERTIFICATE
    assert file.headers["content-disposition"] == 'attachment; filename="round-r1.json"'


@pytest.mark.parametrize(
    "path", ["/office/rounds/r2/certificate", "/office/rounds/r2/report", "/office/rounds/%22/certificate"]
)
async def test_what_is_not_there_is_not_found(path: str) -> None:
    assert (await shown(path)).status_code == 404
