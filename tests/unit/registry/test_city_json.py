"""The JSON of a city's event is what the contract's own model would write, so that its readers find nothing amiss."""

import json
from datetime import date

import pytest

from isopolity.contracts.cloudevents import encode_data
from isopolity.contracts.registry import CityState
from isopolity.registry.application.events import city_json, city_state
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.member import City, Member, Merged
from isopolity.registry.entrypoints import examples
from isopolity.registry.entrypoints.inputs import CityInput

BARE = {"kind": "county", "name": "A", "country": "FR"}
WHOLE = examples.CITY | {
    "local_names": ["“Ñandú” \\ / \u2028", "市"],
    "longitude": 1e-7,
    "learning_city_since": 2015,
    "creative_field": "music",
    "about": "We say “hello”, \\ and more.",
    "time_zone": "America/Argentina/Buenos_Aires",
    "web": "https://city.example/?a=1&b=é",
    "can_travel": False,
    "paused_until": "2027-02-01",
    "illustrative": True,
}


def city(given: object, merged: Merged | None = None) -> City:
    profile: CityProfile = CityInput.model_validate(given).profile().avoiding(["NO", "FI"])
    status = "endorsed" if merged is None else "withdrawn"
    status = "endorsed" if merged is not None and merged.undone else status
    day = None if merged is None else date(2026, 11, 1)
    return Member(
        member_id="an-id", version=3, status=status, region="europe", profile=profile, merged=merged, changed_on=day
    )


CITIES = [city(BARE), city(WHOLE), city(WHOLE, Merged(into="another", version=2, moved_ids={"a": "b"}))]
CITIES.append(city(WHOLE, Merged(into="another", version=2, moved_ids={"a": "b"}, undone=True)))


@pytest.mark.parametrize("one", CITIES, ids=["bare", "whole", "merged", "parted"])
@pytest.mark.parametrize("bulk", [True, False])
def test_the_json_of_a_city_is_that_of_its_state(one: City, bulk: bool) -> None:
    state = city_state(one, bulk=bulk)
    written = city_json(one, bulk=bulk)
    assert json.loads(written) == json.loads(encode_data(state))
    assert CityState.model_validate_json(written) == state


def test_the_whole_city_gives_every_field() -> None:
    fields = [json.loads(city_json(each, bulk=True)).keys() for each in CITIES[-2:]]
    assert fields[0] | fields[1] == CityState.model_fields.keys()
