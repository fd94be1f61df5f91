"""Signing in by a mailed link or code, or at the issuer of the office's organisation; choosing an account; signing
out.

Invariant: a link that is followed changes nothing; its page has a button, since programs follow links in mails. A
visitor who comes back from the issuer is let in only in the browser that went there, for which the session's cookie
stands on the way.
"""

from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

from isopolity.client import registry
from isopolity.client.registry.models import EndOthers
from isopolity.portal.adapters.encryption import new_secret
from isopolity.portal.adapters.service_apis import ServiceAway
from isopolity.portal.application import sessions
from isopolity.portal.domain.session import Session, browser_named
from isopolity.portal.entrypoints.http import second_factor
from isopolity.portal.entrypoints.http.forms import kept_forms
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.pages import (
    OWN_PAGE,
    Request,
    Response,
    Route,
    apis_of,
    browser_secret_of,
    cookie_of,
    forget_back,
    issuer_of,
    page,
    remember,
    remember_back,
    remember_browser,
    see_other,
    session_of,
    store_of,
    surroundings_of,
)
from isopolity.web.application import lead_out

_BOTH: Final = ["GET", "POST"]


async def ask(request: Request) -> Response:
    """The form for an address; once sent, the answer is the same whether or not the address is known."""
    if request.method == "GET":
        back, session = _back(request.query_params), session_of(request)
        if back and session is not None and session.account is not None:  # signed in meanwhile, in another tab
            return see_other(back)
        asked = page(request, "sign-in.html", here="sign-in", email="", problem="", back=back)
        if back:
            remember_back(request, asked, back)
        return asked
    form = await PageForm.of(request)
    email, back = form["email"], _back(form.fields)
    sign_in_id = await form.answer(issuer_of(request).ask(email))
    if sign_in_id is None:
        return form.page(request, "sign-in.html", here="sign-in", email=email, back=back)
    return page(request, "sign-in-code.html", here="sign-in", sign_in_id=sign_in_id, problem=False, back=back)


async def by_code(request: Request) -> Response:
    """The code that stands in the mail, typed where signing in began."""
    if request.method == "GET":
        return see_other("/sign-in")
    form = request.state.form
    code = "".join(form.get("code", "").split())
    sign_in_id = form.get("sign_in_id", "")
    begun = (
        await issuer_of(request).exchange_code(sign_in_id, code, browser_of(request)) if sign_in_id and code else None
    )
    if begun is None:
        values = {"sign_in_id": sign_in_id, "problem": True, "back": _back(form)}
        return page(request, "sign-in-code.html", HTTPStatus.UNPROCESSABLE_ENTITY, here="sign-in", **values)
    return await come_in(request, begun, _back(form))


async def by_link(request: Request) -> Response:
    """The page that a mailed link opens, and its button."""
    secret = request.path_params["secret"]
    if request.method == "GET":
        return page(request, "sign-in-link.html", here="sign-in", secret=secret)
    begun = await issuer_of(request).exchange(secret, browser_of(request))
    if begun is None:
        return page(request, "sign-in-ended.html", HTTPStatus.GONE, here="sign-in", by_issuer=False)
    return await come_in(request, begun)


async def choose(request: Request) -> Response:
    """The accounts of who has signed in, and the choice of one."""
    session = session_of(request)
    if session is None:
        return see_other("/sign-in")
    if request.method == "GET":
        return page(request, "accounts.html", accounts=session.accounts)
    account_id = request.state.form.get("account_id", "")
    wanted = next((each for each in session.accounts if each.account_id == account_id), None)
    if wanted is not None and wanted.kind == "staff" and session.second_factor is not None:
        return see_other(second_factor.PATH)
    chosen = await sessions.choose(cookie_of(request), account_id, store_of(request), issuer_of(request))
    return see_other("/sign-in") if chosen is None else await kept_forms.go_on(request, chosen)


