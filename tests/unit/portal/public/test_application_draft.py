"""Joining step by step: the address first, then what registry takes and refuses, behind the link that came by mail."""

import json
import re
from dataclasses import replace
from typing import Any

import httpx
import pytest
from markupsafe import escape

from isopolity.portal.adapters.templates import environment
from isopolity.portal.domain.steps.order import APPLICATION_STEPS as FORM_STEPS
from isopolity.registry.domain.errors import InvalidProfile
from isopolity.registry.domain.joining.application import Draft
from isopolity.registry.entrypoints.http.draft_fields import filled_draft, filled_step, placed
from isopolity.registry.entrypoints.http.replies import problem_of
from isopolity.registry.entrypoints.inputs import CityInput
from tests.support.page_forms import fields_of
from tests.support.portal import CITY, HOSTILE, NOW, answers, form_token, key_of, portal, signed_in
from tests.support.registry.drafts import STEPS

LINK = "/join/s-e-c-r-e-t"
WHO = {
    "version": "2", "do": "save", "kind": "city", "name": "Espoo", "local_names": "Esbo", "language-0": "fi",
    "language-1": "", "language-2": "sv", "web": "", "learning_city_since": "2015", "creative_field": "",
}  # fmt: skip
WHERE = {
    "version": "2", "do": "save", "country": "FI", "population": "320 000", "latitude": "60,2", "longitude": "24.65",
    "geonames_id": "",
}  # fmt: skip
CONTACTS = {
    "version": "2", "do": "save", "person": "Ana", "role": "coordinator",
    "other-0-name": "", "other-0-email": "", "other-0-role": "deputy",
    "other-1-name": "Bo", "other-1-email": "bo@city.example", "other-1-role": "approver",
}  # fmt: skip
NEEDS = {
    "version": "2", "do": "save", "need-0-subject": "", "need-0-mode": "webinar", "need-0-intensity": "3",
    "need-0-valid_until": "", "need-1-subject": "sdg.4", "need-1-mode": "webinar", "need-1-intensity": "5",
    "need-1-valid_until": "", "can_travel": "1", "capacity": "2",
}  # fmt: skip
TYPED = {"name", "population", "latitude", "longitude", "person", "other-1-name", "other-1-email", "capacity"}
"""Fields of one line."""
FORMS = {"who": WHO, "where": WHERE, "contacts": CONTACTS, "needs": NEEDS}


class Registry:
    """registry with one draft, which takes and refuses as registry does."""

    def __init__(self, member_kind: str = "city", **changes: Any) -> None:
        self.draft = Draft(
            draft_id="d", version=2, member_kind=member_kind, email="ana@city.example", language="en", started_at=NOW,
            mailable=True, valid_until=NOW,
        )  # fmt: skip
        self.draft = replace(self.draft, **changes)
        self.alike: list[dict[str, str]] = []
        self.sent: list[httpx.Request] = []
        self.is_open = True

    @property
    def answers(self) -> dict[str, Any]:
        taken = {"/drafts": 202, "/drafts/hand-in": httpx.Response(202, json={"application_id": "a"})}
        kept = {path: self._noting(answer) for path, answer in taken.items()}
        return {**kept, "/drafts/forget": self._noting(204), "/drafts/open": self._open, "/drafts/save": self._save}

    def _noting(self, answer: Any) -> Any:
        def note(request: httpx.Request) -> Any:
            self.sent.append(request)
            return answer if self.is_open else 410

        return note

    def _open(self, request: httpx.Request) -> Any:
        assert json.loads(request.content) == {"secret": "s-e-c-r-e-t"}
        return self.document if self.is_open else 410

    def _save(self, request: httpx.Request) -> Any:
        self.sent.append(request)
        body = json.loads(request.content)
        if not self.is_open:
            return 410
        if body["version"] != self.draft.version:
            return 412
        try:
            with placed("fields"):
                filled_step(self.draft, body["step"], body["fields"])
        except InvalidProfile as wrong:
            return httpx.Response(422, content=bytes(problem_of(wrong).response().body))
        self.draft = self.draft.saved(body["step"], body["fields"], NOW)
        return self.document

    @property
    def document(self) -> dict[str, Any]:
        draft = self.draft
        return {
            "member_kind": draft.member_kind,
            "email": draft.email,
            "language": draft.language,
            "version": draft.version,
            "steps": draft.steps,
            "valid_until": "2026-12-04T09:00:00Z",
            "question": draft.question,
            "alike": self.alike,
        }

    @property
    def fields(self) -> Any:
        return json.loads(self.sent[-1].content)["fields"]


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
    assert json.loads(request.content) == {"member_kind": "partner", "email": "bo@fund.example"}
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


