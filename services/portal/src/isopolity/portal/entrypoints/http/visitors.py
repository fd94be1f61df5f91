"""Who looks at a page: the session behind the cookie, and forms that only its own pages can send.

Invariant: a form counts only where the browser says that a page of this portal sends it; where somebody has signed in,
only with the token that stands in the session's own pages. What a form asks for is done once, however often it is sent.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from secrets import compare_digest
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException

from isopolity.portal.adapters.encryption import form_token
from isopolity.portal.adapters.service_apis import NotSignedIn
from isopolity.portal.application.sessions import current
from isopolity.portal.application.sessions import forget as forget_session
from isopolity.portal.domain.session import Session
from isopolity.portal.entrypoints.http.form_tokens import FIELD, FormToken, mark
from isopolity.portal.entrypoints.http.forms import kept_forms, uploads
from isopolity.portal.entrypoints.http.pages import (
    Request,
    Response,
    cookie_of,
    forget,
    issuer_of,
    page,
    see_other,
    store_of,
    surroundings_of,
)

Handler = Callable[[Request], Awaitable[Response]]
_SIGN_IN: Final = "/sign-in"
_FIELDS: Final = 1_000
"""The most fields of a form: the largest has all needs and offers that a city may have."""


def visited(handler: Handler, *, has_form: bool = False, is_console: bool = False) -> Handler:
    """The handler for a visitor whose session, if there is one, is in the request's state.

    A page that `has_form` shows the form that it takes. One that `is_console` gives up services that hang.
    """

    async def visit(request: Request) -> Response:
        request.state.patience = surroundings_of(request).patience() if is_console else None
        try:
            return await answer(request)
        finally:
            await request.close()  # and the file that a form has brought

    async def answer(request: Request) -> Response:
        await _recognise(request)
        state = request.state
        if state.form is not None and state.session is not None and not _is_own(request):
            return await _with_what_was_typed(request, has_form=has_form)
        was_open = state.session is None and (  # the page, in a session
            state.brings_file or bool(FormToken.of(state.sent_token).session)
        )
        try:
            response = await handler(request)
        except NotSignedIn:  # the session was ended elsewhere while its token still lived
            if state.session is None:
                raise
            await forget_session(cookie_of(request), store_of(request))
            state.session = None
            response = await _ended(request, has_form=has_form)
        if was_open and response.headers.get("location") == _SIGN_IN:
            response = await _ended(request, has_form=has_form)
        elif (
            state.form is not None
            and has_form
            and state.session is not None
            and response.status_code == HTTPStatus.SEE_OTHER
        ):
            await kept_forms.forget_sent(request, state.session.account)
        if "set-cookie" not in response.headers and not await _has_use(request):
            forget(request, response)
        return response

    return visit


async def _has_use(request: Request) -> bool:
    """Whether the visitor keeps the cookie; after the session has ended or moved, it stays for forms kept under it.

    Deleting the cookie could delete a newer one, which another tab has got meanwhile.
    """
    if request.state.session is not None or not (secret := cookie_of(request)):
        return True
    return await store_of(request).has_known(secret) or await kept_forms.has_any(request)


async def _recognise(request: Request) -> None:
    """Put into the request's state what it says of its visitor, and the form that it brings."""
    state, secret = request.state, cookie_of(request)
    state.session, state.form_token, state.was_typed = None, "", False
    state.brings_file = uploads.brings_file(request)
    if state.brings_file and not is_from_here(request):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    is_form = request.method == "POST" and not state.brings_file
    state.form, state.sent_token = await form_of(request) if is_form else (None, "")
    if secret:
        now = surroundings_of(request).clock()
        state.form_token = form_token(secret)
        state.session = await current(secret, now, store_of(request), issuer_of(request))
    if state.brings_file:  # a stranger's file is not read
        fields = {} if state.session is None else await uploads.fields_of(request)
        state.form, state.sent_token = fields, fields.pop(FIELD, "")


async def _ended(request: Request, *, has_form: bool) -> Response:
    """The page for a visitor whose session ended after the page was opened; the fields as typed are kept."""
    is_sent = has_form and request.state.form is not None
    back = await kept_forms.keep(request) if is_sent else None
    return page(request, "problem.html", HTTPStatus.UNAUTHORIZED, kind="ended", back=back)


async def _with_what_was_typed(request: Request, *, has_form: bool) -> Response:
    """The page with what was typed, for a form that this account had opened before it signed in anew.

    Raises HTTPException 403 for any other.
    """
    session: Session = request.state.session
    sent = FormToken.of(request.state.sent_token)
    if has_form and sent.mark in {mark(account) for account in session.accounts}:
        back = await kept_forms.keep(request)
        if back is not None and sent.mark == mark(session.account):
            return see_other(back)
    raise HTTPException(HTTPStatus.FORBIDDEN)


async def form_of(request: Request) -> tuple[dict[str, str], str]:
    """The fields of a form that came from this portal, lines ended by LF, and its token.

    Raises HTTPException 403 for any other.
    """
    if not is_from_here(request):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    body = await uploads.small_body(request)
    try:
        fields = uploads.with_plain_lines(parse_qsl(body, keep_blank_values=True, max_num_fields=_FIELDS))
    except ValueError:  # too many of them
        raise HTTPException(HTTPStatus.FORBIDDEN) from None
    return fields, fields.pop(FIELD, "")


def _is_own(request: Request) -> bool:
    """Whether a page of this session sent it, opened for the account as which the visitor acts."""
    state, sent = request.state, FormToken.of(request.state.sent_token)
    is_of_session = compare_digest(sent.session.encode(), state.form_token.encode())
    return is_of_session and sent.mark in ("", mark(state.session.account))


def is_from_here(request: Request) -> bool:
    """Whether the browser says that a page of this portal sends it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")
