"""The page on which staff enters an answer that a member gave by telephone."""

from typing import Any

import httpx

from isopolity.portal.adapters.titles import RIGHTS
from tests.support.portal.service import HOSTILE, STAFF, answers, form_token, portal, signed_in

PAGE = "/office/members/cities/espoo/telephone/p1"
LINE = {
    "member": "Espoo", "other": HOSTILE, "answer": None, "is_final": False, "takes_answers": True,
    "answer_by": "2026-12-18T21:59:59Z", "time_zone": "Europe/Helsinki", "earliest_day": "2026-11-01",
    "latest_day": "2026-11-20", "contacts": 2, "needs_approver": False, "entered": None, "is_unconfirmed": False,
    "seen": "/",
}  # fmt: skip
ENTERED = {
    "choice": "yes", "given_by": "Aino Laine", "taken_by": "Otto Berg", "given_on": "2026-11-19",
    "entered_at": "2026-11-20T09:00:00Z",
}  # fmt: skip
TYPED = {"choice": "yes", "given_by": "Aino Laine", "taken_by": "Otto Berg", "given_on": "2026-11-19", "seen": "/"}
PATH = "/telephone-answers/p1/espoo"


def served(scopes: list[str] | None = None, **line: Any) -> dict[str, Any]:
    return answers(STAFF | {"scopes": scopes or ["staff:answer"]}) | {PATH: LINE | line}


async def opened(scopes: list[str] | None = None, query: str = "", **line: Any) -> str:
    async with portal(served(scopes, **line)) as browser:
        await signed_in(browser)
        return (await browser.get(PAGE + query)).text


async def sent(answer: object, seen: list[httpx.Request]) -> httpx.Response:
    async with portal(served() | {f"POST {PATH}": answer}, seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(PAGE))
        return await browser.post(PAGE, data=TYPED | {"form": token})


async def test_the_form_is_filled_with_today_and_its_reader() -> None:
    page = await opened()
    for part in ('value="2026-11-20"', f'value="{STAFF["name"]}"', "18 December 2026, 23:59 (Helsinki time)"):
        assert part in page
    assert HOSTILE not in page


async def test_an_entry_is_sent_once_and_leads_back() -> None:
    seen: list[httpx.Request] = []
    page = await sent(LINE, seen)
    assert (page.status_code, page.headers["location"]) == (303, f"{PAGE}?done=1")
    assert [each.url.path for each in seen if each.method == "POST"][-1].endswith(PATH)


async def test_the_receipt_says_where_nobody_is_mailed() -> None:
    page = await opened(query="?done=1", entered=ENTERED | {"choice": "later"}, contacts=0)
    assert "The answer is entered. No contact is mailed, since none has confirmed an address." in page
    assert "We mail" not in page


async def test_the_receipt_says_what_still_has_to_happen() -> None:
    page = await opened(query="?done=1", entered=ENTERED, is_unconfirmed=True)
    assert "We mail all 2 contacts of the member." in page
    assert "It counts once a contact of" in page
    assert "Aino Laine" in page
    approved = await opened(entered=ENTERED, is_unconfirmed=True, needs_approver=True)
    assert "s approver confirms it" in approved


async def test_a_stale_form_is_shown_again_with_what_was_typed() -> None:
    page = await sent(412, [])
    assert (page.status_code, 'value="Aino Laine"' in page.text) == (409, True)
    assert "This member has answered since you opened the page." in page.text


async def test_after_the_deadline_there_is_no_form() -> None:
    page = await opened(takes_answers=False)
    assert "No answer can be entered: the time to answer is over" in page
    assert "Enter this answer" not in page


async def test_who_lacks_the_right_reads_which_one_it_takes() -> None:
    page = await opened(["staff:publish"])
    assert f"you need the right to {RIGHTS['staff:answer']}" in page
    assert "Enter this answer" not in page
