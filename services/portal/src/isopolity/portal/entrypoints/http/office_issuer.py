"""Staff signs in at the issuer of its organisation, and comes back.

Invariant: who comes back is let in only in the browser that went; the session's cookie stands for it on the way.
"""

from hashlib import sha256
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.encryption import new_secret
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.cookie import cookie_of, remember
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.sign_in import browser_of, come_in
from isopolity.portal.entrypoints.http.visitors import issuer_of
from isopolity.web.protection import lead_out


async def go(request: Request) -> Response:
    """To the issuer's page."""
    _require_issuer(request)
    secret = cookie_of(request) or new_secret()
    response = RedirectResponse(await issuer_of(request).address(_binding(secret)), HTTPStatus.SEE_OTHER)
    remember(request, response, secret)
    lead_out(request.scope)
    return response


async def come_back(request: Request) -> Response:
    """What the issuer sends the browser back with; a sign-in that was broken off there begins anew."""
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


routes = [Route("/sign-in/office", go), Route("/sign-in/office/back", come_back)]
