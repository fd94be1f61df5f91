"""The language of a page: from its address (`/fr/cities`), else what the browser asks for.

Invariants: only the pages of `PAGES` have a language to choose; all others, and pages with a secret in their address,
are English at one address. What stands behind this middleware sees the address without the language.
"""

import re
from collections.abc import Mapping, Sequence
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
        "/imprint": ("imprint.html",),
        "/accessibility": ("accessibility.html",),
        "/sign-in": ("sign-in.html", "sign-in-code.html"),
        "/sign-in/code": ("sign-in-code.html",),
    }
)
"""Routes that are offered in all languages, with their templates; `problem.html` may answer each of them."""
ALSO: Final = ("problem.html", "sign-in-link.html", "sign-in-ended.html")
"""Templates that answer these routes, too, and those of the page behind a mailed link to sign in."""
_ROUTES: Final = "|".join(re.sub(r"\{\w+\}", '[^/"?#]+', route[1:]) for route in PAGES)
_PAGE: Final = re.compile(f"/(?:{_ROUTES})")
_LINK: Final = re.compile(rf'((?:href|action)=")(?=/(?:{_ROUTES})["?#])')
_BY_LINK: Final = re.compile(r"/sign-in/[\w-]{40,}", re.ASCII)
"""The page behind the link; its address holds a secret, so that it is in the browser's language at one address."""
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

    def led(self, html: str) -> str:
        """The page with its links to pages in languages: they stay in the language that its address names."""
        return _LINK.sub(rf"\g<1>{self.prefix}", html) if self.prefix else html


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
        return {**scope, "isopolity.language": Chosen(_wanted(scope), has_choice=True)}
    if _BY_LINK.fullmatch(path):
        return {**scope, "isopolity.language": Chosen(_wanted(scope))}
    found = _PREFIXED.fullmatch(path)
    if found is None or not _PAGE.fullmatch(rest := found[2] or "/"):
        return scope
    code = found[1].lower()
    if code in OFFERED:
        chosen = Chosen(code, prefix=f"/{code}", has_choice=True)
        return {**scope, "path": rest, "raw_path": quote(rest).encode(), "isopolity.language": chosen}
    if code.partition("-")[0] in language_names():
        return {**scope, "isopolity.language": Chosen(_wanted(scope), is_unknown=True)}
    return scope


def _wanted(scope: Scope) -> str:
    return preferred(Headers(scope=scope).get("accept-language", ""))
