"""Who looks at a page: the session behind the cookie, and forms that only its own pages can send.

Invariant: a form counts only where the browser says that a page of this portal sends it; where somebody has signed in,
only with the token that stands in the session's own pages. What a form asks for is done once, however often it is sent.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from secrets import compare_digest
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.adapters.registry_sessions import RegistrySessions
from isopolity.portal.adapters.sealing import form_token
from isopolity.portal.adapters.service_apis import NotSignedIn, ServiceApis
from isopolity.portal.adapters.templates import translations_of
from isopolity.portal.application.ports import SessionStore
from isopolity.portal.application.sessions import current
from isopolity.portal.application.sessions import forget as forget_session
from isopolity.portal.domain.session import Session
from isopolity.portal.entrypoints.http.context import Surroundings
from isopolity.portal.entrypoints.http.rendering import OPENING, language_of, page

Handler = Callable[[Request], Awaitable[Response]]
FORM_TOKEN: Final = "form"  # noqa: S105 - a name
_UNAUTHORIZED: Final = 401
_SIGN_IN: Final = "/sign-in"
_FIELDS: Final = 1_000
"""Of the largest form: all needs and offers that a city may have."""


def visited(handler: Handler) -> Handler:
    """The handler for a visitor whose session, if there is one, is in the request's state."""

    async def visit(request: Request) -> Response:
        state, secret = request.state, cookie_of(request)
        state.session, state.form_token, state.opening, state.cookie_counts = None, "", "", True
        state.was_open = False
        state.form = await _form(request) if request.method == "POST" else None
        if secret:
            now = surroundings_of(request).clock()
            state.form_token = form_token(secret)  # first: what is sent again while registry is away needs it
            state.session = await current(secret, now, store_of(request), issuer_of(request))
            state.cookie_counts = state.session is not None
        if state.form is not None:
            _require_own_token(request)
        try:
            response = await handler(request)
        except NotSignedIn:  # the session was ended elsewhere while its token still lived
            if state.session is None:
                raise
            await forget_session(secret, store_of(request))
            state.session, state.cookie_counts = None, False
            response = _ended(request)
        if state.was_open and response.headers.get("location") == _SIGN_IN:
            response = _ended(request)
        if not state.cookie_counts and "set-cookie" not in response.headers:
            forget(request, response)
        return response

    return visit


def _ended(request: Request) -> Response:
    """What somebody reads whose session has ended since the page was opened."""
    return page(request, "problem.html", _UNAUTHORIZED, kind="ended")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form that came from this portal. Raises HTTPException 403 for any other."""
    if not _is_from_here(request):
        raise HTTPException(403)
    body = (await request.body()).decode(errors="replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_FIELDS))
    except ValueError:  # too many of them
        raise HTTPException(403) from None


def _require_own_token(request: Request) -> None:
    """Take the token from the form; with a session only the form of one of its own pages counts."""
    state = request.state
    token = state.form.pop(FORM_TOKEN, "")
    given, state.opening = token[: len(state.form_token)], opening_in(token, request)
    state.was_open = state.session is None and len(token) > OPENING  # the page was opened in a session
    if state.session is not None and not compare_digest(given.encode(), state.form_token.encode()):
        raise HTTPException(403)


def opening_in(token: str, request: Request) -> str:
    """What stands in a form's token for the opening of its page."""
    return token[len(request.state.form_token) :][:OPENING]


def _is_from_here(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


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
    apis, state = (
        surroundings_of(request).apis.in_words_of(translations_of(language_of(request)).gettext),
        request.state,
    )
    if state.opening:
        apis = apis.acting_for(f"{state.form_token}.{state.opening}")
    return apis if request.client is None else apis.asked_for(request.client.host)


def issuer_of(request: Request) -> RegistrySessions:
    """Registry, which begins and renews sessions."""
    return RegistrySessions(apis_of_anybody(request))


def store_of(request: Request) -> SessionStore:
    """Where sessions are kept."""
    return surroundings_of(request).sessions


def today(request: Request) -> date:
    """The day that it is, in UTC."""
    return surroundings_of(request).clock().date()


def cookie_of(request: Request) -> str:
    """The secret in the visitor's cookie; empty where there is none."""
    return request.cookies.get(surroundings_of(request).office.cookie, "")


def remember(request: Request, response: Response, secret: str) -> None:
    """Give the browser the session's cookie; it goes with the browser, the session itself ends earlier or later."""
    office = surroundings_of(request).office
    response.set_cookie(office.cookie, secret, path="/", httponly=True, secure=office.is_secure, samesite="lax")


def forget(request: Request, response: Response) -> None:
    """Take the cookie away."""
    office = surroundings_of(request).office
    response.delete_cookie(office.cookie, path="/", httponly=True, secure=office.is_secure)


def surroundings_of(request: Request) -> Surroundings:
    """What all pages work with."""
    found: Surroundings = request.app.state.surroundings
    return found
