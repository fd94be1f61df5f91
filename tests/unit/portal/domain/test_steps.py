"""Steps: what a form shows of a profile it reads again, and subjects are found by people's own words."""

from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlencode

import pytest

from isopolity.client.matching.models import FittingView
from isopolity.client.registry.models import ChangeDocument, CityEntry
from isopolity.contracts.codes import SUBJECTS
from isopolity.portal.adapters.gazetteer import PackagedGazetteer
from isopolity.portal.application.form_help import WORDS, looked, subjects_for
from isopolity.portal.domain.steps.effect import Before, effect_of
from isopolity.portal.domain.steps.interests import with_subject
from isopolity.portal.domain.steps.order import STEPS
from isopolity.portal.domain.steps.step import StatedProfile
from isopolity.registry.domain.joining.application import Application
from isopolity.registry.entrypoints import examples
from isopolity.registry.entrypoints.http.draft_fields import steps_of
from isopolity.registry.entrypoints.inputs import CityInput, PartnerInput
from tests.support.complete_answers import complete
from tests.support.portal.fitting import fitting
from tests.support.portal.service import city

BOATS = {"title": "Boats", "text": "Out at four.", "language": "pt", "topics": ["topic.556"]}
CITY = CityInput.model_validate(examples.CITY).model_dump(mode="json") | {
    "local_names": ["Esbo", "埃斯波"],
    "languages": ["fi", "sv", "en", "et", "ru"],
    "creative_field": "film",
    "can_travel": False,
    "online_only": True,
    "needs": [{"subject": "sdg.4", "mode": "webinar", "intensity": 4, "valid_until": "2027-12-31", **BOATS}],
    "offers": [{"subject": "sdg.5", "mode": "training", "intensity": 1, "valid_until": None}],
}
NOWHERE = PackagedGazetteer(b"")
PARTNER = PartnerInput.model_validate(examples.PARTNER).model_dump(mode="json")


@pytest.mark.parametrize("kind", ["city", "partner"])
def test_what_a_step_shows_it_reads_again(kind: str) -> None:
    model, profile = (CityInput, CITY) if kind == "city" else (PartnerInput, PARTNER)
    changed: dict[str, Any] = dict(profile)
    for step in STEPS[kind].values():
        form = step.filled(profile)
        changed |= step.change(form)
        assert step.is_in(profile, form)
    assert model.model_validate(changed) == model.model_validate(profile)


def test_the_steps_of_a_city_cover_what_a_city_says_of_itself() -> None:
    parts = {field.part for step in STEPS["city"].values() for field in step.fields}
    beside = {"sponsorship_capacity", "paused_until", "illustrative"}
    assert CityInput.model_fields.keys() - parts == beside, "write it in order.py and portal/templates/steps/"


@pytest.mark.parametrize("kind", ["city", "partner"])
def test_registry_lays_each_field_of_an_application_into_the_step_that_asks_for_it(kind: str) -> None:
    application = cast("Application", SimpleNamespace(person=None, profile=SimpleNamespace(member_kind=kind)))
    asked = {step.name: {field.part for field in step.fields} for step in STEPS[kind].values()}
    made = steps_of(application, dict.fromkeys(set[str]().union(*asked.values()), "given"))
    for step, parts in asked.items():
        assert made[step].keys() == parts, "write it in registry/entrypoints/inputs.py, in FIELDS_OF_STEPS"


def test_an_empty_profile_has_a_form_and_an_empty_form_takes_parts_away() -> None:
    who, where, needs = STEPS["city"].values()
    assert who.filled({})["name"] == ""
    assert needs.filled({})["can_travel"] == "1"
    assert sum(name.endswith("-subject") for name in needs.filled({})) == 2
    assert where.change(where.filled({})) == dict.fromkeys(
        ("country", "geonames_id", "latitude", "longitude", "population", "time_zone")
    )


@pytest.mark.parametrize(
    ("typed", "read"),
    [("60,2", 60.2), (" -8.3 ", -8.3), ("far west", "far west"), ("nan", "nan"), ("1e999", "1e999"), ("", None)],
)
def test_degrees_are_read_as_people_write_them(typed: str, read: Any) -> None:
    assert STEPS["city"]["where"].change({"latitude": typed})["latitude"] == read


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/name", "name"),
        ("/languages/1", "language-2"),
        ("/languages", "language-0"),
        ("/local_names/7", "local_names"),
        ("/contact/email", ""),
        ("", ""),
    ],
)
def test_what_is_wrong_is_told_by_the_forms_field(pointer: str, field: str) -> None:
    form = {"name": "Espoo", "language-0": "fi", "language-1": "", "language-2": "xx"}
    assert STEPS["city"]["who"].problems({pointer: "Other."}, form) == {field: "Other."}


