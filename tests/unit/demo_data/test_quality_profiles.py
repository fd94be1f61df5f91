"""The profiles of `benchmarks/quality` are valid, of places and in words that the demo does not have."""

from typing import Any

import pytest

from isopolity.contracts.codes import ONLINE_MODES, SUBJECTS
from isopolity.registry.entrypoints.inputs import CityApplication
from isopolity.thesaurus.concepts import is_topic
from tests.support.demo_files import ROOT, demo_file, read, read_lines, split

FOLDER = ROOT / "benchmarks/quality"
FIRST, SECOND = (read_lines(FOLDER / f"profiles-{number}.jsonl") for number in (1, 2))
PROFILES = [*FIRST, *SECOND]
REQUESTS = [row for number in (1, 2) for row in read(FOLDER / f"requests-{number}.csv")]
DEMO = read_lines(demo_file("cities"))


@pytest.mark.parametrize("city", PROFILES, ids=lambda city: str(city["name"]))
def test_each_profile_is_one_that_registry_takes(city: dict[str, object]) -> None:
    application = CityApplication.model_validate(city)
    profile = application.profile()
    assert profile.illustrative
    assert application.contact is not None
    assert application.contact.email.endswith(".example")
    for interests, sent, received in (
        (profile.needs, {"study-visit", "staff-exchange"}, {"expert-mission"}),
        (profile.offers, {"expert-mission"}, {"study-visit", "staff-exchange"}),
    ):
        modes = {interest.mode for interest in interests}
        assert interests
        assert profile.can_travel or not modes & sent
        assert profile.can_host or not modes & received
        assert not profile.online_only or modes <= ONLINE_MODES
        assert all(is_topic(topic) for interest in interests for topic in interest.topics)


def test_there_are_a_hundred_in_each_set_and_none_of_the_first_in_the_demo() -> None:
    places = {city["geonames_id"] for city in PROFILES}
    assert len(places) == len(PROFILES) == 2 * len(FIRST) == 200
    assert not {city["geonames_id"] for city in FIRST} & {city.get("geonames_id") for city in DEMO}


def words(cities: list[dict[str, Any]]) -> list[str]:
    interests = [interest for city in cities for side in ("needs", "offers") for interest in city[side]]
    return [interest[part] for interest in interests for part in ("title", "text")]


def test_their_words_are_their_own() -> None:
    own = words(PROFILES)
    assert len(set(own)) == len(own)
    assert not set(words(DEMO)) & set(own)


def test_their_requests_are_of_their_cities() -> None:
    cities = {str(city["geonames_id"]) for city in PROFILES}
    for row in REQUESTS:
        assert row["city_geonames_id"] in cities
        assert set(split(row["subjects"])) <= SUBJECTS.keys()
        assert (
            5_000
            < int(row["amount_min"])
            < int(row["amount_max"])
            <= (300_000 if row["currency"] != "EGP" else 2_000_000)
        )
        assert all(is_topic(topic) for topic in split(row["topics"]))
