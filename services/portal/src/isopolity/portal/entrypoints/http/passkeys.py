"""Passkeys: signing in with one, bringing the first one as staff, and one's own: seen, added, removed.

Invariant: what a device is asked for stands in a page that answers a form, and counts in the browser or session that
sent it. A page with the script works at the one address that browsers know the passkeys by; elsewhere it says so.
"""

from hashlib import sha256
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

from isopolity.client import registry
from isopolity.client.registry.models import MadePasskey
from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor
from isopolity.portal.adapters.wording import _
from isopolity.portal.application import sessions
from isopolity.portal.entrypoints.http import second_factor
from isopolity.portal.entrypoints.http.forms import kept_forms
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.pages import (
    Request,
    Response,
    Route,
    apis_of,
    browser_secret_of,
    cookie_of,
    gettext_of,
    issuer_of,
    page,
    remember_browser,
    see_other,
    session_of,
    store_of,
    surroundings_of,
)
from isopolity.portal.entrypoints.http.sign_in import browser_of, come_in

PATH: Final = "/passkeys"
_DONE: Final = ("added", "removed")


_UNKNOWN: Final = _("This passkey does not work here, or it took too long. Try again, or sign in by mail.")
_NOT_MADE: Final = _("This passkey was not added: it took too long, or is known already. Add it again.")
_NAMELESS: Final = _("Give the passkey a name that you will recognise.")


async def sign_in(request: Request) -> Response:
    """Ask the device for a passkey, and come in with what it signs."""
    if request.method == "GET":
        return see_other("/sign-in")
    _require_passkeys(request)
    credential = request.state.form.get("credential", "")
    if not credential:
        return await _asking(request)
    exchanged = issuer_of(request).exchange_passkey(credential, _binding(request), browser_of(request))
    begun = await unless(exchanged, NotAllowed, NotForThisVisitor)  # it may not have the form of an answer
    return await _asking(request, problem=_UNKNOWN) if begun is None else await come_in(request, begun)


async def _asking(request: Request, problem: str = "") -> Response:
    options = await issuer_of(request).ask_for_passkey(_binding(request))
    sentence = _translated(request, problem) if problem else ""
    response = _device_page(request, "sign-in", "/sign-in/passkey", options, problem=sentence)
    remember_browser(request, response)
    return response


async def enrol(request: Request) -> Response:
    """Bring a passkey as the first second factor, with the enrolment code."""
    session = session_of(request)
    if session is None or session.second_factor is None:
        return see_other("/sign-in" if session is None else "/me")
    if request.method == "GET":
        return see_other(second_factor.PATH)
    _require_passkeys(request)
    form = await PageForm.of(request)
    secret, store, issuer = cookie_of(request), store_of(request), issuer_of(request)
    if credential := form["credential"]:
        name = _name(request) or _translated(request, _("Passkey"))
        moved = await sessions.enrol_passkey(secret, credential, name, store, issuer)
        return see_other("/sign-in") if moved is None else await kept_forms.go_on(request, moved)
    if not form["enrolment_code"]:
        return second_factor.without_code(request, session.second_factor)
    options = await form.answer(sessions.ask_to_enrol_passkey(secret, form["enrolment_code"], store, issuer))
    if form.is_refused:
        return second_factor.with_wrong_code(request, session.second_factor, form)
    if options is None:
        return see_other("/sign-in")
    return _device_page(request, "enrol", "/sign-in/app/passkey", options, name=_name(request))


async def own(request: Request) -> Response:
    """List one's own passkeys; POST adds or removes one."""
    session = session_of(request)
    if session is None:
        return see_other("/sign-in")
    if session.account is None:
        return see_other("/accounts")
    if request.method == "GET":
        return await _listed(request)
    form, apis = await PageForm.of(request), apis_of(request)
    if form["do"] == "remove":
        if await form.done(apis.send(registry.passkeys.delete(form["passkey_id"])), may_be_gone=True):
            return see_other(f"{PATH}?done=removed")
        return await _listed(request, form.sentence)
    _require_passkeys(request)
    name = _name(request)
    if not name:
        return await _listed(request, _translated(request, _NAMELESS))
    if not form["credential"]:
        asked = await form.answer(apis.send(registry.passkeys.options()))
        return (
            await _listed(request, form.sentence)
            if asked is None
            else _device_page(request, "add", PATH, asked.options, name=name)
        )
    made = MadePasskey(credential=form["credential"], name=name)
    if await form.done(apis.send(registry.passkeys.create(made)), may_be_gone=True):
        return see_other(f"{PATH}?done=added")
    return await _listed(request, _translated(request, _NOT_MADE) if form.is_gone else form.sentence)


async def _listed(request: Request, problem: str = "") -> Response:
    found = await apis_of(request).send(registry.passkeys.list())
    done = request.query_params.get("done", "")
    return page(
        request,
        "passkeys.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        passkeys=found.items,
        problem=problem,
        done=done if done in _DONE else "",
        typed=_name(request) if request.method == "POST" else "",
    )


def _device_page(
    request: Request, purpose: str, action: str, options: str, *, problem: str = "", name: str = ""
) -> Response:
    """The page that asks the device, and sends its answer to `action`."""
    return page(
        request,
        "passkey.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        here="sign-in" if session_of(request) is None else "me",
        scripts=("passkey.js",),
        purpose=purpose,
        action=action,
        options=options,
        problem=problem,
        name=name,
    )


def _binding(request: Request) -> str:
    """The value that stands for the browser at registry: a digest of the browser's own cookie."""
    return sha256(b"isopolity.portal.passkey\n" + browser_secret_of(request).encode()).hexdigest()


def _name(request: Request) -> str:
    return " ".join(request.state.form.get("name", "").split())


def _translated(request: Request, text: str) -> str:
    return gettext_of(request)(text)


def _require_passkeys(request: Request) -> None:
    if surroundings_of(request).office.passkey_origin is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)


_BOTH: Final = ["GET", "POST"]
routes = [
    Route("/sign-in/passkey", sign_in, methods=_BOTH),
    Route("/sign-in/app/passkey", enrol, methods=_BOTH),
    Route(PATH, own, methods=_BOTH),
]
