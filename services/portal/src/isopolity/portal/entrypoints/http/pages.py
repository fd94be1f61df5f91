"""Tools of all pages: request, surroundings, session, language and APIs; templates and redirects.

A page module takes `Request`, `Response`, `Route` and `Account` from here, too.

Invariant: a page fetches nothing from another machine, runs no script but one of our own, and is framed by nobody. The
browser's own cookie opens nothing: registry knows the browser by it, so that no stranger slows down those who have
signed in there.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from jinja2 import Template
from starlette.requests import Request as Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response as Response
from starlette.routing import Route as Route

from isopolity.client.operations.models import StreamsReport
from isopolity.languages.catalogues import translations_of
from isopolity.languages.offered import OFFERED
from isopolity.machine import periods
from isopolity.machine.clock import Clock
from isopolity.portal.adapters.encryption import new_secret
from isopolity.portal.adapters.patience import Patience
from isopolity.portal.adapters.registry_sessions import RegistrySessions
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.adapters.templates import environment, locale_of
from isopolity.portal.application.ports import DeskBook, KeptForms, SessionStore
from isopolity.portal.domain.session import Account as Account
from isopolity.portal.domain.session import Session
from isopolity.portal.entrypoints.http.form_tokens import FormToken, token_of
from isopolity.portal.entrypoints.languages import chosen_by
from isopolity.portal.entrypoints.reader_languages import address_to_switch, language_kept, other_languages

_KEPT: Final = int(periods.KNOWN_BROWSER.total_seconds())
"""Seconds for which a browser keeps its own cookie after a sign-in; browsers keep none longer."""
_SECRET: Final = re.compile("[A-Za-z0-9_-]{43}")


POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing connects without a script but what measures a page: Lighthouse reads robots.txt from within it."""
SCRIPT_POLICY: Final = f"{POLICY}; script-src 'self'"
"""The policy of pages with scripts of our own, which follow a form; `scripts` are the names of their files."""


OWN_PAGE: Final = re.compile(
    r"(?:/operations|/(?:me|proposals|office|operations)(?:/[\w-]{1,200}(?:\.[\w-]{1,99}){0,5}){1,6})"
    r"(?:\?[\w=&.,/%~+-]{1,500})?",
    re.ASCII,
)
"""Addresses that signing in leads back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who answers for the pages, and where they run."""

    name: str
    email: str
    is_local: bool
    """On the visitor's own machine."""
    is_secure: bool
    """By HTTPS only."""
    time_zone: str = "UTC"
    """The office's, by its IANA name."""
    passkey_origin: str | None = None
    """Where browsers offer passkeys, such as `http://localhost:8000`; None where they offer none."""
    has_issuer: bool = False
    """Whether staff may sign in at the issuer of its organisation."""
    is_demo: bool = False
    """Showing the demo network; each page says so."""

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; browsers take it by its prefix from this host over HTTPS only."""
        return "__Host-isopolity" if self.is_secure else "isopolity_session"

    @property
    def browser_cookie(self) -> str:
        """The name of the browser's own cookie."""
        return "__Host-isopolity-browser" if self.is_secure else "isopolity_browser"

    @property
    def back_cookie(self) -> str:
        """The name of the cookie with the page where signing in was asked for."""
        return "__Host-isopolity-back" if self.is_secure else "isopolity_back"


async def _nothing() -> None:
    """The report of a portal that takes no samples: None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The services, the sessions, the forms that are kept, the desk, the office, and what time it is."""

    apis: ServiceApis
    sessions: SessionStore
    kept_forms: KeptForms
    desk: DeskBook
    office: Office
    clock: Clock
    own_report: Callable[[], Awaitable[StreamsReport | None]] = _nothing
    """Reads the portal's own report, in the form of the services' `/streams`."""
    patience: Callable[[], Patience] = Patience
    """Makes the patience of a page of the console with the services."""


def surroundings_of(request: Request) -> Surroundings:
    """The surroundings of the application that answers this request."""
    found: Surroundings = request.app.state.surroundings
    return found


def cookie_of(request: Request) -> str:
    """The secret in the visitor's cookie; empty where there is none."""
    return request.cookies.get(surroundings_of(request).office.cookie, "")


def remember(request: Request, response: Response, secret: str) -> None:
    """Give the browser the session's cookie; it goes with the browser, the session itself ends earlier or later."""
    office = surroundings_of(request).office
    response.set_cookie(office.cookie, secret, path="/", httponly=True, secure=office.is_secure, samesite="lax")


def forget(request: Request, response: Response) -> None:
    """Delete the cookie of the session."""
    office = surroundings_of(request).office
    response.delete_cookie(office.cookie, path="/", httponly=True, secure=office.is_secure)


def browser_secret_of(request: Request) -> str:
    """The secret in the browser's own cookie, or a new one, the same throughout the request."""
    if not hasattr(request.state, "browser_secret"):
        secret = request.cookies.get(surroundings_of(request).office.browser_cookie, "")
        request.state.browser_secret = secret if _SECRET.fullmatch(secret) else new_secret()
    return str(request.state.browser_secret)


def remember_browser(request: Request, response: Response) -> None:
    """Give the browser its own cookie, which it keeps for `periods.KNOWN_BROWSER` from now on."""
    office, secret = surroundings_of(request).office, browser_secret_of(request)
    response.set_cookie(
        office.browser_cookie, secret, _KEPT, path="/", httponly=True, secure=office.is_secure, samesite="lax"
    )


