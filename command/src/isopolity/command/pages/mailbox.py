"""The mail box in the browser: the list of mails, and each mail in a sandboxed frame.

Invariant: a mail's own markup runs no script, loads nothing from elsewhere and cannot reach the page around it; a link
in it opens a page of its own. A page of the list reads only the files that it lists, and, in a search for a person,
those that the ledger lacks.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from isopolity.command.pages.guards import Key
from isopolity.identity.folded_text import fold
from isopolity.machine.maildir import MailBox, MailSummary, content, mail_id_in
from isopolity.portal.shell import Selection, foreign_page

_FOLDER: Final = Path(__file__).parent / "templates"
_CHOICES: Final = ("text", "purpose", "region")
_PAGE: Final = 50
SANDBOX: Final = "allow-popups allow-popups-to-escape-sandbox"
"""The rights of the frame that shows a mail: its links may open pages of their own, as in a mail program."""
_OWN_LINK: Final = re.compile(r'href="http://127\.0\.0\.1:\d+/')
_HEADERS: Final = {
    "Content-Security-Policy": (
        f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFacts:
    """Facts about a mail that are not in the mail itself; empty if the ledger has none."""

    purpose: str
    member: str = ""
    member_id: str = ""
    member_kind: str = ""
    region: str = ""
    searched: str = ""
    """The folded text by which its receiver is found; empty if only the mail has it."""


class Ledger(Protocol):
    """Knows the facts of mails."""

    async def __call__(self, mail_ids: Sequence[str] | None = None) -> Mapping[str, MailFacts]:
        """The facts of these mails by mail id; None: of all mails."""


_NO_FACTS: Final = MailFacts(purpose="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of the list, the latest mail first, and the addresses of the pages around it."""

    mails: Sequence[tuple[MailSummary, MailFacts]]
    total: int
    found: int
    after: str | None
    before: str | None


def routes(mail_box: MailBox, ledger: Ledger, purposes: Sequence[str], key: Key) -> list[Route]:
    """The routes under `/mailbox`."""

    def find(request: Request) -> MailSummary:
        mail = mail_box.read(request.path_params["name"])
        if mail is None:
            raise HTTPException(404)
        return mail

    async def index(request: Request) -> Response:
        selection = Selection.of("/mailbox", request.query_params, _CHOICES)
        listing = await list_mails(mail_box, ledger, selection, request.query_params)
        return foreign_page(request, _FOLDER, "mailbox.html", listing=listing, selection=selection, purposes=purposes)

    async def show(request: Request) -> Response:
        plain = request.query_params.get("as") == "text"
        return foreign_page(
            request, _FOLDER, "mail.html", frames=True, mail=find(request), plain=plain, sandbox=SANDBOX
        )

    async def html(request: Request) -> Response:
        return HTMLResponse(_led_here(content(find(request), "html"), request), headers=_HEADERS)

    async def text(request: Request) -> Response:
        return PlainTextResponse(content(find(request), "plain"), headers=_HEADERS)

    return [
        Route("/mailbox", key.opening(index)),
        Route("/mailbox/{name}", key.opening(show)),
        Route("/mailbox/{name}/html", key.opening(html)),
        Route("/mailbox/{name}/text", key.opening(text)),
    ]


async def list_mails(mail_box: MailBox, ledger: Ledger, selection: Selection, place: Mapping[str, str]) -> Listing:
    """The mails that fit `selection` next `before` or `after` the file that `place` names; else the latest."""
    names = await asyncio.to_thread(mail_box.names)
    fitting = names
    if selection.chosen:
        facts = await ledger()
        fitting = await asyncio.to_thread(lambda: list(_fitting(mail_box, names, facts, selection.chosen)))
    page, is_first, is_last = _cut(fitting, place)
    known = await ledger([mail_id_in(name) for name in page])
    read = await asyncio.to_thread(lambda: [mail for name in page if (mail := mail_box.read(name)) is not None])

    def address(where: str, name: str) -> str:
        return f"{selection.path}?{urlencode({**selection.chosen, where: name})}"

    return Listing(
        mails=[(mail, known.get(mail.mail_id, _NO_FACTS)) for mail in read],
        total=len(names),
        found=len(fitting),
        after=None if is_first else address("after", page[0]),
        before=None if is_last else address("before", page[-1]),
    )


def _cut(names: Sequence[str], place: Mapping[str, str]) -> tuple[Sequence[str], bool, bool]:
    """The names on the page, whether it is the first one, and whether it is the last one."""
    if before := place.get("before"):
        start = next((at for at, name in enumerate(names) if name < before), max(0, len(names) - _PAGE))
    elif after := place.get("after"):
        start = max(0, sum(name > after for name in names) - _PAGE)
    else:
        start = 0
    page = names[start : start + _PAGE]
    return page, start == 0, start + _PAGE >= len(names)


def _fitting(
    mail_box: MailBox, names: Sequence[str], facts: Mapping[str, MailFacts], chosen: Mapping[str, str]
) -> Iterator[str]:
    words = fold(chosen.get("text", "")).split()
    purpose, region = chosen.get("purpose", ""), chosen.get("region", "")
    for name in names:
        known = facts.get(mail_id_in(name), _NO_FACTS)
        if purpose not in ("", known.purpose) or region not in ("", known.region):
            continue
        searched = known.searched if known.searched or not words else _receiver(mail_box.read(name))
        if all(word in searched for word in words):
            yield name


def _receiver(mail: MailSummary | None) -> str:
    return "" if mail is None else fold(f"{mail.recipient} {mail.address}")


def _led_here(html: str, request: Request) -> str:
    """The HTML with its links to the instance set to this address, since the port may have changed."""
    return _OWN_LINK.sub(f'href="{str(request.base_url).rstrip("/")}/', html)
