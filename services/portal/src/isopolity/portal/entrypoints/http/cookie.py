"""The cookies of the portal: one stands for a session and what is kept beside it, one for the browser.

Invariant: the browser's cookie opens nothing. Registry knows the browser by it, so that no stranger slows down those
who have signed in there.
"""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.adapters.encryption import new_secret
from isopolity.portal.entrypoints.http.context import surroundings_of

_KEPT: Final = 400 * 24 * 3600
"""Seconds for which a browser keeps its own cookie after a sign-in; browsers keep none longer."""
_SECRET: Final = re.compile("[A-Za-z0-9_-]{43}")


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


def browser_secret_of(request: Request) -> str:
    """The secret in the browser's own cookie, or a new one, the same throughout the request."""
    if not hasattr(request.state, "browser_secret"):
        secret = request.cookies.get(surroundings_of(request).office.browser_cookie, "")
        request.state.browser_secret = secret if _SECRET.fullmatch(secret) else new_secret()
    return str(request.state.browser_secret)


def remember_browser(request: Request, response: Response) -> None:
    """Give the browser its own cookie, for 400 days from now on."""
    office, secret = surroundings_of(request).office, browser_secret_of(request)
    response.set_cookie(
        office.browser_cookie, secret, _KEPT, path="/", httponly=True, secure=office.is_secure, samesite="lax"
    )
