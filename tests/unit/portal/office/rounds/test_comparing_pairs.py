"""Two pairs of a draft side by side: reasons of both, and what the round loses by a swap."""

import json
from typing import Any

import httpx

from tests.support.portal.rounds import EDIT, OPEN_DRAFT, PAIR, SERVED
from tests.support.portal.service import HOSTILE, listed, portal, signed_in

CHOSEN = PAIR | {"a_country": "FR", "b_country": "FI", "chosen": True, "published": False, "a_name": "Halcyon"}
OTHER = CHOSEN | {
    "b": "lima", "b_name": "Lima", "b_country": "PE", "value": 0.7, "chosen": False, "told_b": ["You are near."],
}  # fmt: skip


def pairs_of(request: httpx.Request) -> dict[str, Any]:
    """The pair of two names, or the other candidates of a member."""
    asked = request.url.params
    is_other = asked.get("other") == "lima" or asked.get("standing") == "other"
    return listed(OTHER if is_other else CHOSEN) | {"total": 1}


ACTS: dict[str, Any] = SERVED | {
    "/drafts/r1": OPEN_DRAFT,
    "/drafts/r1/pairs": pairs_of,
    "/drafts/r1/trial": lambda request: [
        {"edit": EDIT | {"value": -0.14}, "refused": None} for _ in json.loads(request.content)["edits"]
    ],
}


async def shown(query: str, **served: object) -> httpx.Response:
    async with portal(ACTS | {f"/{name}": answer for name, answer in served.items()}) as browser:
        await signed_in(browser)
        return await browser.get(f"/office/rounds/r1/compared?{query}")


async def test_a_pair_stands_beside_another_with_the_reasons_of_both_and_the_cost_of_the_swap() -> None:
    page = await shown("a=p/q&b=espoo&c=p/q&d=lima")
    for expected in (
        "Finland",
        "Peru",
        "You are near.",
        "The value changes by -0.14.",
        'value="p/q lima"',
        "Swap them",
    ):
        assert expected in page.text
    assert HOSTILE not in page.text


async def test_without_another_pair_it_stands_beside_its_next_best() -> None:
    page = await shown("a=p/q&b=espoo")
    assert "Lima" in page.text
    assert "What the swap costs the round" in page.text


async def test_a_pair_that_nothing_could_replace_says_so() -> None:
    alone = ACTS["/drafts/r1/pairs"]
    page = await shown(
        "a=p/q&b=espoo",
        **{
            "drafts/r1/pairs": lambda request: (
                alone(request) if "other" in request.url.params else listed() | {"total": 0}
            )
        },
    )
    assert "There is no other pair of the two in this draft" in page.text


async def test_a_closed_draft_is_compared_without_a_swap() -> None:
    page = await shown("a=p/q&b=espoo&c=p/q&d=lima", **{"drafts/r1": OPEN_DRAFT | {"status": "superseded"}})
    assert "You are near." in page.text
    assert "Swap them" not in page.text


async def test_there_is_no_page_of_a_pair_that_is_no_candidate() -> None:
    page = await shown("a=p/q&b=nobody", **{"drafts/r1/pairs": listed() | {"total": 0}})
    assert page.status_code == 404
