"""Every page in a language that nobody speaks: no text is left in English, and from right to left nothing overflows."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from tests.support.access.strangers import VISITORS, Network, network_of_strangers
from tests.support.pseudo_locale import CLOSING, OPENING, pseudo_locale

pytestmark = pytest.mark.slow
DATA = "٣"
"""In the place of each text that a service tells."""
NAMES = {
    "isopolity", "csv", "xlsx", "utc", "eur", "openapi", "registry", "matching", "notify", "network", "example",
    "office", "com", "org", "http", "https",
}  # fmt: skip
"""Latin words that are the same in each language."""
TOLD = {"the", "of", "town", "somebody"}
"""Words of the office's name, which is a setting, and of the accounts, which a session keeps from its beginning."""
CODES = {"hif", "wni", "zdj"}
"""Of languages that have no name in Arabic."""
SHOWN = ("aria-label", "placeholder", "title", "alt")


class Words(HTMLParser):
    """The texts of a page that people read or hear, but for those that stay as they are in each language."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._staying: list[str] = []
        """The element with `translate="no"` that is open, and those of its kind in it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value or "" for name, value in attrs if name in SHOWN]
        if tag in self._staying or ("translate", "no") in attrs:
            self._staying.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._staying:
            self._staying.pop()

    def handle_data(self, data: str) -> None:
        if not self._staying:
            self.texts.append(data)


def left_in_english(html: str) -> list[str]:
    """Latin words of the page that stand in no translated text."""
    words = Words()
    words.feed(html)
    whole = "\n".join(words.texts)
    inner = re.compile(f"{OPENING}[^{OPENING}{CLOSING}]*{CLOSING}")
    while inner.search(whole):
        whole = inner.sub(" ", whole)
    whole = re.sub(r"\S+@\S+|\S*/\S+", " ", whole)
    return [word for word in re.findall(r"[A-Za-z]{2,}", whole) if word.lower() not in NAMES | TOLD | CODES]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with (
        pseudo_locale(tmp_path_factory.mktemp("locale")),
        network_of_strangers(tmp_path_factory.mktemp("network")) as opened,
    ):
        opened.switch["text"] = DATA
        yield opened


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_text_of_every_page_is_translated(network: Network, visitor: str) -> None:
    left = {}
    for number, path in enumerate((*network.pages(), "/no-such-page")):
        answer = network.ask("GET", path, visitor, number)
        assert answer.status_code < 500, path
        if "text/html" in answer.headers.get("content-type", ""):
            assert 'lang="ar" dir="rtl"' in answer.text
            if found := left_in_english(answer.text):
                left[path] = found
    assert not left


def test_a_text_that_is_not_translated_is_found() -> None:
    assert left_in_english(f"<p>{OPENING}one {OPENING}two{CLOSING}{CLOSING} three <a title='four'>5</a>") == [
        "three",
        "four",
    ]


@pytest.mark.parametrize("visitor", ["nobody", "this member"])
def test_from_right_to_left_no_page_is_wider_than_a_telephone(network: Network, visitor: str) -> None:
    with network.looked_at(visitor) as page:
        assert network.too_wide(page) == []
        assert page.evaluate("getComputedStyle(document.querySelector('main')).direction") == "rtl"
