"""The page that confirms an applicant's address: GET shows a button and changes nothing, since scanners follow links;
POST confirms.

The secret in the path is the capability; it goes on to registry in a body, and into no log.
"""

from fastapi import APIRouter, Request, Response

from isopolity.notify.application.ports import Applicants
from isopolity.notify.domain.errors import RegistryAway
from isopolity.notify.entrypoints.http.html_pages import ConfirmationPages


def confirmation_router(applicants: Applicants) -> APIRouter:
    """The routes under `/notify/confirm`."""
    router = APIRouter(prefix="/notify/confirm", include_in_schema=False)

    @router.get("/{secret}")
    async def show(secret: str, request: Request) -> Response:
        return ConfirmationPages(request).form()

    @router.post("/{secret}")
    async def confirm(secret: str, request: Request) -> Response:
        pages = ConfirmationPages(request)
        try:
            return pages.confirmed() if await applicants.confirm(secret) else pages.ended()
        except RegistryAway:
            return pages.away()

    return router
