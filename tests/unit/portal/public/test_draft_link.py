"""The link to the draft of an application: who gets it, what ends it, and who never learns of it."""

import json
import re
from dataclasses import replace

import httpx
from markupsafe import escape

from tests.support.portal.drafts import FORMS, LINK, WHO, Registry
from tests.support.portal.service import CITY, HOSTILE, NOW, answers, form_token, key_of, portal, signed_in
from tests.support.registry.drafts import STEPS


async def test_the_address_comes_first_and_is_asked_for_a_link_once() -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        pages = [await browser.get("/join?kind=partner") for _ in range(2)]
        keys = [re.findall(r'name="key" value="([^"]+)"', page.text) for page in pages]
        form = {"key": "k1", "member_kind": "partner", "email": " bo@fund.example "}
        sent = await browser.post("/join", data=form)
    assert keys[0] != keys[1]
    assert re.search(r'value="partner" required checked', pages[0].text)
    assert (sent.status_code, "bo@fund.example" in sent.text) == (200, True)
    (request,) = registry.sent
    assert json.loads(request.content) == {"member_kind": "partner", "email": "bo@fund.example", "language": "en"}
    assert request.headers["idempotency-key"] == key_of("k1")
    assert "authorization" not in request.headers


async def test_a_wrong_address_is_told_beside_its_field_with_what_was_typed() -> None:
    refusal = {"errors": [{"pointer": "/email", "detail": "Give one e-mail address."}]}
    async with portal({"/drafts": httpx.Response(422, json=refusal)}) as browser:
        page = await browser.post("/join", data={"key": "k1", "member_kind": "city", "email": HOSTILE})
    assert page.status_code == 422
    assert 'id="email-fault">Give one e-mail address.' in page.text
    assert 'name="key" value="k1"' in page.text
    assert HOSTILE not in page.text


async def test_a_link_that_has_ended_is_told_and_leads_on() -> None:
    registry = Registry()
    registry.is_open = False
    async with portal(registry.answers) as browser:
        pages = [await browser.get(f"{LINK}{more}") for more in ("", "/who", "/forget")]
        pages += [await browser.post(f"{LINK}{more}", data=WHO) for more in ("/who", "/hand-in", "/forget")]
    for page in pages:
        assert (page.status_code, 'href="/join"' in page.text) == (410, True)


async def test_its_writer_deletes_a_draft() -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        assert "Delete it" in (await browser.get(f"{LINK}/forget")).text
        assert registry.sent == []
        page = await browser.post(f"{LINK}/forget", data={})
    assert (page.status_code, "deleted" in page.text) == (200, True)
    assert json.loads(registry.sent[0].content) == {"secret": "s-e-c-r-e-t"}


async def test_no_cache_keeps_a_page_behind_the_link_and_no_other_machine_learns_of_it() -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        pages = [await browser.get(f"{LINK}{more}") for more in ("", "/forget", *(f"/{step}" for step in FORMS))]
        registry.is_open = False
        pages.append(await browser.get(LINK))
    async with portal({"/drafts/open": 503}) as browser:
        pages.append(await browser.get(LINK))
    for page in pages:
        assert page.headers["cache-control"] == "no-store"
        assert '<meta name="referrer" content="no-referrer">' in page.text
        assert len(page.content) < 60_000
        assert not re.search(r'(?:href|src|action)="(?:https?:)?//', page.text)


async def test_while_registry_is_away_what_was_typed_is_kept() -> None:
    registry = Registry()
    async with portal({**registry.answers, "/drafts/save": 503}) as browser:
        page = await browser.post(f"{LINK}/who", data=WHO)
    assert (page.status_code, 'value="Espoo"' in page.text) == (503, True)


async def test_who_has_signed_in_writes_a_draft_as_anybody_does() -> None:
    registry = Registry()
    async with portal({**answers(CITY), **registry.answers}) as browser:
        await signed_in(browser)
        page = await browser.get(f"{LINK}/who")
        saved = await browser.post(f"{LINK}/who", data=WHO | {"form": form_token(page)})
    assert saved.status_code == 303
    assert "authorization" not in registry.sent[-1].headers


async def test_a_question_of_the_office_is_answered_from_the_same_page() -> None:
    registry = Registry()
    registry.draft = replace(registry.draft, application_id="a1", question=f"Which district?\n{HOSTILE}")
    for step, fields in STEPS.items():
        registry.draft = registry.draft.saved(step, fields, NOW)
    async with portal(registry.answers) as browser:
        page = await browser.get(LINK)
        assert "Our office asks you" in page.text
        assert "Which district?" in page.text
        assert "Take the application back" in page.text
        assert HOSTILE not in page.text
        form = {"key": "k1", "version": str(registry.draft.version), "asked": "1", "answer": "The\r\nnorth. "}
        sent = await browser.post(f"{LINK}/hand-in", data=form)
        assert "Take your application back" in (await browser.get(f"{LINK}/forget")).text
    assert "Thank you, your answer is sent" in sent.text
    (handed,) = [request for request in registry.sent if request.url.path.endswith("/hand-in")]
    assert json.loads(handed.content)["answer"] == "The\nnorth."


async def test_an_answer_that_was_typed_stays_while_steps_are_changed() -> None:
    registry = Registry()
    registry.draft = replace(registry.draft, application_id="a1", question="Which district?")
    for step, fields in STEPS.items():
        registry.draft = registry.draft.saved(step, fields, NOW)
    answer = f"The\nnorth {HOSTILE}"
    shown = escape(answer)
    async with portal(registry.answers) as browser:
        page = await browser.get(LINK)
        assert f'form="hand-in" formaction="{LINK}/where" name="do" value="change"' in page.text
        opened = await browser.post(
            f"{LINK}/where", data={"do": "change", "answer": answer, "key": "k", "version": "1"}
        )
        assert f'name="answer" value="{shown}"' in opened.text
        assert f'href="{LINK}"' not in opened.text, "no way back loses it"
        form = FORMS["where"] | {"version": str(registry.draft.version), "answer": answer}
        for then in ({"do": "save"}, {"do": "back"}):
            back = await browser.post(f"{LINK}/where", data=form | then)
            assert (back.status_code, f">\n{shown}</textarea>" in back.text) == (200, True)
        plain = await browser.post(f"{LINK}/where", data={"do": "change", "answer": ""})
        assert f'href="{LINK}"' in plain.text
    assert "answer" not in json.loads(registry.sent[-1].content)["fields"]
