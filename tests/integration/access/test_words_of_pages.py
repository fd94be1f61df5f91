"""No page glues a link or a button to the word before or after it, or says twice what names of countries imply."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from isopolity.portal.entrypoints.http.app import PAGES
from tests.support.access.network import COOKIE, known_network
from tests.support.access.table import address
from tests.support.glued_text import INLINE

pytestmark = pytest.mark.slow
_LINKS: Final = {"a", "button"}
_UNREAD: Final = {"script", "style", "svg", "title", "textarea", "option"}


class _Words(HTMLParser):
    """Collects what stands on both sides of a link's edge where no space parts them."""

    def __init__(self) -> None:
        super().__init__()
        self.glued: list[str] = []
        self._before, self._edge, self._unread = "", "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        self._tag(tag, -1)

    def _tag(self, tag: str, opened: int) -> None:
        self._unread += opened if tag in _UNREAD else 0
        if tag in _LINKS:
            self._edge = tag
        elif tag not in INLINE:
            self._before, self._edge = "", ""

    def handle_data(self, data: str) -> None:
        if self._unread or not data:
            return
        before, after = self._before[-1:], data[:1]
        if self._edge and (before.isalnum() or before in set(".!?:;,")) and after.isalnum():
            self.glued.append(f"{self._before[-40:]}|{data[:40]}")
        self._before, self._edge = data, ""


@pytest.mark.parametrize(
    "visitor", ["this member", *(pytest.param(visitor, marks=pytest.mark.long) for visitor in ("staff", "operator"))]
)
async def test_no_page_glues_a_link_to_a_word_or_repeats_the_disclaimer(visitor: str, tmp_path: Path) -> None:
    found, read = set[str](), 0
    async with known_network(tmp_path) as known:
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": f"{COOKIE}={known.cookies[visitor]}"}
        paths = {address(route.path, known.ids) for route in PAGES if "GET" in (route.methods or ())}
        for number, path in enumerate(sorted(paths), 1):
            answer = await known.ask("GET", path, number, headers=headers)
            if answer.headers.get("content-type", "").startswith("text/html"):
                words = _Words()
                words.feed(answer.text)
                found |= {f"{path}: {each}" for each in words.glued}
                found |= {path} if answer.text.count('class="quiet disclaimer"') > 1 else set()
                read += answer.is_success
    assert read > 30
    assert found == set()
