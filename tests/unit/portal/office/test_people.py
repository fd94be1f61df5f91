"""Who is staff: somebody is added, gets other rights or another app, is taken off; operators stay out of reach."""

import json
from typing import Any

import httpx
import pytest

from tests.support.portal.service import HOSTILE, OFFICE, STAFF, answers, form_token, portal, signed_in

MIA = {"person_id": "p1", "name": HOSTILE, "email": "mia@n.example", "language": "fr", "scopes": ["staff:endorse"]}
OTHER = MIA | {"person_id": "p2", "name": "Otto", "email": "otto@n.example", "scopes": ["operator", "staff"]}
READER = STAFF | {"scopes": ["staff:read"]}
OPERATOR = OFFICE | {"scopes": ["operator", "staff"]}


def served(*accounts: dict[str, Any], **more: Any) -> dict[str, Any]:
    paths = {
        "/people/requests": {"items": []},
        "/people": lambda request: httpx.Response(
            200, json={"items": [MIA, OTHER]} if request.method == "GET" else MIA
        ),
    }
    return answers(*(accounts or (STAFF,))) | paths | {f"/people/{name}": answer for name, answer in more.items()}


def sent(seen: list[httpx.Request]) -> list[tuple[str, str, Any]]:
    """What was changed on the list: method, path, body."""
    return [
        (each.method, each.url.path.partition("/v1")[2], json.loads(each.content) if each.content else None)
        for each in seen
        if "/people" in each.url.path and each.method != "GET"
    ]


async def test_who_may_manage_sees_the_people_with_their_rights_and_adds_one() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/people")
        assert HOSTILE not in page.text
        assert '<a href="/office/people/p1">' in page.text
        assert "/office/people/p2" not in page.text, "rights of operators are out of reach"
        assert "only an operator can change this" in page.text
        assert 'name="operator:read"' not in page.text
        typed = {"name": " Ana ", "email": "ana@n.example", "language": "en", "staff:publish": "1", "operator": "1"}
        reply = await browser.post("/office/people", data=typed | {"form": form_token(page)})
        assert "The person is on the list" in (await browser.get(reply.headers["location"])).text
    wanted = {"name": "Ana", "email": "ana@n.example", "language": "en", "scopes": ["staff:publish"]}
    assert sent(seen) == [("POST", "/people", wanted)]


async def test_who_is_on_the_list_is_not_added_again_and_keeps_its_rights() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(), seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/people"))}
        typed = {"name": "Mia", "email": " MIA@n.example", "language": "fr", "staff:manage": "1"}
        page = await browser.post("/office/people", data=typed | form)
        assert (page.status_code, HOSTILE in page.text) == (422, False)
        for expected in ("is already on the list", 'href="/office/people/p1">Change the rights', 'value="Mia"'):
            assert expected in page.text
        out_of_reach = await browser.post("/office/people", data=typed | form | {"email": "otto@n.example"})
        assert "Only an operator can change the rights" in out_of_reach.text
        assert sent(seen) == []
        again = typed | form | {"name": HOSTILE, "email": "mia@n.example", "staff:endorse": "1", "staff:manage": ""}
        assert (await browser.post("/office/people", data=again)).status_code == 303, (
            "a form that is sent again is done"
        )


@pytest.mark.parametrize("asks", [True, False])
async def test_of_an_app_that_shows_codes_pages_speak_only_where_one_is_asked_for(asks: bool) -> None:
    held = {"/settings": {"items": [{"name": "staff_second_factor", "value": asks}]}}
    async with portal(served() | held) as browser:
        await signed_in(browser)
        listed = (await browser.get("/office/people?done=added")).text
        person = (await browser.get("/office/people/p1")).text
    assert ("needs an enrolment code" in listed) == ("Lost the app" in person) == asks
    assert "read, admit" in person, "who may endorse reads, too"


async def test_an_operator_gives_rights_of_operators_too() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(OPERATOR), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/people/p2")
        assert 'name="operator" value="1" aria-describedby="operator-hint" checked' in page.text
        typed = {"do": "change", "staff": "1", "operator:read": "1", "form": form_token(page)}
        reply = await browser.post("/office/people/p2", data=typed)
    assert reply.headers["location"] == "/office/people?done=changed"
    assert sent(seen)[0][2]["scopes"] == ["staff", "operator:read"]


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        (
            "change",
            ("POST", "/people", {key: MIA[key] for key in ("name", "email", "language")} | {"scopes": ["staff:read"]}),
        ),
        ("remove", ("DELETE", "/people/p1", None)),
    ],
)
async def test_a_person_gets_other_rights_or_is_taken_off(do: str, expected: Any) -> None:
    seen: list[httpx.Request] = []
    async with portal(served(p1=204), seen) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/people/p1")), "do": do, "staff:read": "1"}
        assert (await browser.post("/office/people/p1", data=form)).status_code == 303
    assert sent(seen) == [expected]


