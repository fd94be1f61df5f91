"""A page shows its forms only to who holds their right; a form that is sent all the same names the right."""

from typing import Any

import httpx
import pytest

from isopolity.portal.adapters.titles import RIGHTS
from tests.support.portal.office import application
from tests.support.portal.service import STAFF, answers, city, form_token, listed, portal, signed_in

CHANGE = {
    "member_id": "espoo", "member_kind": "city", "version": 4, "status": "pending", "asked_at": "2026-11-20T09:00:00Z",
    "decided_at": None, "before": {"name": "Espoo"}, "wanted": {"name": "Esbo"}, "warnings": [],
}  # fmt: skip
MAIL = {"mail_id": "m1", "purpose": "proposal", "member": "Espoo", "updated_at": "2026-11-12T09:00:00Z"}
PATHS = {
    "/applications": listed(application(1)),
    "/changes": listed(CHANGE),
    "/cities": listed(city()),
    "/partners": listed(),
    "/mails": listed(MAIL),
    "/prepared-imports": {"items": []},
    "/rounds": listed(),
    "/drafts": listed(),
}
FORMS = [
    ("/office/applications", "endorse", "Admit those ticked"),
    ("/office/changes", "endorse", "Approve"),
    ("/office/imports", "endorse", "See what would change"),
    ("/office/members?text=Espoo", "publish", "Remind those ticked"),
    ("/office/rounds", "publish", "Start a round"),
    ("/office/queues/unknown", "publish", "Record as sent"),
    ("/office/queues/applications", "endorse", "Take it"),
]


def served(*rights: str) -> dict[str, Any]:
    scopes = [f"staff:{right}" for right in rights]
    return answers(STAFF | {"scopes": scopes}) | PATHS


@pytest.mark.parametrize(("path", "right", "button"), FORMS)
async def test_a_button_is_there_for_who_holds_its_right_alone(path: str, right: str, button: str) -> None:
    others = {"endorse", "publish", "manage", "read"} - {right}
    for held, is_there in ((["read"], False), (sorted(others), False), ([right], True)):
        async with portal(served(*held)) as browser:
            await signed_in(browser)
            page = await browser.get(path)
        assert (page.status_code, button in page.text) == (200, is_there)
        assert (f"you need the right to {RIGHTS[f'staff:{right}']}" in page.text) is not is_there


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/office/applications", "endorse"),
        ("/office/applications/a1", "endorse"),
        ("/office/changes", "endorse"),
        ("/office/programmes/p1/q1/endorse", "endorse"),
        ("/office/programmes/p1/q1/refuse", "endorse"),
        ("/office/handovers/cities/espoo", "endorse"),
        ("/office/members/cities/espoo/profile/needs", "endorse"),
        ("/office/members", "publish"),
        ("/office/members/new/cities", "endorse"),
        ("/office/members/new/partners", "endorse"),
        ("/office/members/cities/espoo/leaving", "endorse"),
        ("/office/members/cities/espoo/return", "endorse"),
        ("/office/members/cities/espoo/merge", "endorse"),
        ("/office/members/cities/espoo/undo-merger", "endorse"),
        ("/office/members/cities/espoo/notes", "endorse"),
        ("/office/members/cities/espoo/ties", "endorse"),
        ("/office/members/cities/espoo/untie", "endorse"),
        ("/office/members/cities/espoo/requests/new", "endorse"),
        ("/office/members/cities/espoo/requests/r1/close", "endorse"),
        ("/office/members/cities/espoo/contacts/c1", "endorse"),
        ("/office/members/cities/espoo/partnerships/q1/end", "publish"),
        ("/office/members/cities/espoo/proposals/p1/take-back", "publish"),
        ("/office/rounds/templates", "publish"),
        ("/office/rounds/r1/edits", "publish"),
        ("/office/rounds/r1/undo", "publish"),
        ("/office/rounds/decisions", "publish"),
        ("/office/settings", "manage"),
        ("/office/queues/changes", "endorse"),
        ("/office/queues/feedback", "publish"),
        ("/office/queues/changes/espoo.4", "endorse"),
    ],
)
async def test_a_form_of_who_lacks_the_right_does_nothing_and_names_it(path: str, right: str) -> None:
    seen: list[httpx.Request] = []
    others = sorted({"endorse", "publish", "manage"} - {right})
    async with portal(served(*others), seen) as browser:
        await signed_in(browser)
        token, asked = form_token(await browser.get("/office")), len(seen)
        page = await browser.post(path, data={"form": token, "do": "take", "item": "one"})
    assert page.status_code == 403
    assert (
        f"This needs the right to {RIGHTS[f'staff:{right}']}. Somebody who manages the office can give it to you."
        in page.text
    )
    assert not seen[asked:]


@pytest.mark.parametrize(
    ("do", "right"), [("erase", "manage"), ("remind", "publish"), ("mail-again", "publish"), ("name", "endorse")]
)
async def test_each_act_for_a_member_needs_its_own_right(do: str, right: str) -> None:
    others = sorted({"endorse", "publish", "manage"} - {right})
    async with portal(served(*others)) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office")), "do": do}
        page = await browser.post("/office/members/cities/espoo", data=form)
    assert (page.status_code, f"the right to {RIGHTS[f'staff:{right}']}" in page.text) == (403, True)
