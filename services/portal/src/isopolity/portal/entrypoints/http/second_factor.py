"""The code of an app, which staff types after the mailed link; the first time it brings the app, with a code.

Invariant: the secret of an app is shown once, in answer to a button, and kept nowhere here.
"""

from http import HTTPStatus
from typing import Final

import segno
from markupsafe import Markup

from isopolity.portal.adapters.wording import _
from isopolity.portal.application import sessions
from isopolity.portal.domain.session import NewApp
from isopolity.portal.entrypoints.http.forms.kept_forms import go_on
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.pages import (
    Request,
    Response,
    Route,
    cookie_of,
    gettext_of,
    issuer_of,
    page,
    see_other,
    session_of,
    store_of,
)

PATH: Final = "/sign-in/app"


_MISSING: Final = _("Type the enrolment code that somebody of the office gave you.")


async def second_factor(request: Request) -> Response:
    """The form for a code, before it the app where there is none yet."""
    session = session_of(request)
    if session is None:
        return see_other("/sign-in")
    if session.second_factor is None:
        return see_other("/me")
    if request.method == "GET":
        return _asking(request, session.second_factor)
    form = await PageForm.of(request)
    if "code" not in form.fields:
        return await _enrolling(request, session.second_factor, form)
    code, store, issuer = form.fields["code"], store_of(request), issuer_of(request)
    passed = await form.answer(sessions.pass_with_code(cookie_of(request), code, store, issuer))
    if form.is_refused:
        return _asking(request, session.second_factor, form.status, problem=form.sentence)
    return see_other("/sign-in") if passed is None else await go_on(request, passed)


async def _enrolling(request: Request, need: str, form: PageForm) -> Response:
    code = form["enrolment_code"]
    if not code:
        return without_code(request, need)
    made = await form.answer(sessions.enrol(cookie_of(request), code, store_of(request), issuer_of(request)))
    if form.is_refused:
        return with_wrong_code(request, need, form)
    return see_other("/sign-in") if made is None else _asking(request, "code", made=made)


def without_code(request: Request, need: str) -> Response:
    """The page again, where no enrolment code was typed."""
    unknown = gettext_of(request)(_MISSING)
    return _asking(request, need, HTTPStatus.UNPROCESSABLE_ENTITY, unknown=unknown)


def with_wrong_code(request: Request, need: str, form: PageForm) -> Response:
    """The page again, with what is wrong with the enrolment code."""
    return _asking(request, need, form.status, unknown=form.sentence)


def _asking(
    request: Request,
    need: str,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    problem: str = "",
    unknown: str = "",
    made: NewApp | None = None,
) -> Response:
    """The page; `problem`: what is wrong with the code of an app, `unknown`: with the enrolment code."""
    picture = None if made is None else Markup(_picture(made.address))  # noqa: S704 - segno writes numbers and colours
    values = {"need": need, "problem": problem, "unknown": unknown, "secret": made and made.secret, "picture": picture}
    return page(request, "sign-in-app.html", status, here="sign-in", **values)


def _picture(address: str) -> str:
    """The QR code of the address as SVG; black on white in both colour schemes, as cameras read it."""
    return segno.make(address, error="m").svg_inline(dark="#000", light="#fff", border=4, omitsize=True)


routes = [Route(PATH, second_factor, methods=["GET", "POST"])]
