"""Pages of changes of contacts: what waits on the member's page, the link in a mail, and the desk of the office."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.service import CITY, STAFF, answers, city, form_token, portal, signed_in

ANA = {
    "contact_id": "contact-1", "name": "Ana <b>", "email": "ana@city.example", "role": "coordinator", "confirmed": True,
}  # fmt: skip
BO = {"contact_id": "contact-2", "name": "Bo", "email": "bo@city.example", "role": "deputy"}
CHANGE: dict[str, Any] = {
    "change_id": "ch1", "member_kind": "city", "member_id": "espoo", "contact_id": "contact-1", "what": "replaced",
    "role_before": "coordinator", "role_after": "coordinator", "status": "waiting", "by_contact_id": "contact-2",
    "by_staff": False, "started_at": "2026-12-01T09:00:00Z", "due_at": "2026-12-05T00:00:00Z", "called_at": None,
    "called_by": None, "decided_at": None, "reason": None, "wanted_name": "Cy", "wanted_email": "cy@evil.example",
    "words": None,
}  # fmt: skip
RECEIPT = {name: value for name, value in CHANGE.items() if name not in ("wanted_name", "wanted_email", "words")}
LINKED: dict[str, Any] = {
    "member_name": "Espoo", "what": "erased", "role_before": "coordinator", "role_after": None, "status": "waiting",
    "started_at": "2026-12-01T09:00:00Z", "due_at": "2026-12-05T00:00:00Z", "is_called": False, "may_consent": True,
}  # fmt: skip
LINK = "/contact-change/s3cret"


def of_member(role: str = "coordinator", **change: Any) -> dict[str, Any]:
    """Registry for a visitor of this role, with one change."""
    account = CITY | {"role": role, "account_id": "contact-1" if role == "coordinator" else "contact-2"}
    items = {"items": [CHANGE | change]}
    return answers(account) | {"/contacts": {"items": [ANA, BO]}, "/contact-changes": items}


async def test_the_page_says_what_waits_and_lets_the_person_stop_it() -> None:
    seen: list[httpx.Request] = []
    async with portal(of_member() | {"/contact-changes/ch1/call": RECEIPT}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts")
        assert "Bo asked for it on" in page.text
        assert "The new contact would be Cy (cy@evil.example)." in page.text
        assert "You are to be replaced as coordinator" in page.text
        assert "Nothing changes until it is decided." in page.text
        assert page.text.index("This is wrong") < page.text.index("I agree, change it now")
        assert "I agree, change it now" in page.text
        data = {"form": form_token(page), "do": "call"}
        reply = await browser.post("/me/contacts/changes/ch1", data=data)
    assert (reply.status_code, reply.headers["location"]) == (303, "/me/contacts")
    assert [each.url.path for each in seen if each.method == "POST"][-1] == "/registry/v1/contact-changes/ch1/call"


async def test_who_started_it_takes_it_back_and_is_offered_no_consent() -> None:
    seen: list[httpx.Request] = []
    async with portal(of_member("deputy") | {"/contact-changes/ch1": {}}, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts")
        assert "Ana &lt;b&gt; (coordinator) is to be replaced" in page.text
        assert "I agree" not in page.text
        assert "tell the office" not in page.text
        await browser.post("/me/contacts/changes/ch1", data={"form": form_token(page), "do": "take-back"})
    assert [each.url.path for each in seen if each.method == "DELETE"] == ["/registry/v1/contact-changes/ch1"]


async def test_what_the_office_refused_stands_with_its_reason() -> None:
    async with portal(of_member("deputy", status="refused", reason="She stays <b>.")) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/contacts")).text
    assert "Ana &lt;b&gt; stays coordinator" in page
    assert "She stays &lt;b&gt;." in page
    assert "/me/contacts/changes/" not in page


async def test_the_first_page_leads_to_a_change_that_waits() -> None:
    async with portal(of_member()) as browser:
        await signed_in(browser)
        page = (await browser.get("/me")).text
    assert "You are to be replaced as coordinator" in page
    assert 'href="/me/contacts#change-ch1"' in page


async def test_an_erasure_beside_a_change_that_waits_is_refused_on_the_page() -> None:
    sentence = "A change of this contact waits already."
    served = of_member("deputy")
    served["/contacts/contact-1"] = lambda request: (
        ANA | {"member_id": "espoo"} if request.method == "GET" else httpx.Response(422, json={"detail": sentence})
    )
    async with portal(served) as browser:
        await signed_in(browser)
        page = await browser.get("/me/contacts/contact-1/erase")
        page = await browser.post("/me/contacts/contact-1/erase", data={"form": form_token(page)})
    assert page.status_code == 422
    assert sentence in page.text
    assert "Take it back" in page.text


async def test_erasing_a_coordinator_says_that_it_waits() -> None:
    served = of_member("deputy") | {"/contacts/contact-1": ANA | {"member_id": "espoo"}}
    async with portal(served) as browser:
        await signed_in(browser)
        page = (await browser.get("/me/contacts/contact-1/erase")).text
    assert "three working days" in page
    assert "Ask to erase" in page


@pytest.mark.parametrize(
    ("do", "path", "told"),
    [("call", "call", "The change is stopped."), ("consent", "consent", "You have agreed")],
)
async def test_a_link_opens_a_page_whose_buttons_call_or_agree(do: str, path: str, told: str) -> None:
    seen: list[httpx.Request] = []
    acted: list[int] = []

    def look(_: httpx.Request) -> Any:
        return LINKED | ({"status": "called", "is_called": True} if acted and do == "call" else {})

    def act(_: httpx.Request) -> Any:
        acted.append(1)
        return httpx.Response(204)

    served = {"/contact-changes/look": look, f"/contact-changes/{path}-by-link": act}
    async with portal(served, seen) as browser:
        page = await browser.get(LINK)
        assert page.status_code == 200
        assert "Somebody wants to erase you as coordinator" in page.text
        assert "Nothing has changed yet." in page.text
        assert [each.url.path for each in seen] == ["/registry/v1/contact-changes/look"]
        done = await browser.post(LINK, data={"form": form_token(page), "do": do, "words": "I am here."})
    assert told in done.text
    (sent,) = [each for each in seen if each.url.path.endswith(f"/{path}-by-link")]
    assert json.loads(sent.content)["secret"] == "s3cret"
    assert ("words" in json.loads(sent.content)) == (do == "call")


async def test_a_link_that_does_not_count_says_whom_to_write_to() -> None:
    async with portal({"/contact-changes/look": httpx.Response(410, json={})}) as browser:
        page = await browser.get(LINK)
    assert page.status_code == 410
    assert "office@network.example" in page.text


async def test_the_office_decides_with_a_reason() -> None:
    seen: list[httpx.Request] = []
    refused = httpx.Response(422, json={"errors": [{"pointer": "/reason", "detail": "Say it in a sentence."}]})
    called = CHANGE | {
        "status": "called",
        "called_at": "2026-12-02T09:00:00Z",
        "called_by": "person",
        "words": "<b>Help",
    }
    served = answers(STAFF) | {
        "/contact-changes": {"items": [called]},
        "/contacts": {"items": [ANA, BO]},
        "/cities": {"items": [city()], "next": None, "total": 1},
        "/contact-changes/ch1/decide": lambda request: (
            RECEIPT | {"status": "refused"} if json.loads(request.content)["reason"].endswith(".") else refused
        ),
    }
    async with portal(served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/contact-changes")
        assert "&lt;b&gt;Help" in page.text
        assert "The person concerned says that it is wrong." in page.text
        data = {"form": form_token(page), "change_id": "ch1", "do": "refuse", "reason": ""}
        wrong = await browser.post("/office/contact-changes", data=data)
        assert (wrong.status_code, "Give a reason." in wrong.text) == (422, True)
        data |= {"form": form_token(wrong), "reason": "She stays"}
        short = await browser.post("/office/contact-changes", data=data)
        assert (short.status_code, "Say it in a sentence." in short.text, "She stays" in short.text) == (
            422,
            True,
            True,
        )
        data |= {"form": form_token(short), "reason": "She stays."}
        reply = await browser.post("/office/contact-changes", data=data)
        assert (reply.status_code, reply.headers["location"]) == (303, "/office/contact-changes?done=refused")
        assert "You have decided." in (await browser.get(reply.headers["location"])).text
    sent = [json.loads(each.content) for each in seen if each.url.path.endswith("/decide")]
    assert sent[-1] == {"decision": "refuse", "reason": "She stays."}


async def test_calls_wait_on_the_desk() -> None:
    called = CHANGE | {"status": "called", "called_at": "2026-12-02T09:00:00Z", "called_by": "person"}
    cities = {"items": [city()], "next": None, "total": 1}
    async with portal(answers(STAFF) | {"/contact-changes": {"items": [called]}, "/cities": cities}) as browser:
        await signed_in(browser)
        page = (await browser.get("/office/queues/contact-changes")).text
    assert "/office/contact-changes#ch1" in page


async def test_a_link_of_a_refused_change_says_that_it_was_refused() -> None:
    looked = LINKED | {"status": "refused", "is_called": True, "may_consent": False}
    async with portal({"/contact-changes/look": looked}) as browser:
        page = await browser.get(LINK)
    assert "has refused the change" in page.text
    assert "looks at it" not in page.text
    assert "<button" not in page.text