async def test_the_enrolment_code_of_who_was_added_or_reset_is_shown_once() -> None:
    def adding(request: httpx.Request) -> httpx.Response:
        added = MIA | {"enrolment_code": "7KQM-2XHD-9RTA-W4PC"}
        return httpx.Response(200, json={"items": [MIA]} if request.method == "GET" else added)

    reset = {"enrolment_code": "9RTA-W4PC-7KQM-2XHD"}
    async with portal(served(**{"p1/reset-second-factor": reset}) | {"/people": adding}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/people"))}
        typed = {"name": "Ana", "email": "ana@n.example", "language": "en", "staff:read": "1"}
        added = await browser.post("/office/people", data=form | typed)
        again = await browser.post("/office/people/p1", data=form | {"do": "app"})
    for page, code in ((added, "7KQM-2XHD-9RTA-W4PC"), (again, reset["enrolment_code"])):
        assert (page.status_code, page.headers["cache-control"], code in page.text) == (200, "no-store", True)
        assert (HOSTILE in page.text, "by telephone or face to face" in page.text) == (False, True)


async def test_nobody_is_offered_a_code_for_himself() -> None:
    own = MIA | {"person_id": STAFF["account_id"]}
    people = {"/people": {"items": [own, OTHER]}}
    async with portal(served() | people) as browser:
        await signed_in(browser)
        page = await browser.get(f"/office/people/{own['person_id']}")
    assert ("Ask another person who manages staff" in page.text, 'value="app"' in page.text) == (True, False)


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept() -> None:
    def refusing(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"items": [MIA]})
        errors = [{"pointer": "/email", "detail": "No address."}, {"pointer": "/scopes", "detail": "None."}]
        return httpx.Response(422, json={"code": "invalid-request", "detail": "No.", "errors": errors})

    async with portal(served() | {"/people": refusing}) as browser:
        await signed_in(browser)
        form = {
            "form": form_token(await browser.get("/office/people")),
            "name": "Ana",
            "email": "ana",
            "language": "en",
        }
        page = await browser.post("/office/people", data=form)
    assert page.status_code == 422
    for expected in ("No address.", "Tick at least one.", 'value="Ana"', 'value="ana"'):
        assert expected in page.text


async def test_the_last_who_may_manage_is_told_so() -> None:
    last = lambda request: httpx.Response(409, json={"code": "not-possible", "detail": "Nobody else may."})  # noqa: E731
    async with portal(served(p1=last)) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/people/p1")), "do": "remove"}
        page = await browser.post("/office/people/p1", data=form)
    assert (page.status_code, "Nobody else may." in page.text) == (422, True)


async def test_who_may_not_manage_reads_what_rights_there_are_and_changes_nothing() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(READER), seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office")
        for path in ("/office/people", "/office/people/p1"):
            looked = await browser.get(path)
            assert (looked.status_code, "You have the right to: read." in looked.text) == (200, True)
            refused = await browser.post(path, data={"form": form_token(page), "do": "remove"})
            assert (refused.status_code, "needs the right to manage" in refused.text) == (403, True)
        assert (await browser.get("/office")).status_code == 200
    assert not [each for each in seen if "/people" in each.url.path]


async def test_somebody_who_is_not_on_the_list_is_not_there() -> None:
    async with portal(served()) as browser:
        await signed_in(browser)
        for person_id in ("p2", "p9"):
            assert (await browser.get(f"/office/people/{person_id}")).status_code == 404


WAITING = {
    "request_id": "r1", "wants": "rights", "asked_by": "p1", "asked_at": "2026-12-01T09:00:00Z",
    "person": MIA | {"person_id": "", "name": "Nia", "email": "nia@n.example", "scopes": ["staff:manage"]},
}  # fmt: skip


async def test_what_waits_for_a_second_person_is_confirmed_or_refused_by_another_one() -> None:
    seen: list[httpx.Request] = []
    own = WAITING | {"request_id": "r2", "asked_by": STAFF["account_id"], "wants": "app"}
    code = {"person_id": "p3", "name": "Nia", "enrolment_code": "AAAA-BBBB"}
    paths = {"/people/requests": {"items": [WAITING, own]}, "/people/requests/r1/confirm": code}
    refusing = {"/people/requests/r2/refuse": httpx.Response(204)}
    async with portal(served() | paths | refusing, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/people")
        for expected in (
            "To confirm",
            "nia@n.example",
            "the right to: read, manage",
            "you asked for it",
        ):
            assert expected in page.text
        assert page.text.count('value="confirm"') == 1, "nobody confirms what it has asked for"
        form = {"form": form_token(page)}
        done = await browser.post("/office/people", data=form | {"do": "confirm", "request_id": "r1"})
        assert "AAAA-BBBB" in done.text
        back = await browser.post("/office/people", data=form | {"do": "refuse", "request_id": "r2"})
        assert back.headers["location"] == "/office/people?done=refused"
        assert "Nothing was changed" in (await browser.get("/office/people?done=refused")).text
    assert [path for _, path, _ in sent(seen)] == ["/people/requests/r1/confirm", "/people/requests/r2/refuse"]


@pytest.mark.parametrize("do", ["change", "app"])
async def test_what_waits_says_so(do: str) -> None:
    waits = httpx.Response(202, json=WAITING)
    paths = {
        "/people": lambda request: httpx.Response(200, json={"items": [MIA]}) if request.method == "GET" else waits,
        "/people/p1/reset-second-factor": waits,
    }
    async with portal(served() | paths) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/people/p1")), "do": do, "staff:manage": "1"}
        reply = await browser.post("/office/people/p1", data=form)
        assert reply.headers["location"] == "/office/people?done=waits"
        assert (
            "Another person who manages staff must confirm this"
            in (await browser.get("/office/people?done=waits")).text
        )


@pytest.mark.parametrize("alone", [True, False])
async def test_who_keeps_the_list_alone_reads_who_confirms(alone: bool) -> None:
    own = WAITING | {"asked_by": STAFF["account_id"]}
    listed = {"items": [MIA] if alone else [MIA, OTHER]}
    async with portal(served() | {"/people": listed, "/people/requests": {"items": [own]}}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/people")
    assert ("No one else manages staff" in page.text) is alone


async def test_what_was_asked_for_by_oneself_is_told() -> None:
    refused = httpx.Response(409, json={"detail": "You have asked for this yourself."})
    async with portal(served() | {"/people/requests/r1/confirm": refused}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/office/people")), "do": "confirm", "request_id": "r1"}
        page = await browser.post("/office/people", data=form)
        assert (page.status_code, "asked for this yourself" in page.text) == (422, True)
