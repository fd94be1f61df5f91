"""Programmes that partners have added and that wait for the office, and their endorsement."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/programmes"
_SEE_OTHER: Final = 303
_SHOWN: Final = {"waiting": "true", "limit": "50"}
"""Partners; those beyond are shown once others are done."""


@for_staff
async def waiting_programmes(request: Request, account: Account) -> Response:
    """The programmes that wait, partner by partner."""
    found = await apis_of(request).get("registry", "/partners", _SHOWN)
    listed = [
        (partner, programme)
        for partner in found["items"]
        for programme in partner["programmes"]
        if programme["programme_id"] in partner["waiting"]
    ]
    return page(
        request, "office/programmes/waiting.html", here="me", account=account, listed=listed, more=bool(found["next"])
    )


@for_staff_to(ENDORSE)
async def endorse(request: Request, _account: Account) -> Response:
    """From now on the programme is visible and matched."""
    partner_id, programme_id = (request.path_params[name] for name in ("partner_id", "programme_id"))
    await apis_of(request).post("registry", f"/partners/{partner_id}/programmes/{programme_id}/endorse", None)
    return RedirectResponse(_PATH, _SEE_OTHER)


routes = [
    Route(_PATH, waiting_programmes),
    Route(f"{_PATH}/{{partner_id}}/{{programme_id}}/endorse", endorse, methods=["POST"]),
]
