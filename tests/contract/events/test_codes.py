"""The code lists are whole, and every code fits an event."""

import csv
import re
from importlib.resources import files

import pytest
from pydantic import TypeAdapter

from isopolity.contracts import codes
from isopolity.contracts.codes import language_names
from isopolity.contracts.event import Code

LISTS = {
    "regions": (codes.REGIONS, 5),
    "areas": (codes.AREAS, 12),
    "clusters": (codes.CLUSTERS, 7),
    "goals": (codes.GOALS, 17),
    "subjects": (codes.SUBJECTS, 36),
    "modes": (codes.MODES, 9),
    "city kinds": (codes.CITY_KINDS, 4),
    "partner kinds": (codes.PARTNER_KINDS, 3),
    "supports": (codes.SUPPORTS, 4),
    "contact roles": (codes.CONTACT_ROLES, 4),
    "creative fields": (codes.CREATIVE_FIELDS, 8),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_whole_and_each_code_has_its_own_label(name: str) -> None:
    found, size = LISTS[name]
    assert len(found) == size
    assert len(set(found.values())) == size


@pytest.mark.parametrize("name", LISTS)
def test_every_code_can_stand_in_an_event(name: str) -> None:
    for code in LISTS[name][0]:
        assert TypeAdapter(Code).validate_python(code) == code
        assert re.fullmatch(r"[a-z]+([.-][a-z0-9]+)*", code)


def test_the_goals_are_numbered_from_1_to_17() -> None:
    assert list(codes.GOALS) == [f"sdg.{number}" for number in range(1, 18)]


def test_modes_without_travel_are_modes() -> None:
    assert set(codes.MODES) > codes.ONLINE_MODES
    assert not codes.ONLINE_MODES & {"study-visit", "staff-exchange"}


def test_a_subject_says_which_list_it_is_from() -> None:
    assert {code.split(".")[0] for code in codes.SUBJECTS} == {"area", "cluster", "sdg"}


def test_no_name_of_a_subject_stands_in_that_of_another_one() -> None:
    names = list(codes.SUBJECTS.values())
    assert [(one, other) for one in names for other in names if one != other and one in other] == []


def test_every_official_language_of_a_country_has_a_name_of_its_own() -> None:
    table = files("isopolity.contracts").joinpath("countries.csv").read_text(encoding="utf-8")
    official = {code for row in csv.DictReader(table.splitlines()) for code in row["official_languages"].split("|")}
    assert official - {""} <= language_names().keys()
    assert len(set(language_names().values())) == len(language_names())
