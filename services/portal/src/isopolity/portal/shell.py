"""The portal's layout and sessions for pages that a program serves beside the portal's own, in the same process.

Invariant: such a page has the headers of all pages, and is kept by no cache.
"""

from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from isopolity.client.registry.models import SessionReceipt
from isopolity.portal.adapters.registry_sessions import session_in
from isopolity.portal.adapters.templates import environment_with
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.pages import POLICY, page, page_of
from isopolity.portal.entrypoints.http.sign_in import come_in

__all__ = ["Selection", "foreign_page", "refusal", "signed_in"]


def foreign_page(
    request: Request, folder: Path, template: str, status: int = 200, *, frames: bool = False, **values: object
) -> HTMLResponse:
    """The page that `template` of `folder` makes of `values`; with `frames` it may frame pages of this address.

    Templates there extend `layout.html`, import `macros.html`, and set `here`.
    """
    response = _unkept(page_of(request, environment_with(folder).get_template(template), status, values))
    if frames:
        response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


def refusal(request: Request, sentence: str) -> HTMLResponse:
    """The page that says in `sentence` why nothing is shown."""
    return _unkept(page(request, "problem.html", HTTPStatus.FORBIDDEN, kind="refused", sentence=sentence))


async def signed_in(request: Request, receipt: SessionReceipt) -> Response:
    """To the visitor's own pages with the session that registry has begun for it."""
    return await come_in(request, session_in(receipt))


def _unkept(response: HTMLResponse) -> HTMLResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
