"""Maps of pages: what a dot says and where it leads, what is drawn beside a city, and how large a page gets."""

import gzip
import re
from typing import Any

import pytest

from isopolity.portal.domain.maps.pictures import PLACES
from tests.support.portal.service import EMPTY, HOME, HOSTILE, NO_TIES, city, listed, portal

CARDS = 24


def place(latitude: float, longitude: float, name: str, city_id: str | None = None, count: int = 1) -> dict[str, Any]:
    ends = {"south": latitude - 1, "west": longitude - 1, "north": latitude + 1, "east": longitude + 1}
    about = {"name": name, "city_id": city_id, "count": count, "extent": ends if count > 1 else None}
    return {"latitude": latitude, "longitude": longitude} | about


def spread(count: int) -> dict[str, Any]:
    """Places all over the world, with names as long as most are."""
    places = [
        place(number * 7 % 120 - 50, number * 37 % 360 - 179, "São José dos Campos", count=number)
        for number in range(2, count + 2)
    ]
    placed = sum(each["count"] for each in places)
    return {"total": placed + 3, "placed": placed, "places": places}


def ties(count: int) -> dict[str, Any]:
    lines = [
        {"start": [number % 80 - 40, -number % 180], "end": [60, number % 150], "count": 2} for number in range(count)
    ]
    return {"total": 2 * count, "lines": lines}


def drawn(text: str) -> str:
    """The figure with the map, with single spaces."""
    return " ".join((text.partition('<figure class="map')[2].partition("</figure>")[0]).split())


def dots(text: str) -> list[tuple[str, str]]:
    """Address and name of each dot that leads somewhere."""
    found = re.findall(r'<a class="dot[^"]*" href="([^"]*)">.*?<text [^>]*>(.*?)</text>', drawn(text))
    return [(address.replace("&amp;", "&"), name) for address, name in found]


async def test_a_dot_says_whom_it_stands_for() -> None:
    places = [
        place(60.2, 24.7, HOSTILE, "espoo"),
        place(-89.0, 10, "Aarhus", count=2),
        place(10.0, 10, "Abuja", count=3),
    ]
    answers = {
        "/cities": listed(city()),
        "/cities/places": {"total": 1_007, "placed": 6, "places": places},
        "/twinnings/places": NO_TIES,
    }
    async with portal(answers) as browser:
        answer = await browser.get("/cities")
        text = " ".join(answer.text.split())
        chosen = " ".join((await browser.get("/cities?text=e")).text.split())
    names = {name for _, name in dots(answer.text)}
    assert "Aarhus and 1 other city" in names
    assert "Abuja and 2 other cities" in names
    assert len(names) == 3
    assert "&lt;script&gt;" in str(names)
    assert "1,007 cities take part." in text
    assert "1,007 cities fit." in chosen
    assert "The place of 1,001 is not known" in text
    assert "Map with 6 cities" in text
    assert drawn(text).count("<circle") == 3


async def test_a_dot_leads_to_its_city_or_to_the_part_of_the_map_with_its_cities() -> None:
    places = [place(-30, -60, "Rosario", "rosario"), place(48.2, 2.4, "Alençon", "a"), place(48.9, 2.3, "Paris", "b")]
    answers = {
        "/cities": listed(city()),
        "/cities/places": {"total": 3, "placed": 3, "places": places},
        "/twinnings/places": NO_TIES,
    }
    async with portal(HOME | answers) as browser:
        on_first_page = dots((await browser.get("/")).text)
        in_list = dots((await browser.get("/cities?need=sdg.4&text=a")).text)
    assert on_first_page == [
        ("/cities?within=48.2%2C2.3%2C49%2C2.5#map", "Alençon and 1 other city"),
        ("/cities/rosario", "Rosario"),
    ]
    assert in_list[0][0] == "/cities?text=a&need=sdg.4&within=48.2%2C2.3%2C49%2C2.5#map"


