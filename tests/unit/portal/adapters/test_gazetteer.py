"""The gazetteer finds places by their names, however people type them."""

import json
import lzma
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from isopolity.gazetteer.places import names_of_places, packaged_lines
from isopolity.portal.adapters.gazetteer import PackagedGazetteer, gazetteer
from isopolity.portal.adapters.templates import named_countries
from isopolity.portal.application.form_help import looked
from isopolity.portal.application.ports import Place
from isopolity.registry.entrypoints import examples
from isopolity.registry.entrypoints.inputs import CityInput

TOWN = {
    "geonameid": 5, "name": "Göd", "latitude": 47.69064, "longitude": 19.13417, "countrycode": "HU",
    "population": 14_999, "timezone": "Europe/Budapest", "alternatenames": ["Goed"],
}  # fmt: skip
CITY = TOWN | {
    "geonameid": 4, "name": "Goddard", "population": 100_000,
    "alternatenames": ["GODDARD", "Годдард", "god dr", "goڈdr", "ゴダード"],
}  # fmt: skip
GOD = b"5\tG\xc3\xb6d\tHU\t47.6906\t19.1342\t14999\tEurope/Budapest|god|"
GODDARD = "4\tGoddard\tHU\t47.6906\t19.1342\t100000\tEurope/Budapest|goddard|годдард|ゴダード|".encode()
MADE = PackagedGazetteer(b"%s\n%s" % (GODDARD, GOD))


@pytest.mark.parametrize(
    ("typed", "name", "country"),
    [
        ("sao paulo", "São Paulo", "BR"),
        ("SÃO  PAULO", "São Paulo", "BR"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch", "NL"),
        ("\N{RIGHT SINGLE QUOTATION MARK}s hertogenbosch", "'s-Hertogenbosch", "NL"),
        ("Den Bosch", "'s-Hertogenbosch", "NL"),
        ("munchen", "Munich", "DE"),
        ("München", "Munich", "DE"),
        ("st. polten", "Sankt Pölten", "AT"),
        ("Lodz", "Łódź", "PL"),
        ("北京", "Beijing", "CN"),
        ("aracatub", "Araçatuba", "BR"),
    ],
)
def test_a_place_is_found_as_people_type_it(typed: str, name: str, country: str) -> None:
    first = gazetteer().find(typed, 10)[0]
    assert (first.name, first.country) == (name, country)


def test_a_place_has_what_a_form_and_a_clock_need() -> None:
    (place,) = gazetteer().find("Espoo", 1)
    assert gazetteer().place(str(place.geonames_id)) == place
    assert (place.country, place.time_zone, place.population > 200_000) == ("FI", "Europe/Helsinki", True)
    assert place.latitude == pytest.approx(60.2, abs=0.1)
    assert place.longitude == pytest.approx(24.66, abs=0.1)


def test_larger_places_of_a_name_stand_first_and_no_more_than_asked_for() -> None:
    found = gazetteer().find("Springfield", 4)
    assert [place.name for place in found] == ["Springfield"] * 4
    assert [place.population for place in found] == sorted((place.population for place in found), reverse=True)


def test_a_place_that_is_called_so_stands_before_one_of_which_it_is_an_airports_code() -> None:
    found = gazetteer().find("hof", 10)
    assert found[0].name == "Hof"
    assert "Al Hufūf" in [place.name for place in found]
    assert gazetteer().find("Roma", 1)[0].name == "Rome", "a longer name may well be the one of its own language"


@pytest.mark.parametrize("typed", ["", " ", "a", "||", "\n", "no such place anywhere", "\x00", "Europe/Helsinki"])
def test_what_is_no_name_finds_nothing(typed: str) -> None:
    assert gazetteer().find(typed, 10) == []


@pytest.mark.parametrize("number", ["", "x", "0", "-1", "٣", "9" * 5_000, "1\t"])
def test_what_is_no_number_of_a_place_finds_none(number: str) -> None:
    assert gazetteer().place(number) is None


def test_each_place_that_is_found_lies_in_a_country_that_can_be_chosen() -> None:
    lines = packaged_lines().splitlines()
    codes = {line.split(b"\t")[2].decode() for line in lines}
    assert codes - dict(named_countries("en")).keys() == {"GS", "TF"}
    assert not any(gazetteer().find(name, 9) for name in ("Grytviken", "Port-aux-Fran\u00e7ais"))


def test_the_file_is_made_with_the_names_that_people_write(tmp_path: Path) -> None:
    (tmp_path / "cities.json").write_text(json.dumps({"5": TOWN, "4": CITY}))
    script = Path(__file__).parents[4] / "data/build_gazetteer.py"
    subprocess.run([sys.executable, script, tmp_path / "cities.json", tmp_path / "places.txt.xz"], check=True)
    assert lzma.decompress((tmp_path / "places.txt.xz").read_bytes()) == b"%s\n%s" % (GODDARD, GOD)


def test_all_names_of_the_places_of_a_country_are_known() -> None:
    names = names_of_places("DE")
    assert {"koln", "cologne", "colonia", "кельн"} <= set(names["2886242"])
    assert all(place in names_of_places("IT") for place in ("3178287",)), "Cologne in Italy is another place"
    codes = [line.split("\t")[2] for line in packaged_lines().decode().splitlines()]
    assert {code: len(names_of_places(code)) for code in ("DE", "US", "MT")} == {
        code: codes.count(code) for code in ("DE", "US", "MT")
    }
    assert names_of_places("XX") == {}


def test_a_name_comes_before_those_that_begin_with_it() -> None:
    assert [place.geonames_id for place in MADE.find("god", 10)] == [5, 4]
    assert MADE.find("göddard", 10)[0].geonames_id == 4


def test_registry_knows_each_time_zone_of_a_place_and_refuses_others() -> None:
    lines = packaged_lines().decode().splitlines()
    zones = {line.partition("|")[0].split("\t")[6] for line in lines}
    assert len(zones) > 300
    for zone in zones:
        assert CityInput.model_validate(examples.CITY | {"time_zone": zone}).time_zone == zone
    for wrong in ("", "Europe", "europe/helsinki", "../etc/passwd", "Mars/Olympus", "+02:00"):
        with pytest.raises(ValidationError, match="Give the time zone by its name"):
            CityInput.model_validate(examples.CITY | {"time_zone": wrong})


def test_choosing_a_place_fills_in_what_the_form_has_of_it() -> None:
    typed = {"place-text": "god", "latitude": "1", "other": "kept", "choose-place": "5"}
    asked = looked(typed, lambda: MADE)
    assert asked is not None
    known = {"country": "HU", "geonames_id": "5", "latitude": "47.6906", "longitude": "19.1342", "population": "14999"}
    assert asked.form == typed | known | {"place-text": "", "time_zone": "Europe/Budapest"}
    unknown = looked(typed | {"choose-place": "77"}, lambda: MADE)
    assert unknown is not None
    assert unknown.form["latitude"] == "1"
    found = looked({"place-text": "GÖD", "do": "enter"}, lambda: MADE)
    assert found is not None
    assert [place.name for place in found.found["place-text"] if isinstance(place, Place)] == ["Göd", "Goddard"]
