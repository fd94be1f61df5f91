"""`/notify/confirm`: the page that confirms an applicant's address. GET shows a button and changes nothing, since
scanners follow links; POST confirms.

Invariant: the secret in the path is the capability; it goes on to registry in a body, and into no log.
"""

from fastapi import APIRouter, Request, Response

from isopolity.notify.domain.errors import RegistryAway
from isopolity.notify.entrypoints.http.context import Notify
from isopolity.notify.entrypoints.http.html_pages import ConfirmationPages

router = APIRouter(prefix="/notify/confirm", include_in_schema=False)


@router.get("/{secret}")
async def show(secret: str, request: Request) -> Response:
    """The page with its button; the secret is not looked at."""
    return ConfirmationPages(request).form()


@router.post("/{secret}")
async def confirm(secret: str, request: Request, notify: Notify) -> Response:
    """Confirm the address that the secret was mailed to."""
    pages = ConfirmationPages(request)
    try:
        return pages.confirmed() if await notify.applicants.confirm(secret) else pages.ended()
    except RegistryAway:
        return pages.away()
