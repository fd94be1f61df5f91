"""Maps: the projection, the parts of the map, what is put together, arcs, names, and the land."""

from math import cos, pi, radians

import pytest

from isopolity.portal.adapters.land import land_in
from isopolity.portal.adapters.templates import environment
from isopolity.portal.domain.maps.groups import Located, cell_of, grouped, side_for
from isopolity.portal.domain.maps.names import labels
from isopolity.portal.domain.maps.pictures import DOTS, Neighbour, Places, picture_of, picture_with_twins
from isopolity.portal.domain.maps.projection import HEIGHT, LAND_FROM, WIDTH, on_map
from isopolity.portal.domain.maps.ties import arc, arcs_of
from isopolity.portal.domain.maps.windows import WHOLE, window_around


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


@pytest.mark.parametrize("places", [[(36, -9), (60, 30)], [(37, 127), (37.5, 127.2)], [(-41, 175)], [(-15, -179)]])
def test_a_window_holds_its_places_and_stays_on_the_map(places: list[tuple[float, float]]) -> None:
    window = window_around(places, least=5)
    assert window.x >= 0
    assert window.x + window.width <= WIDTH + 0.01
    assert window.y >= 0
    assert window.y + window.height <= HEIGHT + 0.01
    for place in places:
        x, y = window.shown(*place)
        assert 0 <= x <= WIDTH
        assert 0 <= y <= window.picture_height


def test_what_lies_far_apart_is_shown_on_the_whole_map() -> None:
    assert window_around([(40, -120), (-30, 150)], least=5) is WHOLE
    assert window_around([], least=5) is WHOLE


@pytest.mark.parametrize("places", [[(36, -9), (60, 30)], [(-10, 110), (-44, 179)]])
def test_the_land_of_a_part_lies_in_its_picture(places: list[tuple[float, float]]) -> None:
    window = window_around(places, least=5)
    for outline in land_in(window).split("M")[1:]:
        start, _, steps = outline.rstrip("z").partition("l")
        numbers = [int(each) for each in steps.replace("-", " -").split()]
        x, y = map(int, start.split())
        for step_x, step_y in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + step_x, y + step_y
            assert -10 <= x <= WIDTH + 10
            assert -10 <= y <= window.picture_height + 10
    assert land_in(window_around([(0, -30)], least=5)) == "", "the sea"


def at(latitude: float, longitude: float, name: str = "City") -> Located:
    return Located(latitude=latitude, longitude=longitude, count=1, name=name, city_id=name.casefold())


def test_no_city_is_lost_when_cities_are_put_together() -> None:
    places = [at(number * 7 % 179 - 89, number * 37 % 360 - 180, f"C{number:03}") for number in range(500)]
    for side in (0, 2, 20, 180, 300):
        groups = grouped(places, side)
        assert sum(group.count for group in groups) == len(places)
        assert [group.count for group in groups] == sorted((group.count for group in groups), reverse=True)
        assert all((group.city_id is None) == (group.within is not None) == (group.count > 1) for group in groups)


@pytest.mark.parametrize("side", [2, 5, 20, 180])
def test_the_bounds_of_a_group_hold_its_cities_and_no_others(side: int) -> None:
    places = [at(number * 0.37 % 179 - 89, number * 1.13 % 360 - 180, f"C{number:03}") for number in range(400)]
    places += [at(90, 180, "Pole"), at(-90, -180, "Other pole"), at(90, 179.99, "Near"), at(-90, -179.99, "Far")]
    for group in grouped(places, side):
        if group.within is None:
            continue
        south, west, north, east = map(float, group.within.split(","))
        inside = [
            place
            for place in places
            if south <= place.latitude
            and west <= place.longitude
            and (place.latitude < north or north == 90)
            and (place.longitude < east or east == 180)
        ]
        assert inside == list(group.members)


def test_a_group_has_the_name_that_comes_first_in_the_list() -> None:
    (group,) = grouped([at(51.7, 5.3, "'s-Hertogenbosch"), at(51.8, 5.8, "Nijmegen"), at(51.9, 5.9, "Ärnhem")], 180)
    assert group.name == "Ärnhem"


def test_the_corners_of_the_world_lie_in_the_outer_cells() -> None:
    assert cell_of(-90, -180, 180) == (0, 0)
    assert cell_of(90, 180, 180) == (9, 19)


def test_cells_suit_the_width_of_the_picture() -> None:
    assert [side_for(degrees) for degrees in (360, 60, 20, 1.8)] == [180, 40, 10, 0]


def test_a_picture_has_few_dots_and_the_smallest_window() -> None:
    near = [at(48 + number / 400, 2 + number / 300, f"C{number:03}") for number in range(300)]
    picture = picture_of(Places(places=near, total=300, placed=300), opened=lambda within: f"/?{within}")
    assert 1 < len(picture.dots) <= DOTS
    assert sum(dot.count for dot in picture.dots) == 300
    assert picture.window.width < 20
    assert all(dot.href for dot in picture.dots)


