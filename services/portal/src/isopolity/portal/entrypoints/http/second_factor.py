"""The code of an app, which staff types after the mailed link; the first time it brings the app.

Invariant: the secret of an app is shown once, in answer to a button, and kept nowhere here.
"""

from typing import Final

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed
from isopolity.portal.application import sessions
from isopolity.portal.domain.session import NewApp
from isopolity.portal.entrypoints.http.cookie import cookie_of
from isopolity.portal.entrypoints.http.kept_forms import go_on
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import issuer_of, session_of, store_of

PATH: Final = "/sign-in/app"
_SEE_OTHER: Final = 303


async def second_factor(request: Request) -> Response:
    """The form for a code, before it the app where there is none yet."""
    session = session_of(request)
    if session is None:
        return RedirectResponse("/sign-in", _SEE_OTHER)
    if session.second_factor is None:
        return RedirectResponse("/me", _SEE_OTHER)
    if request.method == "GET":
        return _asking(request, session.second_factor)
    if "code" not in request.state.form:
        return await _enrolling(request)
    code, store, issuer = request.state.form["code"], store_of(request), issuer_of(request)
    try:
        passed = await sessions.pass_with_code(cookie_of(request), code, store, issuer)
    except NotAllowed as refused:
        return _asking(request, session.second_factor, problem=str(refused))
    return RedirectResponse("/sign-in", _SEE_OTHER) if passed is None else await go_on(request, passed)


async def _enrolling(request: Request) -> Response:
    made = await sessions.enrol(cookie_of(request), store_of(request), issuer_of(request))
    return RedirectResponse("/sign-in", _SEE_OTHER) if made is None else _asking(request, "code", made=made)


def _asking(request: Request, need: str, *, problem: str = "", made: NewApp | None = None) -> Response:
    picture = None if made is None else Markup(_picture(made.address))  # noqa: S704 - segno writes numbers and colours
    values = {"need": need, "problem": problem, "secret": made and made.secret, "picture": picture}
    return page(request, "sign-in-app.html", 422 if problem else 200, here="sign-in", **values)


def _picture(address: str) -> str:
    """The QR code of the address as SVG; black on white in both colour schemes, as cameras read it."""
    return segno.make(address, error="m").svg_inline(dark="#000", light="#fff", border=4, omitsize=True)


routes = [Route(PATH, second_factor, methods=["GET", "POST"])]