async def test_the_steps_are_saved_one_by_one_and_handed_in() -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        page = await browser.get(LINK)
        assert page.text.count("Not filled in yet.") == 4
        following = ["where", "contacts", "needs", ""]
        for (step, form), then in zip(FORMS.items(), following, strict=True):
            assert (await browser.get(f"{LINK}/{step}")).status_code == 200
            saved = await browser.post(f"{LINK}/{step}", data=form | {"version": str(registry.draft.version)})
            assert (saved.status_code, saved.headers["location"]) == (303, f"{LINK}/{then}".rstrip("/"))
        page = await browser.get(LINK)
        for stated in ("Espoo", "Bo", "ana@city.example", "320,000", "Quality education"):
            assert stated in page.text
        (key,) = re.findall(r'name="key" value="([^"]+)"', page.text)
        done = await browser.post(f"{LINK}/hand-in", data={"key": key, "version": "6"})
    assert (done.status_code, "handed in" in done.text) == (200, True)
    assert json.loads(registry.sent[-1].content) == {"secret": "s-e-c-r-e-t", "version": 6}
    assert registry.sent[-1].headers["idempotency-key"] == key_of(key)
    steps = registry.draft.steps
    named = {"kind": "city", "name": "Espoo", "local_names": ["Esbo"], "languages": ["fi", "sv"]}
    assert steps["who"] == named | {"learning_city_since": 2015}
    assert steps["where"] == {"country": "FI", "population": 320_000, "latitude": 60.2, "longitude": 24.65}
    assert steps["contacts"] == {
        "contact": {"name": "Ana", "role": "coordinator"},
        "others": [{"name": "Bo", "email": "bo@city.example", "role": "approver"}],
    }
    assert [need["subject"] for need in steps["needs"]["needs"]] == ["sdg.4"]
    assert (steps["needs"]["can_travel"], steps["needs"]["can_host"], steps["needs"]["capacity"]) == (True, False, 2)


async def test_a_city_that_states_neither_need_nor_offer_is_told_that_nobody_can_be_suggested() -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        for step, form in (FORMS | {"needs": NEEDS | {"need-1-subject": ""}}).items():
            await browser.post(f"{LINK}/{step}", data=form | {"version": str(registry.draft.version)})
        empty = await browser.get(LINK)
        await browser.post(f"{LINK}/needs", data=NEEDS | {"version": str(registry.draft.version)})
        stated = await browser.get(LINK)
    told = "we cannot suggest partners"
    assert (told in empty.text, told in stated.text) == (True, False)
    assert "Hand it in" in empty.text


async def test_what_was_saved_stands_in_the_forms_again() -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        for step, form in FORMS.items():
            await browser.post(f"{LINK}/{step}", data=form | {"version": str(registry.draft.version)})
        pages = {step: (await browser.get(f"{LINK}/{step}")).text for step in FORMS}
    for step, shown in {
        "who": ('value="Espoo"', "Esbo</textarea>", 'value="2015"'),
        "where": ('value="320000"', 'value="60.2"', '<option value="FI" selected'),
        "contacts": ('value="Ana"', 'name="other-0-name" value="Bo"', 'name="other-1-name" value=""'),
        "needs": ('name="need-0-subject" value="sdg.4"', 'value="2"'),
    }.items():
        for each in (*shown, 'name="version" value="6"'):
            assert each in pages[step], (step, each)


