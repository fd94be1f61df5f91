"""Pictures of the main pages on the demo network: `python -m tests.support.hosting.screenshots` makes them again.

Each page at the widths of a desktop and a telephone, cut at the bottom, in few colours so that files stay small.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Final

import httpx
from PIL import Image
from playwright.sync_api import Page

from tests.support.hosting.coordinators import proposed_cities, say_yes, sign_in
from tests.support.hosting.looking import look_around_as
from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.running_command import ROOT, Running, isopolity, up
from tests.support.registry.drafts import STEPS
from tests.support.servers.browser import chromium

FOLDER: Final = ROOT / "docs" / "screenshots"
WIDTHS: Final = {"desk": 1280, "telephone": 390}
TALLEST: Final = 1_500
"""Pixels of a picture."""
_COLOURS: Final = 256
_OPEN: Final = {
    "home": "/",
    "cities": "/cities?need=cluster.literacy",
    "city": "/cities/{city_id}",
    "seeking": "/seeking",
    "join": "/join/{secret}/who",
}
"""Pages for everybody, by the names of their pictures."""
_OWN: Final = {
    "me": "/me",
    "proposal": "{proposal}",
    "suggestions": "/me/suggestions",
    "needs": "/me/profile/needs",
    "contacts": "/me/contacts",
}
"""Pages of a coordinator."""
_FOUNDATIONS: Final = {
    "programmes": "/me/programmes",
    "explore": "/me/explore",
    "budget": "{programme}/budget",
}
"""Pages of a foundation."""
_OFFICE: Final = {
    "office": "/office",
    "rounds": "/office/rounds",
    "draft": "{draft}",
    "pairs": "{draft}/pairs",
    "applications": "/office/applications",
    "members": "/office/members",
    "imports": "/office/imports",
    "people": "/office/people",
}
"""Pages of staff."""
_OPERATIONS: Final = {
    "flow": "/operations",
    "topics": "/operations/topics",
    "groups": "/operations/groups",
    "events": "/operations/events?topic=matching.proposal&topic=registry.city",
    "event": "{event}",
    "journey": "/operations/journey/member/{city_id}",
    "contracts": "/operations/contracts",
}
"""Pages of an operator."""
_GROUP: Final = "/operations/groups/isopolity.matching"
_REASON: Final = "Reason, kept in the audit"


def take_all(network: Running) -> None:
    """Take all pictures of a running demo network."""
    city_id, _ = proposed_cities(network)
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser, closing(browser.new_page()) as page:
        known = {"city_id": city_id, "secret": _secret_of_a_draft(network, page)}
        _take(network, page, _OPEN, known)
        page.set_viewport_size({"width": WIDTHS["desk"], "height": 900})
        sign_in(page, network, city_id)
        known["proposal"] = page.locator('a[href^="/proposals/"]').first.get_attribute("href") or ""
        _take(network, page, _OWN, known)
        page.goto(network.link("look-around"))
        look_around_as("a foundation", page, network)
        page.goto(f"{network.url}/me/programmes")
        found = [link.get_attribute("href") or "" for link in page.locator('main a[href^="/me/programmes/"]').all()]
        known["programme"] = next(link for link in found if not link.endswith("/new"))
        _take(network, page, _FOUNDATIONS, known)


def take_of_the_office(network: Running) -> None:
    """Take the pictures of staff, with an open draft."""
    with chromium() as browser, closing(browser.new_page()) as page:
        page.set_viewport_size({"width": WIDTHS["desk"], "height": 900})
        page.goto(network.link("look-around"))
        look_around_as("staff", page, network)
        page.goto(f"{network.url}/office/rounds")
        draft = page.locator('main a[href^="/office/rounds/"]:not([href$="/new"])').first.get_attribute("href") or ""
        _take(network, page, _OFFICE, {"draft": draft})


def take_of_a_commission(network: Running) -> None:
    """Take the pictures of the list of National Commissions, and of a commission's page behind its mailed link."""
    with chromium() as browser, closing(browser.new_page()) as page:
        page.set_viewport_size({"width": WIDTHS["desk"], "height": 900})
        _apply(network, page)
        page.goto(network.link("look-around"))
        look_around_as("staff", page, network)
        page.goto(f"{network.url}/office/commissions")
        page.get_by_label("Country").select_option("Portugal")
        page.get_by_label("Name, as used in our mails").fill("National Commission of Portugal")
        page.get_by_label("E-mail address").fill("natcom@portugal.example")
        page.get_by_role("button", name="Add").click()
        page.goto(f"{network.url}/office/applications")
        page.get_by_label("Choose Vila Nova").check()
        page.get_by_role("button", name="Ask the National Commissions").click()
        link = mailed_link(network, "natcom@portugal.example", "commission", page)
        _take(network, page, {"commissions": "/office/commissions", "consultation": link.removeprefix(network.url)}, {})