@pytest.mark.parametrize(("pointer", "field"), [("/offers/0/mode", "offer-1-mode"), ("/offers", "offer-0-subject")])
def test_what_is_wrong_with_an_offer_is_told_beside_its_row(pointer: str, field: str) -> None:
    form = {"offer-0-subject": "", "offer-1-subject": "sdg.4"}
    assert STEPS["city"]["needs"].problems({pointer: "Other."}, form) == {field: "Other."}


def test_each_subject_has_words_of_people() -> None:
    assert WORDS.keys() == SUBJECTS.keys()
    for code, told in SUBJECTS.items():
        assert code in subjects_for(told)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("HUNGER", "sdg.2"), ("farm", "sdg.2"), ("climate", "sdg.13"), ("jobs", "area.prosperity"), ("trees", "sdg.15")],
)
def test_a_subject_is_found_by_a_word_of_ones_own(typed: str, first: str) -> None:
    assert subjects_for(typed)[0] == first


def test_all_words_must_fit_and_none_find_nothing() -> None:
    assert subjects_for("schooling") == subjects_for("school")
    assert subjects_for("climate action plan of the moon") == []
    assert subjects_for("  ") == []


def test_a_subject_goes_into_the_first_empty_row_and_once_only() -> None:
    form = {"need-0-subject": "sdg.1", "need-1-subject": "", "need-1-mode": "webinar", "other": "kept"}
    once = with_subject(form, "need", "sdg.2")
    assert (once["need-0-subject"], once["need-1-subject"], once["need-1-mode"]) == ("sdg.1", "sdg.2", "webinar")
    assert once["other"] == "kept"
    assert with_subject(once, "need", "sdg.2") == once
    assert with_subject(once, "need", "sdg.3")["need-2-subject"] == "sdg.3"
    taken = with_subject({**once, "need-0-away": "1"}, "need", "sdg.3")
    assert (taken["need-0-subject"], "need-0-away" in taken) == ("sdg.3", False)


def test_the_enter_key_looks_up_what_was_typed_and_saves_otherwise() -> None:
    typed = {"need-text": "climate", "offer-text": ""}
    found = looked({"do": "enter", **typed}, lambda: NOWHERE)
    assert found is not None
    assert list(found.found) == ["need-text"]
    assert looked({"do": "enter", "need-text": " "}, lambda: NOWHERE) is None
    assert looked({"do": "save", **typed}, lambda: NOWHERE) is None
    assert looked({}, lambda: NOWHERE) is None


def test_what_waits_for_the_office_is_laid_over_what_stands() -> None:
    member = CityEntry.model_validate(city(name="Old", version=7))
    asked: dict[str, object] = {
        "member_id": "espoo",
        "member_kind": "city",
        "asked_at": "2026-11-20T09:00:00Z",
        "before": {},
    }
    asked |= {"version": 3, "wanted": {"name": "New"}}
    pending, refused = (ChangeDocument.model_validate(asked | {"status": each}) for each in ("pending", "refused"))
    standing = StatedProfile.of(member, pending)
    assert (standing.profile["name"], standing.member["name"], standing.version) == ("New", "Old", "7.3")
    settled = StatedProfile.of(member, refused)
    assert (settled.profile["name"], settled.version) == ("Old", "7.0")


def fits(cities: list[str], sponsors: list[tuple[str, str]], numbers: tuple[int, int]) -> FittingView:
    best = fitting(
        [{"other": {"member_id": each}, "own": {}} for each in cities],
        [{"other": {"member_id": each, "programme_id": its}, "own": {}} for each, its in sponsors],
        numbers,
    )
    return FittingView.model_validate(complete("matching", "GET", "/matching/v1/members/m/fitting", 200, best))


def test_an_effect_is_who_comes_and_how_many_fit_of_each_kind() -> None:
    before = Before.of(fits(["a", "c"], [("fund", "one")], (2, 7)))
    cities, sponsors = effect_of(before, fits(["c", "d"], [("fund", "two")], (9, 7)))
    assert (cities.before, cities.now, sponsors.before, sponsors.now) == (2, 9, 7, 7)
    assert [each.other.member_id for each in cities.coming] == ["d"]
    assert [each.other.programme_id for each in sponsors.coming] == ["two"]


def test_what_an_address_keeps_of_the_side_before_makes_the_same_effect() -> None:
    before = Before.of(fits(["a", "c"], [("fund", "one")], (2, 7)))
    query = parse_qs(urlencode(before.parameters, doseq=True))
    read = Before.read({kind: query[kind][0] for kind in ("cities", "sponsors")}, query["was"])
    after = fits(["c", "d"], [("fund", "two")], (9, 7))
    assert read is not None
    assert effect_of(read, after) == effect_of(before, after)


@pytest.mark.parametrize(
    ("numbers", "best"), [(("", ""), []), (("x", "1"), []), (("1" * 5_000, "1"), []), (("1", "1"), ["x" * 5_000])]
)
def test_an_address_of_somebodys_making_tells_nothing(numbers: tuple[str, str], best: list[str]) -> None:
    assert Before.read(dict(zip(("cities", "sponsors"), numbers, strict=True)), best) is None
