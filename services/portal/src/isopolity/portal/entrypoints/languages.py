"""The language of a page: from its address (`/fr/cities`), else that of the reader's account, else the browser's.

Invariants: only the pages of `PAGES` name a language in their address; those of `AT_ONE_ADDRESS`, of which some hold a
secret in theirs, are in the reader's; all others are English. What stands behind this middleware sees the address
without the language.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from isopolity.contracts.codes import language_names
from isopolity.languages.offered import ENGLISH, OFFERED, preferred

PAGES: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "/": ("home.html",),
        "/cities": ("cities.html",),
        "/cities/{city_id}": ("city.html",),
        "/partners": ("partners.html",),
        "/partners/{partner_id}": ("partner.html",),
        "/partners/{partner_id}/programmes/{programme_id}": ("programme.html",),
        "/requests": ("requests.html",),
        "/requests/{request_id}": ("request.html",),
        "/seeking": ("seeking.html",),
        "/seeking/requests": ("supportable.html",),
        "/about": ("about.html",),
        "/join": ("join.html", "join-sent.html"),
        "/legal-acts": ("legal-acts.html",),
        "/privacy": ("privacy.html",),
        "/imprint": ("imprint.html",),
        "/accessibility": ("accessibility.html",),
        "/sign-in": ("sign-in.html", "sign-in-code.html"),
        "/sign-in/code": ("sign-in-code.html",),
    }
)
"""Routes that are offered in all languages, with their templates; `problem.html` may answer each of them."""
_PROGRAMME: Final = "/me/programmes/{programme_id}"
_STEPS: Final = tuple(f"steps/{step}.html" for step in ("who", "where", "contacts", "needs"))
AT_ONE_ADDRESS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "/sign-in/{secret}": ("sign-in-link.html", "sign-in-ended.html"),
        "/join/{secret}": ("join-draft.html", "join-ended.html"),
        "/join/{secret}/{step}": ("join-step.html", "join-forget.html", "join-handed-in.html", *_STEPS),
        "/me/language": (),
        "/sign-in/app": ("sign-in-app.html",),
        "/sign-in/app/passkey": ("sign-in-app.html", "passkey.html"),
        "/sign-in/passkey": ("passkey.html", "sign-in-ended.html"),
        "/sign-out": (),
        "/accounts": ("accounts.html",),
        "/sessions": ("sessions.html",),
        "/passkeys": ("passkeys.html", "passkey.html"),
        "/handover/{secret}": ("handover.html", "handover-done.html", "handover-ended.html"),
        "/contact/{secret}": ("contact.html", "contact-done.html", "contact-ended.html"),
        "/contact-change/{secret}": ("contact-change.html", "contact-change-ended.html"),
        "/commission/{secret}": ("commission/consultation.html", "commission/ended.html"),
        "/me": ("me.html",),
        "/me/ask": ("own-ask.html",),
        "/me/asked": ("own-asked.html",),
        "/me/avoided": ("own-avoided.html",),
        "/me/capacity": ("own-capacity.html",),
        "/me/contacts": ("own-contacts.html",),
        "/me/contacts/{contact_id}/ask-again": (),
        "/me/contacts/{contact_id}/erase": ("own-contact-erasure.html",),
        "/me/contacts/changes/{change_id}": ("own-contacts.html",),
        "/me/data": (),
        "/me/explore": ("programmes/explore.html",),
        "/me/explore/saved": ("programmes/saved.html",),
        "/me/fit": ("own-fit.html",),
        "/me/handover": ("own-handover.html",),
        "/me/handover/{handover_id}/end": (),
        "/me/partnerships": ("own-partnerships.html",),
        "/me/partnerships/{partnership_id}": (),
        "/me/pipeline": ("programmes/pipeline.html",),
        "/me/profile": ("own-profile.html",),
        "/me/profile/{step}": ("own-step.html", *_STEPS),
        "/me/programmes": ("programmes/list.html",),
        _PROGRAMME: ("programmes/form.html",),
        f"{_PROGRAMME}/{{act}}": ("programmes/standing.html", "programmes/budget.html"),
        "/me/requests": ("requests/list.html",),
        "/me/requests/{request_id}": ("requests/form.html",),
        "/me/requests/{request_id}/close": ("requests/closing.html",),
        "/me/shortlist": ("programmes/shortlist.html",),
        "/me/shortlist/{city_id}": ("programmes/entry.html",),
        "/me/suggestions": ("suggestions.html",),
        "/me/why": ("own-why.html",),
        "/proposals/{proposal_id}": ("proposal.html",),
    }
)
"""Routes that have each language at one address, with their templates: a secret stands in it, or only who has signed in
reads them. They are in the language of the account, else the browser's."""
ALSO: Final = ("problem.html",)
"""Templates that answer all these routes, too."""


