"""The mail box in the browser: the list of mails, and each mail in a sandboxed frame.

Invariant: a mail's own markup runs no script, loads nothing from elsewhere and cannot reach the page around it; a link
in it opens a page of its own.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from isopolity.command.pages.maildir import MailBox, MailSummary, content
from isopolity.command.pages.templating import page
from isopolity.contracts.codes import REGIONS

_PURPOSES: Final = ("proposal", "introduction", "closing", "ending", "confirmation", "draft", "sign-in")
_PAGE: Final = 50
SANDBOX: Final = "allow-popups allow-popups-to-escape-sandbox"
"""The rights of the frame that shows a mail: its links may open pages of their own, as in a mail program."""
_OWN_LINK: Final = re.compile(r'href="http://127\.0\.0\.1:\d+/(notify/answer|notify/confirm|join|sign-in)/')
_HEADERS: Final = {
    "Content-Security-Policy": (
        f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFacts:
    """Facts about a mail that the mail itself does not hold: its purpose, its member, the member on the other side."""

    purpose: str
    member_id: str
    member: str
    counterpart: str
    region: str


FactsSource = Callable[[], Awaitable[Mapping[str, MailFacts]]]
"""Returns the facts of all mails, by mail id."""

_NO_FACTS: Final = MailFacts(purpose="", member_id="", member="", counterpart="", region="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of the list."""

    mails: list[tuple[MailSummary, MailFacts]]
    total: int
    found: int
    member: str
    region: str
    purpose: str
    previous: str | None
    next: str | None

    @property
    def filtered(self) -> bool:
        return bool(self.member or self.region or self.purpose)


def routes(mail_box: MailBox, facts: FactsSource, *, demo: bool) -> list[BaseRoute]:
    """The routes under `/mailbox`."""

    def find(request: Request) -> MailSummary:
        mail = mail_box.find(request.path_params["mail_id"])
        if mail is None:
            raise HTTPException(404, "There is no such mail in the mail box.")
        return mail

    async def index(request: Request) -> Response:
        listing = select(mail_box.mails(), await facts(), request.query_params)
        return page("mailbox.html", here="mailbox", demo=demo, page=listing, regions=REGIONS, purposes=_PURPOSES)

    async def show(request: Request) -> Response:
        plain = request.query_params.get("as") == "text"
        return page("mail.html", here="mailbox", demo=demo, mail=find(request), plain=plain, sandbox=SANDBOX)

    async def html(request: Request) -> Response:
        return HTMLResponse(_led_here(content(find(request), "html"), request), headers=_HEADERS)

    async def text(request: Request) -> Response:
        return PlainTextResponse(content(find(request), "plain"), headers=_HEADERS)

    return [
        Route("/mailbox", index),
        Route("/mailbox/{mail_id}", show),
        Route("/mailbox/{mail_id}/html", html),
        Route("/mailbox/{mail_id}/text", text),
    ]


def select(mails: list[MailSummary], facts: Mapping[str, MailFacts], query: Mapping[str, str]) -> Listing:
    """The page of the list that `query` asks for by `member` (any words), `region`, `purpose` and `page`."""
    words = query.get("member", "").strip()
    region, purpose = query.get("region", ""), query.get("purpose", "")
    known = [(mail, facts.get(mail.mail_id, _NO_FACTS)) for mail in mails]
    found = [(mail, fact) for mail, fact in known if _fits(mail, fact, words, region, purpose)]
    number = int(query["page"]) if re.fullmatch("[0-9]{1,6}", query.get("page", "")) else 0

    def link(to: int) -> str | None:
        if not 0 <= to * _PAGE < max(len(found), 1) or to < 0:
            return None
        return "/mailbox?" + urlencode({"member": words, "region": region, "purpose": purpose, "page": to})

    return Listing(
        mails=found[number * _PAGE : (number + 1) * _PAGE],
        total=len(mails),
        found=len(found),
        member=words,
        region=region,
        purpose=purpose,
        previous=link(number - 1),
        next=link(number + 1),
    )


def _fits(mail: MailSummary, facts: MailFacts, words: str, region: str, purpose: str) -> bool:
    searched = f"{mail.recipient} {mail.address} {mail.subject} {facts.member} {facts.counterpart}".casefold()
    return (
        all(word in searched or word == facts.member_id for word in words.casefold().split())
        and region in ("", facts.region)
        and purpose in ("", facts.purpose)
    )


def _led_here(html: str, request: Request) -> str:
    """The HTML with its answer links leading to this instance, whatever port it had when the mail was written."""
    return _OWN_LINK.sub(rf'href="{str(request.base_url).rstrip("/")}/\1/', html)
