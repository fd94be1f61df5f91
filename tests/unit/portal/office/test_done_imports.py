"""Staff sees what taking an import back would do, and does it."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.prepared_import import READ
from tests.support.portal.service import HOSTILE, OFFICE, answers, form_token, listed, portal, signed_in

DONE = {
    "run_id": "r1", "name": HOSTILE, "kind": "cities", "done_at": "2026-11-27T09:00:00Z", "done_by": "p1", "rows": 3,
    "created": 2, "revised": 1, "can_be_taken_back": True, "kept_until": "2026-12-27T09:00:00Z", "taken_back_at": None,
    "taken_back_by": None, "taken_back": 0,
}  # fmt: skip
ENTRY = {"line": 2, "kind": "city", "entry_id": "c1", "member_id": "c1", "name": HOSTILE, "back": [], "kept": []}
SEEN = {
    "shown": "a" * 64, "leave": 1, "restore": 1, "stay": 1, "mailed": 0, "next": None,
    "items": [
        ENTRY | {"act": "leave", "reason": None},
        ENTRY | {"act": "restore", "reason": "changed", "back": ["about"], "kept": ["web"]},
        ENTRY | {"act": "stay", "reason": "proposal"},
    ],
}  # fmt: skip
PATH = "/office/imports/done/r1"


def served(**more: Any) -> dict[str, Any]:
    return answers(OFFICE) | {
        "/done-imports/r1": DONE | {"member_ids": ["c1"]},
        "/done-imports/r1/preview": SEEN,
        "/members/in-use": listed({"member_id": "c1", "reason": "proposal"}),
        **more,
    }


async def test_the_page_says_what_goes_what_goes_back_and_what_stays_and_why() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
    assert HOSTILE not in page
    for said in (
        "This new member leaves, and its contacts are erased.",
        "about.",
        "It was changed after the import. These stay:",
        "It is in a proposal that is open or was answered after the import.",
        "Take back: 2",
    ):
        assert said in page


async def test_the_import_is_taken_back_as_the_page_showed_it() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(**{"/done-imports/r1/take-back": DONE}), seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(PATH))
        reply = await browser.post(PATH, data={"form": token, "shown": "a" * 64})
    assert reply.headers["location"] == f"{PATH}?taken=1"
    (sent,) = [json.loads(each.content) for each in seen if each.url.path.endswith("/take-back")]
    assert sent == {"resting": [{"member_id": "c1", "reason": "proposal"}], "with_mailed": False, "shown": "a" * 64}


async def test_there_is_no_button_while_matching_does_not_answer() -> None:
    paths = served()
    del paths["/members/in-use"]
    async with portal(paths) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
    assert "a service does not answer" in page
    assert "Take back: " not in page


async def test_what_has_changed_since_is_shown_again() -> None:
    stale = httpx.Response(
        412, json={"code": "stale-version", "detail": "Look again.", "status": 412, "title": "Stale"}
    )
    async with portal(served(**{"/done-imports/r1/take-back": lambda _: stale})) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(PATH))
        reply = await browser.post(PATH, data={"form": token, "shown": "b" * 64})
        assert reply.headers["location"] == f"{PATH}?changed=1"
        assert "Nothing was taken back" in (await browser.get(f"{PATH}?changed=1")).text


@pytest.mark.parametrize("is_kept", [True, False])
async def test_the_corrected_file_is_on_the_page_while_it_is_kept(is_kept: bool) -> None:
    file = {"/prepared-imports/r1": {**READ, "import_id": "r1"} if is_kept else 404}
    async with portal(served(**file)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
    assert ('href="/office/imports/r1/file?form=xlsx"' in page) == is_kept


@pytest.mark.parametrize(("done_by", "shown"), [("p1", "p1"), ("", "")])
async def test_imports_are_listed_with_who_did_them(done_by: str, shown: str) -> None:
    one = DONE | {"done_by": done_by, "taken_back_at": "2026-11-27T10:00:00Z", "taken_back": 3}
    async with portal(served(**{"/done-imports": listed(one), "/prepared-imports": listed()})) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/imports")).text
    assert f'href="{PATH}"' in page
    assert "2 new, 1 changed" in page
    assert "3 taken back" in page
    assert shown in page


WORK = {
    "act": "take-back", "state": "running", "rows_done": 250, "rows": 3000, "ahead": 0, "failure": "", "code": "",
}  # fmt: skip


async def test_while_it_is_taken_back_the_page_says_how_far_it_is() -> None:
    done = DONE | {"member_ids": ["c1"], "work": WORK}
    async with portal(served(**{"/done-imports/r1": done})) as browser:
        await signed_in(browser)
        page = (await browser.get(f"{PATH}?taken=1")).text
    assert "Taking back: 250 of 3,000" in page
    assert f'href="{PATH}?taken=1"' in page
    assert '<form action="/office/imports/done' not in page


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("changed-meanwhile", "Nothing was taken back, because something has changed"),
        ("failed", "a mistake of ours"),
        ("given-up", "a mistake of ours"),
    ],
)
async def test_the_page_says_why_it_was_not_taken_back(code: str, said: str) -> None:
    work = WORK | {"state": "failed", "code": code, "failure": "Nothing of it was done."}
    done = DONE | {"member_ids": ["c1"], "work": work}
    async with portal(served(**{"/done-imports/r1": done})) as browser:
        await signed_in(browser)
        page = (await browser.get(f"{PATH}?taken=1")).text
    assert said in page
    assert "Take back: 2" in page
