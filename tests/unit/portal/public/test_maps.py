"""Maps: the projection, what is drawn, and how large a page gets."""

import gzip
from math import cos, pi, radians
from typing import Any

import pytest

from isopolity.portal.adapters.templates import environment
from isopolity.portal.domain.drawings import DOTS, HEIGHT, LAND_FROM, LINES, WIDTH, on_map
from tests.support.portal import HOME, HOSTILE, city, listed, portal

CARDS = 24


def spread(count: int, **changes: Any) -> dict[str, Any]:
    """Places all over the world, with names as long as most are."""
    places: list[dict[str, Any]] = [
        {"latitude": number * 7 % 120 - 50, "longitude": number * 37 % 360 - 180, "count": number, "city_id": None}
        | {"name": "São José dos Campos"}
        for number in range(1, count + 1)
    ]
    placed = sum(place["count"] for place in places)
    return {"total": placed + 3, "placed": placed, "places": places} | changes


def ties(count: int) -> dict[str, Any]:
    lines = [
        {"start": [number % 80 - 40, -number % 180], "end": [60, number % 150], "count": 1} for number in range(count)
    ]
    return {"total": count, "lines": lines}


def test_areas_keep_their_proportions() -> None:
    """A step of a degree each way has, on the map, the area that it has on the globe."""
    shares = []
    for latitude in (-50, -20, 0, 30, 60, 75):
        (left, top), (right, _) = on_map(latitude + 0.005, 20), on_map(latitude + 0.005, 20.01)
        bottom = on_map(latitude - 0.005, 20)[1]
        shares.append((right - left) * (bottom - top) / cos(radians(latitude)))
    assert max(shares) == pytest.approx(min(shares), rel=1e-3)
    radius = WIDTH / (2 * 2.706629984)  # half the width of the map of a sphere of radius 1, as published
    assert shares[0] == pytest.approx((radius * 0.01 * pi / 180) ** 2, rel=1e-3)


def test_the_map_is_symmetric_and_nothing_falls_off_it() -> None:
    assert on_map(0, -180)[0] == pytest.approx(0)
    assert on_map(0, 180)[0] == pytest.approx(WIDTH)
    assert on_map(30, 50)[0] + on_map(30, -50)[0] == pytest.approx(WIDTH)
    for latitude in (-90, LAND_FROM, 84, 90):
        x, y = on_map(latitude, 0)
        assert x == pytest.approx(WIDTH / 2)
        assert 0 <= y <= HEIGHT


def test_the_land_has_no_line_across_the_map() -> None:
    """An outline that is not cut where the map ends runs from one side to the other."""
    source = environment().get_template("land.svg").render()
    steps = source.partition('d="')[2].replace("-", " -").replace("z", " ").replace("M", " ").replace("l", " ").split()
    far = [step for step in steps if step.lstrip("-").isdigit() and abs(int(step)) > 900]
    assert len(steps) > 1_000
    assert all(int(step) > 0 for step in far), "only where an outline begins does a large number stand"


def _drawn(text: str) -> str:
    return text.partition('<figure class="map')[2].partition("</figure>")[0]


async def test_a_dot_says_whom_it_stands_for() -> None:
    places = [
        {"latitude": 60.2, "longitude": 24.7, "count": 1, "name": HOSTILE, "city_id": "espoo"},
        {"latitude": -89.0, "longitude": 10, "count": 2, "name": "Aarhus", "city_id": None},
        {"latitude": 10.0, "longitude": 10, "count": 3, "name": "Abuja", "city_id": None},
    ]
    answers = {"/cities": listed(city()), "/cities/places": {"total": 1_007, "placed": 6, "places": places}}
    async with portal(answers) as browser:
        text = " ".join((await browser.get("/cities")).text.split())
        chosen = " ".join((await browser.get("/cities?text=e")).text.split())
    assert "<title>&lt;script&gt;" in text
    assert "<title>Aarhus and 1 other city</title>" in text
    assert "<title>Abuja and 2 other cities</title>" in text
    assert "1,007 cities take part." in text
    assert "1,007 cities fit." in chosen
    assert "The place of 1,001 is not known" in text
    assert _drawn(text).count("<circle") == 3


async def test_the_first_page_shows_members() -> None:
    async with portal(HOME | {"/cities/places": spread(3)}) as browser:
        text = (await browser.get("/")).text
    assert _drawn(text).count("<circle") == 3


async def test_pages_stay_small_however_many_members_there_are() -> None:
    interest = {"subject": "cluster.entrepreneurship", "intensity": 3, "mode": "webinar", "valid_until": "2027-12-31"}
    one = city(name="Città metropolitana di Torino", needs=[interest] * 4, offers=[interest] * 4)
    answers = HOME | {
        "/cities": listed(*[one] * CARDS, following="c" * 80),
        "/cities/places": spread(DOTS),
        "/twinnings/places": ties(LINES),
    }
    async with portal(answers, is_local=True) as browser:
        for path in ("/", "/cities", "/cities?mode=webinar&language=fr&population_min=5&population_max=900000"):
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert len(gzip.compress(answer.content)) <= 20_000, path
            assert " style=" not in answer.text