@pytest.mark.parametrize(("kind", "is_offered"), [("city", False), ("partner", True)])
async def test_only_a_partner_has_programme_officers(kind: str, is_offered: bool) -> None:
    async with portal(Registry(kind).answers) as browser:
        page = (await browser.get(f"{LINK}/contacts")).text
    assert ('value="programme-officer"' in page) == is_offered
    assert 'value="coordinator"' in page


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "zh"])
def test_each_language_of_a_list_has_a_name(language: str) -> None:
    listed: Any = environment(language).globals["LANGUAGES"]
    assert [code for code, name in listed if code == name] == []


EVERYTHING: dict[str, dict[str, Any]] = {
    "who": {
        "kind": "city", "name": "Espoo", "local_names": ["Esbo"], "about": "We read.", "languages": ["fi", "sv"],
        "web": "https://espoo.example", "learning_city_since": 2015, "creative_field": "design",
    },
    "where": {
        "country": "FI", "geonames_id": 660129, "latitude": 60.2, "longitude": 24.65, "population": 320_000,
        "time_zone": "Europe/Helsinki",
    },
    "contacts": {
        "contact": {"name": "Ana", "role": "coordinator", "email": "ana@city.example", "language": "fr"},
        "others": [{"name": "Bo", "role": "approver", "email": "bo@city.example", "language": "es"}],
    },
    "needs": {
        "needs": [{"subject": "sdg.4", "mode": "webinar", "intensity": 5, "valid_until": "2027-05-01"}],
        "offers": [{"subject": "sdg.5", "mode": "study-visit", "intensity": 2}],
        "can_travel": False, "can_host": False, "online_only": True, "wants_own_country": True, "capacity": 3,
        "sponsorship_capacity": 2, "paused_until": "2027-02-01", "illustrative": True,
    },
}  # fmt: skip
"""All that an application may say, by step."""


@pytest.mark.parametrize("kind", ["city", "partner"])
async def test_what_a_form_does_not_ask_for_stays_as_a_program_has_sent_it(kind: str) -> None:
    steps = EVERYTHING
    if kind == "partner":
        who = {
            "kind": "foundation",
            "name": "Fund",
            "registration_id": "CH-1",
            "about": "We give.",
            "languages": ["fr"],
        }
        rest = {"programmes": {"paused_until": "2027-02-01"}, "contacts": EVERYTHING["contacts"]}
        steps = {"who": who, "where": {"home_country": "CH"}, **rest}
    registry = Registry(kind, steps=steps, language="fr")
    before = filled_draft(registry.draft)
    assert kind == "partner" or {name for step in steps.values() for name in step} >= CityInput.model_fields.keys()
    async with portal(registry.answers) as browser:
        for name in FORM_STEPS[kind]:
            shown = await browser.get(f"{LINK}/{name}")
            saved = await browser.post(f"{LINK}/{name}", data=fields_of(shown.text) | {"do": "save"})
            assert saved.status_code == 303, f"{name}: {saved.text}"
    assert filled_draft(registry.draft) == before


async def test_a_partner_has_three_steps() -> None:
    registry = Registry("partner")
    async with portal(registry.answers) as browser:
        assert (await browser.get(LINK)).text.count("Not filled in yet.") == 3
        saved = await browser.post(f"{LINK}/who", data=WHO | {"kind": "ngo", "registration_id": "7"})
        assert saved.headers["location"] == f"{LINK}/where"
        assert registry.fields == {"kind": "ngo", "name": "Espoo", "registration_id": "7", "languages": ["fi", "sv"]}
        saved = await browser.post(f"{LINK}/where", data={"version": "3", "home_country": "SE"})
        assert saved.headers["location"] == f"{LINK}/contacts"
        assert (await browser.get(f"{LINK}/needs")).headers["location"] == LINK


