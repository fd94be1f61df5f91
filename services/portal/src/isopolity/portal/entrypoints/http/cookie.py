"""The one cookie of the portal: a secret that stands for a session, and for what is kept beside it."""

from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.entrypoints.http.context import surroundings_of


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
