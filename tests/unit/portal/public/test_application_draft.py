"""Joining step by step: what registry takes and refuses, behind the link that came by mail."""

import json
import re
from typing import Any

import pytest

from isopolity.portal.adapters.templates import environment
from isopolity.portal.domain.steps.order import APPLICATION_STEPS as FORM_STEPS
from isopolity.registry.entrypoints.http.draft_fields import filled_draft
from isopolity.registry.entrypoints.inputs import CityInput
from tests.support.page_forms import fields_of
from tests.support.portal.drafts import FORMS, LINK, NEEDS, TYPED, WHERE, WHO, Registry
from tests.support.portal.service import HOSTILE, key_of, portal


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
        "can_travel": False, "can_host": False, "online_only": True, "wants_own_country": True,
        "shows_ratings": True, "capacity": 3,
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
