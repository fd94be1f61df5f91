"""A form that is sent again does what it does once; what is changed in it, or in a page opened anew, is another act."""

from datetime import timedelta
from typing import Any

import httpx

from isopolity.client import registry
from isopolity.portal.adapters.service_apis import ServiceApis
from tests.support.complete_answers import complete
from tests.support.portal.service import CITY, NOW, answers, form_token, listed, portal, signed_in

TYPED = {"name": "Bo", "email": "bo@city.example", "role": "deputy", "language": "en"}


def keys(seen: list[httpx.Request], path: str = "/contacts") -> list[str]:
    sent = [request for request in seen if request.method == "POST" and request.url.path.endswith(path)]
    return [request.headers["idempotency-key"] for request in sent]


async def test_each_act_of_a_form_has_a_key_of_its_own_however_often_it_is_sent() -> None:
    seen: list[httpx.Request] = []
    moment = [NOW]
    async with portal(
        answers(CITY) | {"/contacts": listed(), "POST /contacts": {}}, seen, now=lambda: moment[0]
    ) as browser:
        await signed_in(browser)
        opened = form_token(await browser.get("/me/contacts"))
        moment[0] += timedelta(seconds=9)
        anew = form_token(await browser.get("/me/contacts"))
        for token, changes in ((opened, {}), (opened, {}), (opened, {"name": "Bea"}), (anew, {})):
            await browser.post("/me/contacts", data=TYPED | changes | {"form": token})
    first, again, changed, other = keys(seen)
    assert first == again
    assert len({first, changed, other}) == 3
    assert not any(NOW.isoformat() in key or "-" in key for key in keys(seen))


async def test_two_sessions_that_open_a_page_at_one_moment_have_other_keys() -> None:
    seen: list[httpx.Request] = []
    for _ in range(2):
        async with portal(answers(CITY) | {"/contacts": listed(), "POST /contacts": {}}, seen) as browser:
            await signed_in(browser)
            form = {"form": form_token(await browser.get("/me/contacts"))}
            await browser.post("/me/contacts", data=TYPED | form)
    assert len(set(keys(seen))) == 2


async def test_what_is_sent_again_while_a_service_was_away_keeps_its_key() -> None:
    seen: list[httpx.Request] = []
    moment, state = [NOW], [503]

    def asked(request: httpx.Request) -> Any:
        return listed() if request.method == "GET" else 503 if state[0] == 503 else {}

    async with portal(answers(CITY) | {"/contacts": asked}, seen, now=lambda: moment[0]) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me/contacts"))}
        for status in (503, 201):
            moment[0] += timedelta(seconds=30)
            state[0] = status
            page = await browser.post("/me/contacts", data=TYPED | form)
            if status == 503:
                form = {"form": form_token(page)}
    assert page.status_code == 303
    assert len(set(keys(seen))) == 1


async def test_an_erasure_that_is_sent_again_is_no_problem() -> None:
    async with portal(answers(CITY) | {"/contacts/c2": 410}) as browser:
        await signed_in(browser)
        form = {"form": form_token(await browser.get("/me"))}
        reply = await browser.post("/me/contacts/c2/erase", data=form)
        assert (reply.status_code, reply.headers["location"]) == (303, "/me/contacts")
        assert (await browser.get("/me/contacts/c2/erase")).status_code == 404


async def test_parameters_are_part_of_what_a_form_asks_for() -> None:
    seen: list[httpx.Request] = []

    def answered(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=complete("registry", "POST", request.url.path, 200, {}))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answered)) as client:
        apis = ServiceApis(client, {"registry": "http://registry"}).acting_for("opened")
        for reinstate in (True, True, False):
            await apis.send(registry.applications.endorse("a1", reinstate=reinstate))
    first, again, other = keys(seen, "/endorse")
    assert first == again != other