def remember_back(request: Request, response: Response, address: str) -> None:
    """Give the browser the own page that signing in leads back to, for as long as the link in the mail is valid."""
    office, seconds = surroundings_of(request).office, int(periods.SIGN_IN_LINK.total_seconds())
    response.set_cookie(
        office.back_cookie, quote(address), seconds, path="/", httponly=True, secure=office.is_secure, samesite="lax"
    )


def back_of(request: Request) -> str:
    """The own page where signing in was asked for in this browser; empty where that is none."""
    address = unquote(request.cookies.get(surroundings_of(request).office.back_cookie, ""))
    return address if OWN_PAGE.fullmatch(address) else ""


def forget_back(request: Request, response: Response) -> None:
    """Delete the cookie of the page that signing in has led back to."""
    office = surroundings_of(request).office
    if office.back_cookie in request.cookies:
        response.delete_cookie(office.back_cookie, path="/", httponly=True, secure=office.is_secure)


def session_of(request: Request) -> Session | None:
    """The visitor's session, None for a stranger."""
    session: Session | None = request.state.session
    return session


def apis_of(request: Request) -> ServiceApis:
    """The services, as the visitor of this request may ask them."""
    apis, session = apis_of_anybody(request), session_of(request)
    return apis if session is None or session.access_token is None else apis.with_token(session.access_token)


def apis_of_anybody(request: Request) -> ServiceApis:
    """The services, as a stranger may ask them, counted for this visitor, who reads their refusals in its language."""
    apis = surroundings_of(request).apis.in_words_of(gettext_of(request))
    if opening := FormToken.of(request.state.sent_token).opening:
        apis = apis.acting_for(f"{request.state.form_token}.{opening}")
    if (patience := request.state.patience) is not None:
        apis = apis.within(patience)
    return apis if request.client is None else apis.asked_for(request.client.host)


def issuer_of(request: Request) -> RegistrySessions:
    """Registry, which begins and renews sessions."""
    return RegistrySessions(apis_of_anybody(request), browser_secret_of(request))


def store_of(request: Request) -> SessionStore:
    """Where sessions are kept."""
    return surroundings_of(request).sessions


def today(request: Request) -> date:
    """The current day in UTC."""
    return surroundings_of(request).clock().date()


def language_of(request: Request) -> str:
    """The language of the page that answers a request: of its address, else the reader's own, else the browser's."""
    chosen = chosen_by(request.scope)
    own = language_kept(request) if chosen.is_readers else ""
    return own if own in OFFERED else chosen.language


def gettext_of(request: Request) -> Callable[[str], str]:
    """Translates texts of the catalogues for a visitor."""
    return translations_of(language_of(request)).gettext


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """The page that `template` makes of `values`."""
    return page_of(request, template_of(request, template), status, values)


def template_of(request: Request, name: str) -> Template:
    """The template in the language of the visitor."""
    return environment(language_of(request)).get_template(name)


def page_of(request: Request, template: Template, status: int, values: Mapping[str, object]) -> HTMLResponse:
    """The page that a template, of the portal or not, makes of `values`.

    Each template knows the visitor's session and account; `here`, the entry of the navigation, is “me” unless named.
    `tasks` stands beside “Your tasks” in it: the page that counts them names them. `in_office` says whether the header
    has staff's search.
    """
    chosen, language, path = chosen_by(request.scope), language_of(request), request.url.path
    office = surroundings_of(request).office
    session = getattr(request.state, "session", None)
    account = None if session is None else session.account
    common = {
        "lang": language,
        "direction": locale_of(language).text_direction,
        "host": f"{'https' if office.is_secure else request.url.scheme}://{request.headers.get('host', '')}",
        "here_at": chosen.prefix + (path if chosen.has_choice else f"/{path.split('/')[1]}"),  # never a secret
        "other_languages": other_languages(request) if status == HTTPStatus.OK else {},
        "back": address_to_switch(request, account) if status == HTTPStatus.OK else "",
        "office": office,
        "passkeys_at": _other_origin(request, office.passkey_origin),
        "here": "me",
        "tasks": 0,
        "session": session,
        "account": account,
        "may": _may_nothing if account is None else account.may,
        "in_office": request.url.path.startswith("/office") and account is not None and account.may("staff:read"),
        "form_token": str(token_of(request)),
        "was_typed": getattr(request.state, "was_typed", False),
        "why_away": {} if (patience := getattr(request.state, "patience", None)) is None else patience.reasons,
    }
    html = chosen.led(template.render(common | dict(values)))
    policy = SCRIPT_POLICY if values.get("scripts") else POLICY
    is_public = session is None and request.method != "POST" and "secret" not in request.path_params
    kept = "no-cache" if is_public else "no-store"
    headers = {"Content-Security-Policy": policy, "Cache-Control": kept, "Content-Language": language}
    if chosen.is_readers:
        headers["Vary"] = "Accept-Language"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "30"
    return HTMLResponse(html, status, headers)


def _other_origin(request: Request, origin: str | None) -> str:
    """Where browsers offer passkeys, if the visitor is at another address; else empty."""
    return origin if origin and urlsplit(origin).netloc != request.headers.get("host", "").lower() else ""


def _may_nothing(_right: str) -> bool:
    """The rights of a visitor without an account: none."""
    return False


def see_other(address: str) -> RedirectResponse:
    """Where a browser goes on to once a form has done its work, so that loading the page again sends nothing."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
