"""Stylesheet, typefaces and scripts: how they are kept, in how many round trips they come, and what is compressed."""

import re
from pathlib import Path

import httpx
import pytest

from isopolity.portal.adapters.templates import asset_version
from isopolity.portal.entrypoints.http import assets
from isopolity.portal.entrypoints.http.app import PAGES
from tests.support.portal.service import HOME, portal

STATIC = Path(assets.__file__).parents[2] / "static"
FACE = re.compile(r'@font-face { font-family: "([^"]+)"; font-weight: (\d+); (.+) }')


def faces() -> list[tuple[str, str, str]]:
    return FACE.findall((STATIC / "fonts.css").read_text())


async def test_one_stylesheet_holds_the_typefaces_and_the_rules() -> None:
    async with portal(HOME) as browser:
        home = await browser.get("/")
        (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', home.text)
        answer = await browser.get(address)
    assert answer.text == "".join((STATIC / f"{name}.css").read_text() for name in ("fonts", "style", "map"))
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


async def test_each_typeface_is_at_the_address_that_the_stylesheet_gives() -> None:
    addresses = {re.search(r'url\("([^"]+)"\)', rest)[1] for *_, rest in faces()}  # type: ignore[index]  # each has one
    async with portal(HOME) as browser:
        for address in addresses:
            answer = await browser.get(f"/static/{asset_version()}/{address}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, "font/woff2")
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.content[:4] == b"wOF2"
    assert {Path(address).name for address in addresses} == {each.name for each in STATIC.glob("fonts/*.woff2")}


def test_the_scripts_of_a_typeface_have_the_same_weights() -> None:
    """A browser chooses a weight first: a script that lacks it would be shown in another typeface."""
    weights: dict[str, list[str]] = {}
    for name, weight, rest in faces():
        assert "font-display: optional;" in rest
        weights.setdefault(name, []).append(weight)
    counts = {name: {weight: found.count(weight) for weight in found} for name, found in weights.items()}
    assert counts == {
        "Source Serif": {"600": 6},
        "Source Sans": {"400": 6, "600": 6},
        "Noto Arabic": {"400": 1, "600": 1},
    }


async def test_licences_of_the_typefaces_can_be_read() -> None:
    async with portal(HOME) as browser:
        text = await browser.get(f"/static/{asset_version()}/fonts/OFL-1.1.txt")
        others = await browser.get(f"/static/{asset_version()}/fonts/REUSE.toml")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text.text
    assert others.status_code == 404


async def test_what_caches_may_keep_is_compressed_for_those_who_read_it() -> None:
    async with portal(HOME) as browser:
        for path in ("/", f"/static/{asset_version()}/style.css"):
            packed, plain = [
                await browser.get(path, headers={"Accept-Encoding": kind}) for kind in ("gzip, br", "identity")
            ]
            assert packed.headers["content-encoding"] == "gzip"
            assert packed.headers["vary"] == plain.headers["vary"]
            assert packed.headers["vary"].endswith("Accept-Encoding")
            assert "content-encoding" not in plain.headers
            assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
            assert _without_time(packed) == _without_time(plain)
        head = await browser.head("/", headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, head.content) == (200, b"")


def _without_time(answer: httpx.Response) -> str:
    return re.sub(r"[0-9a-f]{16}", "", answer.text)


async def test_what_no_cache_may_keep_is_not_compressed() -> None:
    async with portal(HOME) as browser:
        answer = await browser.get("/sign-in/a-secret", headers={"Accept-Encoding": "gzip"})
    assert "no-store" in answer.headers["cache-control"]
    assert len(answer.content) > 1_000
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("route", [route for route in PAGES if "{secret}" in route.path], ids=lambda route: route.path)
async def test_no_page_whose_address_is_a_secret_is_compressed(route: object) -> None:
    path = re.sub(r"{\w+(:\w+)?}", "secret", route.path)  # type: ignore[attr-defined]  # a route
    async with portal(HOME) as browser:
        answer = await browser.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


async def test_search_engines_read_pages_and_lists_but_no_choices_from_them() -> None:
    async with portal(HOME) as browser:
        answer = await browser.get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == ["User-agent: *", "Disallow: /*?", "Allow: /*?cursor="]


async def test_a_page_says_what_it_is_and_fetches_the_typefaces_of_its_first_lines_at_once() -> None:
    async with portal(HOME) as browser:
        home = (await browser.get("/")).text
        faces = re.findall(r'<link rel="preload" href="([^"]+)" as="font" type="font/woff2" crossorigin>', home)
        assert [(await browser.get(face)).status_code for face in faces] == [200, 200]
    assert re.search(r'<meta name="description" content="\S[^"]{50,160}\S">', home)