async def test_a_part_of_the_map_narrows_the_list_and_is_left_again() -> None:
    seen: list[Any] = []
    places = {"total": 2, "placed": 2, "places": [place(48.2, 2.4, "Alençon", "a"), place(48.9, 2.3, "Paris", "b")]}
    answers = {"/cities": listed(city()), "/cities/places": places, "/twinnings/places": NO_TIES}
    async with portal(answers, seen) as browser:
        text = (await browser.get("/cities?need=sdg.4&within=48.2,2.3,49,2.5")).text
    narrowed = [each.url.path for each in seen if each.url.params.get("within") == "48.2,2.3,49,2.5"]
    assert sorted(narrowed) == ["/registry/v1/cities", "/registry/v1/cities/places"]
    assert [address for address, _ in dots(text)] == ["/cities/a", "/cities/b"]
    assert 'href="/cities?need=sdg.4#map"' in drawn(text)
    assert '<input type="hidden" name="within" value="48.2,2.3,49,2.5">' in text
    assert "this part of the map" in text


async def test_the_first_page_shows_members() -> None:
    async with portal(HOME | {"/cities/places": spread(3)}) as browser:
        text = (await browser.get("/")).text
    assert drawn(text).count("<circle") == 3
    assert "imply no opinion" in drawn(text)


async def test_the_ties_of_a_dot_stand_with_it() -> None:
    places = [place(-30, -60, "Rosario", "rosario"), place(48.2, 2.4, "Alençon", "a"), place(-20, 130, "Alice", "c")]
    lines = [{"start": [48.2, 2.4], "end": [-30, -60], "count": 1}]
    answers = {
        "/cities/places": {"total": 3, "placed": 3, "places": places},
        "/twinnings/places": {"total": 1, "lines": lines},
    }
    async with portal(HOME | answers) as browser:
        text = drawn((await browser.get("/")).text)
    groups = {
        name: group for group in re.findall(r'<a class="dot.*?</a>', text) for name in re.findall(">(\\w*)</t", group)
    }
    arcs = {name: re.findall('class="arcs" d="([^"]*)"', group) for name, group in groups.items()}
    assert [len(arcs[name]) for name in ("Rosario", "Alençon", "Alice")] == [1, 1, 0]
    assert arcs["Rosario"] != arcs["Alençon"], "each begins at its own dot"


async def test_a_city_stands_among_those_that_it_is_tied_to() -> None:
    far = city(city_id="osan", name="Osan", latitude=37.1, longitude=127.1)
    answers = {
        "/cities/espoo": city(latitude=60.2, longitude=24.7),
        "/cities": listed(far, city(city_id="nowhere", name="Nowhere", latitude=None, longitude=None)),
        "/requests": EMPTY,
        "/twinnings": listed(
            {"city_a": "espoo", "city_b": "osan", "since": 1999},
            {"city_a": "espoo", "city_b": "nowhere", "since": None},
        ),
        "/partnerships": EMPTY,
    }
    async with portal(answers) as browser:
        text = (await browser.get("/cities/espoo")).text
    assert dots(text) == [("/cities/osan", "Osan")]
    assert drawn(text).count('class="arcs"') == 1
    assert '<g class="dot s2 own">' in drawn(text)
    assert "Map with Espoo and the cities that it works with" in drawn(text)


async def test_a_city_without_a_place_has_no_map() -> None:
    answers = {"/cities/espoo": city(latitude=None, longitude=None)} | dict.fromkeys(
        ("/requests", "/twinnings", "/partnerships"), EMPTY
    )
    async with portal(answers) as browser:
        assert drawn((await browser.get("/cities/espoo")).text) == ""


@pytest.mark.parametrize("count", [180, PLACES])
async def test_pages_stay_small_however_many_members_there_are(count: int) -> None:
    interest = {"subject": "cluster.entrepreneurship", "intensity": 3, "mode": "webinar", "valid_until": "2027-12-31"}
    one = city(name="Città metropolitana di Torino", needs=[interest] * 4, offers=[interest] * 4)
    answers = HOME | {
        "/cities": listed(*[one] * CARDS, following="c" * 80),
        "/cities/places": spread(count),
        "/twinnings/places": ties(PLACES),
    }
    async with portal(answers, is_local=True) as browser:
        for path in ("/", "/cities", "/cities?mode=webinar&language=fr&population_min=5&population_max=900000"):
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert len(gzip.compress(answer.content)) <= 20_000, path
            assert len(answer.content) <= 101_000, path
            assert " style=" not in answer.text