def take_of_the_console(network: Running) -> None:
    """Take the pictures of an operator, once each service has sampled its streams and two cities have said yes."""
    cities = proposed_cities(network)
    with chromium() as browser:
        for city_id in cities:
            with closing(browser.new_page()) as page:
                sign_in(page, network, city_id)
                say_yes(page)
        with closing(browser.new_page()) as page:
            page.goto(network.link("look-around"))
            look_around_as("an operator", page, network)
            page.get_by_text("The canary came through").first.wait_for(timeout=60_000)
            page.wait_for_timeout(12_000)  # samples are taken every ten seconds
            page.goto(network.url + _OPERATIONS["events"])
            event = page.locator("#events a").first.get_attribute("href") or ""
            _take(network, page, _OPERATIONS, {"city_id": cities[0], "event": event})
            _skip_events(network, page, cities)
            page.goto(f"{network.url}/operations/dead-letters")
            for box in page.get_by_role("checkbox").all():
                box.check()
            page.get_by_role("button", name="Try without sending").click()
            page.get_by_text("Nothing has been done yet.").wait_for()
            _take_as_it_is(page, "dead-letters")
            page.get_by_role("link", name="Look at it").first.click()
            page.get_by_role("heading", name="Dead letter").wait_for()
            _take_as_it_is(page, "dead-letter")


def _skip_events(network: Running, page: Page, cities: Sequence[str]) -> None:
    """Let a paused group skip the republished states of these cities, which so become dead letters."""
    page.goto(network.url + _GROUP)
    page.get_by_label(_REASON).fill("a release is rolled back")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(5_000)  # its process reads the switch every three seconds
    for city_id in cities:
        told = ("isopolity.registry.city", city_id, "--reason", "for a picture", "--url", network.url)
        done = isopolity("dead-letters", "republish", *told, "--data", str(network.data))
        assert done.returncode == 0, done.stderr
    page.wait_for_timeout(15_000)  # samples are taken every ten seconds
    page.goto(network.url + _GROUP)
    page.get_by_label("Topic").select_option("isopolity.registry.city")
    page.get_by_label("after the last event").check()
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("Nothing has been done yet.").wait_for()
    _take_as_it_is(page, "reset")
    page.get_by_label("To confirm, type the name of the group").fill("isopolity.matching")
    page.get_by_label(_REASON).last.fill("for a picture")
    page.get_by_role("button", name="Move").click()
    page.get_by_text("The group is moved.").wait_for()


def _take_as_it_is(page: Page, name: str) -> None:
    """Take pictures of the present page."""
    for device, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        _shoot(page, name, device)


def _take(network: Running, page: Page, addresses: Mapping[str, str], known: Mapping[str, str]) -> None:
    for device, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        for name, address in addresses.items():
            page.goto(network.url + address.format(**known))
            page.reload()  # a typeface that came late is shown from the second view on
            _shoot(page, name, device)


def _shoot(page: Page, name: str, device: str) -> None:
    tall = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
    picture = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTHS[device], "height": tall})
    _write(picture, FOLDER / f"{name}-{device}.png")


def _write(picture: bytes, path: Path) -> None:
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGB").quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            path, optimize=True
        )


def _apply(network: Running, page: Page) -> None:
    """A city of Portugal applies."""
    secret, drafts = _secret_of_a_draft(network, page, "rita@vila-nova.example"), f"{network.url}/registry/v1/drafts"
    version = httpx.post(f"{drafts}/open", json={"secret": secret}).raise_for_status().json()["version"]
    for step, fields in STEPS.items():
        saved = {"secret": secret, "step": step, "fields": fields, "version": version}
        version = httpx.post(f"{drafts}/save", json=saved).raise_for_status().json()["version"]
    httpx.post(f"{drafts}/hand-in", json={"secret": secret, "version": version}).raise_for_status()


def _secret_of_a_draft(network: Running, page: Page, email: str = "ines@newtown.example") -> str:
    wanted = {"member_kind": "city", "email": email}
    httpx.post(f"{network.url}/registry/v1/drafts", json=wanted).raise_for_status()
    return mailed_link(network, wanted["email"], "join", page).rpartition("/")[2]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as data, up(Path(data)) as running:
        take_all(running)
    with tempfile.TemporaryDirectory() as data, up(Path(data)) as running:  # a mailed link signs in once
        take_of_the_console(running)
    with tempfile.TemporaryDirectory() as data, up(Path(data), ISOPOLITY_SENDING_POLICY="hold") as running:
        take_of_the_office(running)
        take_of_a_commission(running)
    sys.stdout.write(f"{len(list(FOLDER.iterdir()))} pictures in {FOLDER}\n")
