"""Every page before axe: nothing serious, in both colour schemes, for who has signed in and for who has not."""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Page, Response

from isopolity.portal.entrypoints.http.app import PAGES
from tests.support.hosting.coordinators import proposed_cities, sign_in
from tests.support.hosting.looking import look_around_as, serious
from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.running_command import Running, isopolity
from tests.support.hosting.small_demo import SmallRun, up_again
from tests.support.registry.service import CITY, CONTACT
from tests.support.servers.browser import chromium

pytestmark = pytest.mark.slow
_MEMBERS = ("cities/{city_id}", "partners/{partner_id}")
NO_PAGE = {
    *(
        "/me/data",
        "/me/language",
        "/me/explore/file.{form}",
        "/me/partnerships/{partnership_id}",
        "/sign-out",
        "/sign-in/code",
        "/sign-in/app",
        "/sign-in/app/passkey",
        "/sign-in/passkey",
    ),
    "/join/{secret}/hand-in",
    "/operations/dead-letters/{service}/{topic}/{partition}/{offset}",
    "/operations/journey/{kind}/{id:path}",
    *("/operations/events/{topic}/{partition}/{offset}", "/operations/contracts/{type}"),
    *("/me/programmes/{programme_id}/open", "/me/programmes/{programme_id}/withdraw"),
    "/me/programmes/{programme_id}/take-back",
    "/me/handover/{handover_id}/end",
    "/me/contacts/changes/{change_id}",
    *(
        "/office/imports/{import_id}",
        "/office/imports/{import_id}/file",
        "/office/imports/done/{run_id}",
        "/office/imports/templates/{kind}",
        "/office/imports/exports/{kind}",
    ),
    *("/office/rounds/{round_id}/undo", "/office/rounds/{round_id}/discard"),
    "/office/members/acts",
    "/office/rounds/{round_id}/cancel",
    "/office/commissions/{country}/remove",
    *("/office/rounds/{round_id}/certificate", "/office/rounds/{round_id}/table/file", "/office/rounds/decisions"),
    *("/office/rounds/{round_id}/improve", "/office/rounds/{round_id}/undo-edit"),
    *("/office/handovers/cities/{city_id}/end", "/office/handovers/partners/{partner_id}/end"),
    "/office/members/cities/{city_id}/untie",
    *("/office/members/cities/{city_id}/return", "/office/members/partners/{partner_id}/return"),
    *(f"/office/members/{member}/partnerships/{{partnership_id}}/end" for member in _MEMBERS),
    "/office/members/partners/{partner_id}/proposals/{proposal_id}/take-back",
    "/office/members/partners/{partner_id}/telephone/{proposal_id}",
    "/office/members/partners/{partner_id}/contacts/{contact_id}",
}
"""A file, what an open programme has not, and what only forms or a sign-in of staff outside the demo lead to."""
HEAVIEST = 20_000
"""Bytes of a page as it is sent where it is compressed."""
HEAVIEST_PLAIN = 80_000
"""Bytes of a page that is sent as it is: one that no browser keeps."""


