"""Letters to write, from Turku to Medellín or back, and the text of one as its reader sees it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

from hypothesis import strategies as st

from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import Message, to_bytes
from isopolity.notify.application.letters import Correspondence, Letter

LINKS = SignedAnswerLinks(["k" * 32], "https://network.example/")


MakeCorrespondence = Callable[..., Correspondence]


class Shown(HTMLParser):
    """Parses HTML into the text that a reader sees, and the addresses of links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._hidden += tag in ("style", "title")
        self.links += [value for name, value in attrs if name in ("href", "src") and value]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def parsed(letter: Letter) -> EmailMessage:
    return message_from_bytes(letter.content, policy=default)


def parts(letter: Letter) -> tuple[str, str]:
    """Plain text, with its lines joined, and HTML."""
    message = parsed(letter)
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return " ".join(str(plain.get_content()).split()), str(html.get_content())


encoded_words = st.sampled_from(
    [
        "=?x-unknown?q?abc?=",
        "=?utf-8?q?a=0D=0ABcc:_x@y?=",
        "=?utf-8?b?!?=",
        "=?",
        "?=",
        "=?=?",
        " ",
        '"',
        "\\",
        "<a@b>",
        "é",
    ]
)


characters = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


names = st.one_of(
    characters,
    st.lists(st.one_of(encoded_words, st.text(max_size=5, alphabet='ab ,;:@()<>.\\"é漢😀\u200d')), max_size=12).map(
        "".join
    ),
    st.text(alphabet="x漢é", min_size=60, max_size=300),
)


def written(subject: str = "", name: str = "", text: str = "", html: str = "") -> bytes:
    return to_bytes(
        Message(
            identifier="id@isopolity.example",
            sender=("Isopolity", "network@isopolity.example"),
            recipient=(name, "a@city.example"),
            subject=subject,
            date=datetime(2026, 11, 25, tzinfo=UTC),
            text=text,
            html=html,
        )
    )


def one_line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