def test_cities_that_a_dot_stands_for_come_apart_where_it_leads() -> None:
    """Whoever follows dots of several cities comes to each city."""
    places = [at(48 + number % 20 / 7, 2 + number / 30, f"C{number:03}") for number in range(200)]

    def cities_below(inside: list[Located], depth: int) -> int:
        assert depth < 6, "a dot that does not open"
        found = Places(places=inside, total=len(inside), placed=len(inside))
        picture = picture_of(found, opened=str)
        count = 0
        for dot in picture.dots:
            if dot.count == 1:
                count += 1
                continue
            south, west, north, east = map(float, str(dot.href).split(","))
            part = [each for each in inside if south <= each.latitude < north and west <= each.longitude < east]
            assert len(part) == dot.count
            count += cities_below(part, depth + 1)
        return count

    assert cities_below(places, 0) == len(places)


class Tie:
    def __init__(self, start: tuple[float, float], end: tuple[float, float], count: int = 1) -> None:
        self.start, self.end, self.count = start, end, count


def test_an_arc_looks_the_same_from_both_ends() -> None:
    def middle(path: str) -> tuple[float, float]:
        start, _, curve = path[1:].partition("q")
        (x, y), (cx, cy, _, _) = map(float, start.split()), map(float, curve.split())
        return x + cx, y + cy

    one, other = (100.0, 200.0), (500.0, 120.0)
    assert middle(arc(one, other)) == middle(arc(other, one))
    assert middle(arc(one, other))[1] < 160, "it swings to the north"


def test_ties_belong_to_the_dot_with_their_city_or_their_cell() -> None:
    groups = grouped([at(48, 2, "Paris"), at(49, 3, "Reims"), at(-30, -60, "Rosario"), at(30, 120, "Other")], 180)
    names = [group.name for group in groups]
    single = [Tie((48, 2), (-30, -60)), Tie((49, 3), (48, 2)), Tie((1, 1), (2, 2))]
    arcs = dict(zip(names, arcs_of(groups, single, WHOLE, 180), strict=True))
    assert [arcs[name].lines.count("q") for name in ("Paris", "Rosario", "Other")] == [1, 1, 0]
    several = [Tie((51, 9), (-33, -57), 7)]  # the middles of cells of 6 degrees
    assert all(not each.lines for each in arcs_of(grouped([at(51, 9)], 20), several, WHOLE, 20)), (
        "they say of none whose"
    )
    arcs = dict(zip(names, arcs_of(groups, several, WHOLE, 180), strict=True))
    assert [arcs[name].lines.count("q") for name in ("Paris", "Rosario", "Other")] == [1, 1, 0]


def test_names_that_stand_cover_no_dot_and_no_other_name() -> None:
    points = [(100.0, 100.0), (110.0, 104.0), (500.0, 200.0), (980.0, 300.0)]
    found = labels(points, ["One", "Two", "Three", "A long name of a city"], text=21, height=437, most=40)
    assert [label.stands for label in found] == [True, True, True, True]
    assert [label.side for label in found] == ["before", "after", "after", "before"]
    assert not any(label.stands for label in labels(points, ["A"] * 4, text=21, height=437, most=3))


def test_a_name_that_is_asked_for_stays_within_a_narrow_picture() -> None:
    long = "'s-Hertogenbosch and 53 other cities"
    for x in (5.0, 300.0, 500.0, 700.0, 995.0):
        (label,) = labels([(x, 20.0)], [long], text=21, height=437, most=0)
        width = len(long) * 38 * 0.5
        left = {"after": label.x, "before": label.x - width}.get(label.side, label.x - width / 2)
        assert left >= 0
        assert left + width <= WIDTH


def test_a_city_is_drawn_above_its_twins_and_each_has_its_arc() -> None:
    own = Neighbour(name="Espoo", href=None, latitude=60.2, longitude=24.7, kind="own")
    twin = Neighbour(name="Osan", href="/cities/osan", latitude=37.1, longitude=127.1, kind="twin")
    ally = Neighbour(name="Cork", href="/cities/cork", latitude=51.9, longitude=-8.5, kind="ally")
    picture = picture_with_twins(own, [twin, ally])
    assert [(dot.name, dot.kind, bool(dot.arcs.lines)) for dot in picture.dots] == [
        ("Osan", "twin", True),
        ("Cork", "ally", True),
        ("Espoo", "own", False),
    ]
    assert all(dot.label.stands for dot in picture.dots)
    alone = picture_with_twins(own, [])
    assert [dot.name for dot in alone.dots] == ["Espoo"]
    assert not alone.window.is_whole
