"""A network whose services send texts of strangers, requested from outside its event loop and by a browser."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import Page

from isopolity.portal.entrypoints.http.app import PAGES
from tests.support.access.hostile_texts import strangers
from tests.support.access.network import COOKIE, Known, known_network
from tests.support.access.serving import served
from tests.support.access.table import address
from tests.support.servers.browser import chromium
from tests.support.servers.ports import free_port

VISITORS: Final = (
    "this member",
    "staff",
    "operator",
    *(pytest.param(visitor, marks=pytest.mark.long) for visitor in ("nobody", "its approver")),
)
"""For `parametrize`: the visitor who sees most of the pages, and those who see a few others."""
NARROW: Final = 360
"""Pixels of the narrowest telephone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The network; `switch` has the text that replaces all others, see `strangers`."""

    portal: BlockingPortal
    known: Known
    url: str
    switch: dict[str, str | None]

    def ask(self, method: str, path: str, visitor: str, number: int = 1, **options: Any) -> httpx.Response:
        """The answer to a visitor's browser."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        if visitor in self.known.cookies:
            headers["Cookie"] = f"{COOKIE}={self.known.cookies[visitor]}"
        return self.portal.call(lambda: self.known.ask(method, path, number, headers=headers, **options))

    def pages(self) -> list[str]:
        """The address of each page."""
        return [address(route.path, self.known.ids) for route in PAGES if "GET" in (route.methods or ())]

    @contextmanager
    def looked_at(self, visitor: str) -> Iterator[Page]:
        """A narrow window of the visitor's browser."""
        with chromium() as browser:
            page = browser.new_page(viewport={"width": NARROW, "height": 740})
            if visitor in self.known.cookies:
                page.context.add_cookies([{"name": COOKIE, "value": self.known.cookies[visitor], "url": self.url}])
            yield page

    def too_wide(self, page: Page) -> list[tuple[str, int]]:
        """The pages that do not fit into the window, with their widths."""
        found = []
        for path in self.pages():
            if not path.endswith(("/data", "/file")) and "/templates/" not in path:  # these are files
                page.goto(self.url + path)
                width = int(page.evaluate("document.documentElement.scrollWidth"))
                found += [] if width <= NARROW else [(path, width)]
        return found


@contextmanager
def network_of_strangers(folder: Path) -> Iterator[Network]:
    """The network in `folder`, served on a port of this machine."""
    url = f"http://127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        switch = stack.enter_context(strangers())
        portal = stack.enter_context(start_blocking_portal())
        known = stack.enter_context(portal.wrap_async_context_manager(known_network(folder, url)))
        stack.enter_context(portal.wrap_async_context_manager(served(known.network.app, url)))
        yield Network(portal=portal, known=known, url=url, switch=switch)