async def list_sessions(request: Request) -> Response:
    """Where one has signed in, and an end to each, or to all others."""
    if (session := session_of(request)) is None:
        return see_other("/sign-in")
    if request.method == "POST":
        form = request.state.form
        if form.get("others"):
            known = EndOthers(browser=browser_secret_of(request))
            await apis_of(request).send(registry.sessions.end_others(known))
        else:
            await if_there(apis_of(request).send(registry.sessions.delete(form.get("session_id", ""))))
        return see_other("/sessions")
    if session.account is None:
        return see_other("/accounts")
    found = await apis_of(request).send(registry.sessions.list())
    return page(request, "sessions.html", sessions=found.items)


async def sign_out(request: Request) -> Response:
    """The session ends here at once, and at registry if it can be reached.

    The cookie, which opens nothing any more, stays for a form that another tab may still send.
    """
    if request.method == "POST" and cookie_of(request):
        with suppress(ServiceAway):  # then it ends by itself
            await surroundings_of(request).kept_forms.forget_all(cookie_of(request))
            await sessions.end(cookie_of(request), store_of(request), issuer_of(request))
    return see_other("/")


def browser_of(request: Request) -> str | None:
    """The program of the visitor, as its list of sessions names it."""
    return browser_named(request.headers.get("user-agent", ""))


def _back(values: Mapping[str, str]) -> str:
    """The visitor's own page where signing in was asked for; none but those is gone back to."""
    back = values.get("back", "")
    return back if OWN_PAGE.fullmatch(back) else ""


async def come_in(request: Request, begun: Session, back: str = "") -> Response:
    """To the visitor's own pages with a session that has begun; one that it had before ends."""
    if earlier := cookie_of(request):
        await sessions.end(earlier, store_of(request), issuer_of(request))
    secret = await store_of(request).add(begun)
    if earlier:
        await kept_forms.take_over(request, earlier, secret, begun)
    if begun.account is not None:
        following = back or await kept_forms.first_page(request, secret, begun.account)
    else:
        following = "/accounts" if len(begun.accounts) > 1 else second_factor.PATH
    response = see_other(following)
    remember(request, response, secret)
    remember_browser(request, response)
    if begun.account is not None:
        forget_back(request, response)
    return response


async def go(request: Request) -> Response:
    """Redirect to the page of the issuer, where the visitor signs in."""
    _require_issuer(request)
    secret = cookie_of(request) or new_secret()
    response = see_other(await issuer_of(request).address(_binding(secret)))
    remember(request, response, secret)
    lead_out(request.scope)
    return response


async def come_back(request: Request) -> Response:
    """The address to which the issuer sends the browser back; a sign-in that was broken off there begins anew."""
    _require_issuer(request)
    state, code, secret = (*(request.query_params.get(name, "") for name in ("state", "code")), cookie_of(request))
    begun = None
    if state and code and secret:
        begun = await issuer_of(request).exchange_issuer(state, code, _binding(secret), browser_of(request))
    if begun is None:
        return page(request, "sign-in-ended.html", HTTPStatus.GONE, here="sign-in", by_issuer=True)
    return await come_in(request, begun)


def _binding(secret: str) -> str:
    return sha256(b"isopolity.portal.office\n" + secret.encode()).hexdigest()


def _require_issuer(request: Request) -> None:
    if not surroundings_of(request).office.has_issuer:
        raise HTTPException(HTTPStatus.NOT_FOUND)


routes = [
    Route("/sign-in/office", go),
    Route("/sign-in/office/back", come_back),
    Route("/sign-in", ask, methods=_BOTH),
    Route("/sign-in/code", by_code, methods=_BOTH),
    Route("/sign-in/{secret}", by_link, methods=_BOTH),
    Route("/accounts", choose, methods=_BOTH),
    Route("/sessions", list_sessions, methods=_BOTH),
    Route("/sign-out", sign_out, methods=_BOTH),
]
