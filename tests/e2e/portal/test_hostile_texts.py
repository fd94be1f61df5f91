"""Every page with a hostile text in the place of each text that the services tell, and in every field of every form.

Markup stays what it is with a harmless text, and no page is wider than a telephone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
import pytest

from isopolity.portal.entrypoints.http.form_tokens import FIELD as FORM_TOKEN
from tests.support.access.hostile_texts import HARMLESS, HOSTILE
from tests.support.access.strangers import VISITORS, Network, network_of_strangers

pytestmark = pytest.mark.slow
TYPED = HOSTILE.replace("\0", "")[:180]
"""As long as names may be."""


@dataclass(slots=True)
class Markup(HTMLParser):
    """The elements of a page with the names of their attributes, and its forms with the names of their fields."""

    elements: list[tuple[str, ...]] = field(default_factory=list)
    forms: list[tuple[str, set[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *sorted(name for name, _ in attrs)))
        known = dict(attrs)
        if tag == "form" and known.get("method") == "post":
            self.forms.append((known.get("action") or "", set()))
        if tag in ("input", "textarea", "select", "button") and known.get("name") and self.forms:
            self.forms[-1][1].add(str(known["name"]))


def markup(answer: httpx.Response) -> Markup:
    """The markup of a page."""
    found = Markup()
    found.feed(answer.text)
    return found


def _does_something(element: tuple[str, ...]) -> bool:
    tag, *attributes = element
    return tag in ("script", "img") or any(name.startswith("on") for name in attributes)


def _unmarked(element: tuple[str, ...]) -> tuple[str, ...]:
    """The element without what names it as a wrong field."""
    return tuple(each for each in element if each not in ("aria-invalid", "aria-describedby"))


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with network_of_strangers(tmp_path_factory.mktemp("network")) as opened:
        yield opened


@pytest.mark.parametrize("visitor", VISITORS)
def test_what_strangers_tell_stays_text_on_every_page(network: Network, visitor: str) -> None:
    other = []
    for number, path in enumerate(network.pages()):
        network.switch["text"] = HARMLESS
        usual = network.ask("GET", path, visitor, number)
        network.switch["text"] = HOSTILE
        hostile = network.ask("GET", path, visitor, number)
        assert (path, hostile.status_code) == (path, usual.status_code)
        if "text/html" in hostile.headers.get("content-type", ""):
            other += [] if markup(hostile).elements == markup(usual).elements else [path]
        assert "a=b" not in hostile.headers.get("set-cookie", "")
    assert not other


@pytest.mark.parametrize("visitor", VISITORS)
def test_what_is_typed_into_any_field_stays_text(network: Network, visitor: str) -> None:
    network.switch["text"] = None
    typed, other = 0, []
    for number, path in enumerate(network.pages()):
        for action, fields in markup(network.ask("GET", path, visitor, number)).forms:
            answers = []
            for text in (HARMLESS, TYPED):
                kept = {FORM_TOKEN: network.known.form_token(visitor)} if FORM_TOKEN in fields else {}
                form = {**dict.fromkeys(fields, text), **kept}
                answers.append(network.ask("POST", action or path, visitor, 100 + typed, data=form))
                typed += 1
            assert all(answer.status_code < 500 for answer in answers), (action or path, answers)
            usual, hostile = answers
            assert hostile.status_code == usual.status_code or hostile.is_client_error, (action or path, hostile)
            more = set(markup(hostile).elements) - set(markup(usual).elements)
            if hostile.status_code == usual.status_code:  # some other field may be at fault, too
                new = set(map(_unmarked, more)) - set(map(_unmarked, markup(usual).elements))
                other += [(action or path, more)] if {tag for tag, *_ in new} - {"p", "span"} else []
            other += [(action or path, more)] if any(_does_something(each) for each in more) else []
    assert typed
    assert not other


def test_what_is_no_character_is_told_in_a_sentence(network: Network) -> None:
    answer = network.ask("POST", "/sign-in", "nobody", 500, data={"email": "a\0b"})
    assert answer.status_code == 422
    assert "what is no character" in answer.text


@pytest.mark.parametrize("visitor", ["nobody", "this member"])
def test_no_page_is_wider_than_a_telephone_whatever_strangers_tell(network: Network, visitor: str) -> None:
    network.switch["text"] = HOSTILE
    with network.looked_at(visitor) as page:
        assert network.too_wide(page) == []
        page.goto(f"{network.url}/cities/{network.known.ids['city_id']}")
        assert "WWW" in page.inner_text("h1"), "what strangers tell is there"
