"""Somebody uses the maps: points at a dot, opens one of several cities, enlarges, and does all this by keyboard."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.hosting.running_command import Running
from tests.support.servers.browser import TELEPHONE, chromium

pytestmark = pytest.mark.slow
OF_SEVERAL = re.compile(r"and \d+ other cit")
LIBRARY = "panzoom"


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a browser that allows no script but those of the page's policy, and complains of nothing."""
    said: list[str] = []
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        yield opened
    assert not said


def first_of_several(page: Page) -> Locator:
    """The dot of the most cities."""
    return page.locator(".map a.dot").filter(has_text=OF_SEVERAL).first


def point_at(page: Page, dot: Locator) -> None:
    """Move the pointer to the middle of a dot."""
    reach = box(dot.locator(".reach"))
    page.mouse.move(reach["x"] + reach["width"] / 2, reach["y"] + reach["height"] / 2)


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait until `is_so` holds, at most a minute."""
    for _ in range(600):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.url)


def box(found: Locator) -> dict[str, float]:
    """Where an element stands on the screen."""
    x, y, width, height = found.evaluate("each => Object.values(each.getBoundingClientRect().toJSON()).slice(0, 4)")
    return {"x": x, "y": y, "width": width, "height": height}


def is_inside(inner: dict[str, float], outer: dict[str, float]) -> bool:
    """Whether the middle of the inner box lies in the outer one."""
    x, y = inner["x"] + inner["width"] / 2, inner["y"] + inner["height"] / 2
    return 0 <= x - outer["x"] <= outer["width"] and 0 <= y - outer["y"] <= outer["height"]


def zoom(page: Page) -> float:
    """How many times the map is enlarged."""
    return float(page.locator(".map svg").evaluate("each => getComputedStyle(each).getPropertyValue('--zoom')"))


def test_a_dot_tells_its_name_and_ties_when_it_is_pointed_at(network: Running, page: Page) -> None:
    page.goto(network.url)
    tied = page.locator(".map a.dot:has(.arcs)").first
    name, arcs = tied.locator("text"), tied.locator(".arcs")
    expect(name).to_have_css("opacity", "0")
    expect(arcs).to_have_css("visibility", "hidden")
    point_at(page, tied)
    expect(name).to_have_css("opacity", "1")
    expect(arcs).to_have_css("visibility", "visible")
    expect(tied.locator(".reach")).to_have_css("fill", "none")
    assert page.locator(".map .arcs").count() > 1, "others have ties, too"
    seen = page.locator(".map .arcs").evaluate_all("all => all.map(each => getComputedStyle(each).visibility)")
    assert seen.count("visible") == 1, "of what is pointed at, and of nothing else"


def test_a_dot_of_several_cities_opens_until_each_city_is_a_dot(network: Running, page: Page) -> None:
    page.goto(network.url)
    for _ in range(8):
        dot = first_of_several(page)
        if dot.count() == 0:
            break
        stands_for = int(re.findall(r"\d+", dot.text_content() or "")[-1]) + 1
        dot.dispatch_event("click")
        page.wait_for_url(re.compile(r"/cities\?within="))
        page.wait_for_load_state()
        assert page.locator("#found .count").inner_text().split()[0] == str(stands_for)
    names = page.locator(".map a.dot text").all_text_contents()
    assert names
    assert not [name for name in names if OF_SEVERAL.search(name)]
    assert set(names) <= set(page.locator("#found .cards h2").all_text_contents())
    page.get_by_role("link", name="Show the whole map").click()
    page.wait_for_load_state()
    assert "within" not in page.url


def test_choices_act_on_the_part_of_the_map_that_is_open(network: Running, page: Page) -> None:
    page.goto(f"{network.url}/cities")
    first_of_several(page).dispatch_event("click")
    page.wait_for_url(re.compile("within="))
    name = page.locator("#found .cards h2").nth(1).inner_text()
    page.get_by_label("Name", exact=True).fill(name)
    expect(page.get_by_role("status")).to_have_text("1 city fits.")
    expect(page).to_have_url(re.compile("within=.*text=|text=.*within="))
    expect(page.locator("#found .map a.dot text")).to_have_text([name])


def test_the_library_is_fetched_when_a_map_is_used_and_the_map_is_enlarged_and_moved(
    network: Running, page: Page
) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(network.url)
    page.wait_for_load_state("networkidle")
    assert not [each for each in fetched if LIBRARY in each]
    picture, pane = page.locator(".map svg"), page.locator(".map-window")
    before = box(picture)
    page.get_by_role("button", name="Enlarge the map").click()
    until(page, lambda: box(picture)["width"] > 1.5 * before["width"])
    assert [each for each in fetched if LIBRARY in each]
    enlarged, corner = box(picture), box(pane)
    assert corner["width"] == before["width"]
    page.mouse.move(corner["x"] + 40, corner["y"] + 40)
    page.mouse.down()
    page.mouse.move(corner["x"] + 80, corner["y"] + 60, steps=4)
    page.mouse.up()
    until(page, lambda: box(picture)["x"] > enlarged["x"] + 10)
    assert page.url.rstrip("/") == network.url.rstrip("/"), "pulling follows no link"
    page.get_by_role("button", name="Make the map smaller").click()
    until(page, lambda: box(picture)["width"] < before["width"] + 1)


def test_the_map_is_passed_over_or_used_by_keyboard(network: Running, page: Page) -> None:
    page.goto(f"{network.url}/cities")
    skip = page.get_by_role("link", name="Skip the map")
    skip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#past-map")).to_be_focused()
    skip.focus()
    page.keyboard.press("Tab")
    first = page.locator(".map a.dot").first
    expect(first).to_be_focused()
    expect(first.locator("text")).to_have_css("opacity", "1")
    page.keyboard.press("+")
    until(page, lambda: zoom(page) > 1.5)
    for _ in range(page.locator(".map a.dot").count() - 1):
        page.keyboard.press("Tab")
        focused = page.locator(".map a.dot:focus")
        until(page, lambda: is_inside(box(focused.locator(".point")), box(page.locator(".map-window"))))  # noqa: B023
    page.keyboard.press("0")
    until(page, lambda: zoom(page) < 1.01)
    href = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(href.partition("?")[0])))


def test_without_a_script_maps_are_pictures_whose_dots_lead_on(network: Running) -> None:
    with chromium() as browser:
        page = browser.new_page(**TELEPHONE)
        page.goto(network.url)
        expect(page.get_by_role("button", name="Enlarge the map")).to_have_count(0)
        expect(page.get_by_role("figure", name=re.compile(r"Map with \d+ cities"))).to_be_visible()
        first_of_several(page).dispatch_event("click")
        page.wait_for_url(re.compile(r"/cities\?within=.*#map"))
        city = page.locator("#found .cards h2 a").first
        name = city.inner_text()
        city.click()
        page.wait_for_load_state()
        expect(page.get_by_role("figure", name=f"Map with {name} and the cities that it works with")).to_be_visible()
