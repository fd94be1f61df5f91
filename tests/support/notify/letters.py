"""Letters to write, from Turku to Medellín or back, and what a reader sees of one."""

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.application.letters import Correspondence, Letter

LINKS = SignedAnswerLinks(["k" * 32], "https://network.example/")


MakeCorrespondence = Callable[..., Correspondence]


class Shown(HTMLParser):
    """The text that a reader sees, and where links lead."""

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