def _addresses(routes: Iterable[str]) -> str:
    return "|".join(re.sub(r"\{\w+\}", '[^/"?#]+', route[1:]) for route in routes)


_ROUTES: Final = _addresses(PAGES)
_PAGE: Final = re.compile(f"/(?:{_ROUTES})")
_AT_ONE_ADDRESS: Final = re.compile(f"/(?:{_addresses(AT_ONE_ADDRESS)})")
_LINK: Final = re.compile(rf'((?:href|action)=")(?=/(?:{_ROUTES})["?#])')
_PREFIXED: Final = re.compile(r"/([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)(/.*)?", re.DOTALL)


class Chosen(NamedTuple):
    """The language of a request, and where it comes from."""

    language: str = ENGLISH
    prefix: str = ""
    """“/fr” where the address names the language."""
    has_choice: bool = False
    """Whether the page is offered in other languages, too."""
    is_unknown: bool = False
    """Whether the address names a language that is not offered."""
    is_readers: bool = False
    """Whether the language of the reader's account ranks before this one, which is the browser's."""

    def led(self, html: str) -> str:
        """The page with its links to pages in languages: they stay in the language that its address names."""
        return _LINK.sub(rf"\g<1>{self.prefix}", html) if self.prefix else html


def is_in_languages(path: str) -> bool:
    """Whether the page at this path, which names no language, is offered in several languages."""
    return any(pattern.fullmatch(path) for pattern in (_PAGE, _AT_ONE_ADDRESS))


def chosen_by(scope: Scope) -> Chosen:
    """The language of a request; English for one that did not come through the middleware."""
    found: Chosen = scope.get("isopolity.language", Chosen())
    return found


class Languages:
    """Middleware that takes the language out of the addresses of pages in languages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = _read(scope)
        await self._app(scope, receive, send)


def _read(scope: Scope) -> Scope:
    path = scope["path"]
    if _PAGE.fullmatch(path):
        return {**scope, "isopolity.language": Chosen(_wanted(scope), has_choice=True, is_readers=True)}
    if _AT_ONE_ADDRESS.fullmatch(path):
        return {**scope, "isopolity.language": Chosen(_wanted(scope), is_readers=True)}
    found = _PREFIXED.fullmatch(path)
    if found is None or not _PAGE.fullmatch(rest := found[2] or "/"):
        return scope
    code = found[1].lower()
    if code in OFFERED:
        chosen = Chosen(code, prefix=f"/{code}", has_choice=True)
        return {**scope, "path": rest, "raw_path": quote(rest).encode(), "isopolity.language": chosen}
    if code.partition("-")[0] in language_names():
        return {**scope, "isopolity.language": Chosen(_wanted(scope), is_unknown=True, is_readers=True)}
    return scope


def templates() -> Sequence[str]:
    """The templates of all pages in languages."""
    named = (*PAGES.values(), *AT_ONE_ADDRESS.values())
    return [*(each for names in named for each in names), *ALSO]


def _wanted(scope: Scope) -> str:
    return preferred(Headers(scope=scope).get("accept-language", ""))