@pytest.fixture(scope="module")
def network(small_run: SmallRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running instance with a small demo network, in which staff has the draft of a round before it."""
    folder = tmp_path_factory.mktemp("network")
    with up_again(small_run, folder, ISOPOLITY_SENDING_POLICY="hold") as running:
        done = isopolity("round", "run", ISOPOLITY_URL=running.url, ISOPOLITY_DATA=str(running.data))
        assert done.returncode == 0, done.stderr
        ana = ("--name", "Ana", "--email", "ana@office.example", "--scope", "staff:endorse")
        added = isopolity("people", "add", *ana, ISOPOLITY_URL=running.url, ISOPOLITY_DATA=str(running.data))
        assert added.returncode == 0, added.stderr
        yield running


def ids(network: Running) -> dict[str, str]:
    """An id for each parameter of an address."""
    city_id, _ = proposed_cities(network)
    found = {"city_id": city_id, "member_kind": "city", "queue": "applications", "name": "isopolity.notify"}
    of_city = {"city": city_id}
    questions = (
        ("partner_id", "registry", "SELECT id FROM partners"),
        (
            "programme_id",
            "registry",
            "SELECT json_extract(document, '$.programmes[0].programme_id') FROM partners WHERE id = :partner_id",
        ),
        ("request_id", "registry", "SELECT id FROM requests ORDER BY city_id = :city DESC, status DESC"),
        ("contact_id", "registry", "SELECT id FROM contacts WHERE member_id = :city"),
        ("round_id", "matching", "SELECT round_id FROM drafts ORDER BY round_id DESC"),
        ("person_id", "registry", "SELECT id FROM people WHERE name = 'Ana'"),
        ("application_id", "registry", "SELECT id FROM applications"),
        ("proposal_id", "matching", "SELECT proposal_id FROM proposals WHERE :city IN (a_member_id, b_member_id)"),
    )
    for name, store, question in questions:
        with closing(sqlite3.connect(network.data / f"{store}.db")) as database:
            found[name] = str(database.execute(question, {**of_city, **found}).fetchone()[0])
    return {**found, "item": found["application_id"]}


def apply(network: Running) -> None:
    """Somebody applies for a city, so that staff has an application to look at."""
    body = CITY | {"name": "Newtown", "geonames_id": 990, "contact": CONTACT | {"email": "ines@newtown.example"}}
    httpx.post(f"{network.url}/registry/v1/cities", json=body, timeout=60).raise_for_status()


def secret_of_a_draft(network: Running, page: Page) -> str:
    """The secret of the link that somebody gets who wants to join."""
    wanted = {"member_kind": "city", "email": "ines@newtown.example"}
    httpx.post(f"{network.url}/registry/v1/drafts", json=wanted, timeout=60).raise_for_status()
    return mailed_link(network, wanted["email"], "join", page).rpartition("/")[2]


def is_heavy(answer: Response) -> bool:
    """Whether the page is too large; one with `no-store` is not compressed, see `compression.py` of the portal."""
    if "no-store" in answer.headers.get("cache-control", "no-store"):
        return len(answer.body()) > HEAVIEST_PLAIN
    return len(gzip.compress(answer.body())) > HEAVIEST


def leads_on(url: str, page: Page) -> bool:
    """Whether the address sends the page's visitor elsewhere, for instance to sign in. The page there is not rendered.

    Three of five visits are redirected, and Chromium takes longer to render a page than the portal to redirect.
    """
    return 300 <= page.request.get(url, max_redirects=0).status < 400


@pytest.mark.timeout(1500)  # it looks at a hundred pages, some of them as each visitor
def test_nothing_serious_on_any_page_and_none_is_heavy(network: Running) -> None:
    found: list[str] = []
    heavy: list[str] = []
    reached: set[str] = set()
    open_to_all: set[str] = set()
    with chromium() as browser:
        page = browser.new_page()
        apply(network)
        known = {**ids(network), "secret": secret_of_a_draft(network, page)}
        addresses = [route.path.format(**known) for route in PAGES if route.path not in NO_PAGE]
        mail = max(file.name for file in (network.data / "mailbox" / "new").iterdir())
        addresses += ["/no-such-page", "/look-around", "/mailbox", f"/mailbox/{mail}"]
        page.goto(network.link("look-around"))
        for visitor in ("nobody", "coordinator", "a foundation", "staff", "an operator"):
            if visitor == "coordinator":
                sign_in(page, network, known["city_id"])
            elif visitor != "nobody":
                look_around_as(visitor, page, network)
            is_seen = (
                open_to_all if visitor in ("a foundation", "staff", "an operator") else set[str]()
            )  # it shows them nothing else
            for address in addresses:
                if address in is_seen or leads_on(network.url + address, page):
                    continue
                answer = page.goto(network.url + address)
                assert answer is not None
                assert page.url == network.url + address
                heavy += [address] if is_heavy(answer) and not address.startswith("/mailbox/") else []  # a mail in it
                reached.add(address)
                found += serious(page)
            open_to_all |= reached if visitor == "nobody" else set()
    assert not found, "\n".join(found)
    assert not heavy, f"a page is at most 20 kB as it is sent, or 80 kB if it is not compressed: {heavy}"
    assert reached >= set(addresses), "each page was looked at, and not only one that it leads to"


def test_axe_finds_what_is_wrong() -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.set_content("<html lang='en'><title>T</title><main><h1>H</h1><img src='x.png'></main></html>")
        assert "alternative text" in serious(page)[0]
        pale = "@media (prefers-color-scheme: dark) { body { background: #111; color: #222 } }"
        page.set_content(f"<html lang='en'><title>T</title><style>{pale}</style><main><h1>Words</h1></main></html>")
        (found,) = serious(page)
        assert "(dark)" in found
        assert "contrast" in found