@pytest.mark.parametrize(
    ("step", "changes", "field"),
    [
        ("who", {"name": ""}, "name"),
        ("who", {"name": "a@b.example"}, "name"),
        ("who", {"language-2": "Swedish"}, "language-2"),
        ("who", {"learning_city_since": "long ago"}, "learning_city_since"),
        ("where", {"country": ""}, "country"),
        ("where", {"longitude": "far west"}, "longitude"),
        ("where", {"longitude": ""}, "longitude"),
        ("contacts", {"person": ""}, "person"),
        ("contacts", {"person": "", "role": ""}, "person"),
        ("contacts", {"role": "mayor"}, "role"),
        ("contacts", {"other-1-email": "nobody"}, "other-1-email"),
        ("contacts", {"other-1-email": ""}, "other-1-email"),
        ("contacts", {"other-1-email": "ANA@city.example"}, "other-1-email"),
        ("needs", {"need-1-intensity": "9"}, "need-1-intensity"),
        ("needs", {"capacity": "many"}, "capacity"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(
    step: str, changes: dict[str, str], field: str
) -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        page = await browser.post(f"{LINK}/{step}", data=FORMS[step] | changes)
    assert page.status_code == 422
    assert f'id="{field}-fault">' in page.text
    typed = FORMS[step] | changes
    for name in TYPED.intersection(typed):
        assert f'value="{typed[name]}"' in page.text, name
    assert registry.draft.steps == {}


async def test_looking_up_a_subject_saves_nothing() -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        page = await browser.post(f"{LINK}/needs", data=NEEDS | {"need-text": "climate", "do": "find"})
    assert (page.status_code, registry.sent) == (200, [])
    assert 'value="sdg.13"' in page.text


async def test_a_place_is_found_by_its_name_and_fills_in_the_fields() -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        page = await browser.post(f"{LINK}/where", data=WHERE | {"place-text": "esbo", "do": "enter"})
        (number,) = re.findall(r'name="choose-place" value="(\d+)">Espoo<', page.text)
        page = await browser.post(f"{LINK}/where", data=WHERE | {"country": "", "choose-place": number})
        saved = await browser.post(f"{LINK}/where", data=WHERE | {"geonames_id": number})
    assert '<option value="FI" selected' in page.text
    assert f'value="{number}"' in page.text
    assert (saved.status_code, registry.fields["geonames_id"]) == (303, int(number))


async def test_a_stale_edit_shows_both_versions() -> None:
    registry = Registry()
    async with portal(registry.answers) as browser:
        await browser.post(f"{LINK}/who", data=WHO | {"name": "Espoo, the first"})
        page = await browser.post(f"{LINK}/who", data=WHO | {"name": "Espoo, the second"})
        assert page.status_code == 409
        assert "Espoo, the first" in page.text
        assert 'value="Espoo, the second"' in page.text
        assert 'name="version" value="3"' in page.text
        same = await browser.post(f"{LINK}/who", data=WHO | {"name": "Espoo, the first"})
        assert same.status_code == 303  # the form sent twice
        handed = await browser.post(f"{LINK}/hand-in", data={"key": "k", "version": "x"})
        assert handed.status_code == 409


async def test_a_member_of_this_name_is_shown() -> None:
    registry = Registry(steps={"who": {"kind": "city", "name": "Espoo"}, "where": {"country": "FI"}})
    registry.alike = [{"member_id": "espoo", "name": "Espoo"}]
    async with portal(registry.answers) as browser:
        for page in (await browser.get(LINK), await browser.get(f"{LINK}/contacts")):
            assert 'href="/cities/espoo"' in page.text
            assert "A member with this name takes part already" in page.text


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


async def test_hostile_text_stays_text() -> None:
    registry = Registry(steps={
        "who": {"kind": "city", "name": HOSTILE, "local_names": [HOSTILE]},
        "contacts": {
            "contact": {"name": HOSTILE, "role": HOSTILE},
            "others": [{"name": HOSTILE, "email": HOSTILE, "role": HOSTILE}],
        },
    })  # fmt: skip
    registry.alike = [{"member_id": "espoo", "name": HOSTILE}]
    async with portal(registry.answers) as browser:
        for more in ("", "/who", "/contacts", "/forget"):
            assert HOSTILE not in (await browser.get(f"{LINK}{more}")).text


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
