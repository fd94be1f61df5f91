"""Programmes that partners have added and that wait for the office, which endorses or refuses each.

Invariant: nothing is decided about a partner that was changed since the page showed it.
"""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NotForThisVisitor, NothingThere
from isopolity.portal.domain.interests import version_in
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/programmes"
_SEE_OTHER: Final = 303
_CONFLICT: Final = 409
_UNPROCESSABLE: Final = 422
_MISSING: Final = "missing"
"""What is wrong with an empty reason; the page has the sentence."""
_LONGEST: Final = 1000
"""Characters of a reason."""
_SHOWN: Final = {"waiting": "true", "limit": "50"}
"""Partners; those beyond are shown once others are done."""


@for_staff
async def waiting_programmes(request: Request, account: Account) -> Response:
    """The programmes that wait, partner by partner."""
    return await _shown(request, account)


async def _shown(
    request: Request, account: Account, *, refused: str = "", reason: str = "", problem: str = "", changed: str = ""
) -> Response:
    """The list; `refused` and `changed` are ids of programmes: with a reason that was typed, and to be read again."""
    found = await apis_of(request).get("registry", "/partners", _SHOWN)
    listed = [
        (partner, programme)
        for partner in found["items"]
        for programme in partner["programmes"]
        if programme["programme_id"] in partner["waiting"]
    ]
    return page(
        request,
        "office/programmes/waiting.html",
        _CONFLICT if changed else _UNPROCESSABLE if problem else 200,
        here="me",
        account=account,
        listed=listed,
        more=bool(found["next"]),
        refused=refused,
        reason=reason,
        problem=problem,
        changed=changed,
        read_again=next((each for _, each in listed if each["programme_id"] == changed), None),
        longest=_LONGEST,
    )


@for_staff_to(ENDORSE)
async def endorse(request: Request, account: Account) -> Response:
    """From now on the programme is visible and matched."""
    try:
        await _decided(request, "endorse")
    except (ChangedMeanwhile, NothingThere):
        return await _shown(request, account, changed=request.path_params["programme_id"])
    return RedirectResponse(_PATH, _SEE_OTHER)


@for_staff_to(ENDORSE)
async def refuse(request: Request, account: Account) -> Response:
    """The partner reads the reason, and may change the programme and hand it in again."""
    programme_id = request.path_params["programme_id"]
    reason = request.state.form.get("reason", "").strip()
    if not reason:
        return await _shown(request, account, refused=programme_id, problem=_MISSING)
    try:
        await _decided(request, "refuse", {"reason": reason})
    except (ChangedMeanwhile, NothingThere):
        return await _shown(request, account, refused=programme_id, reason=reason, changed=programme_id)
    except NotForThisVisitor:
        raise
    except NotAllowed as told:
        return await _shown(request, account, refused=programme_id, reason=reason, problem=str(told))
    return RedirectResponse(_PATH, _SEE_OTHER)


async def _decided(request: Request, decision: str, body: Any = None) -> None:
    """Decide about the programme as the page showed it. Raises what `post` does."""
    partner_id, programme_id = (request.path_params[name] for name in ("partner_id", "programme_id"))
    path = f"/partners/{partner_id}/programmes/{programme_id}/{decision}"
    await apis_of(request).post("registry", path, body, version=version_in(request.state.form.get("version", "")))


routes = [
    Route(_PATH, waiting_programmes),
    Route(f"{_PATH}/{{partner_id}}/{{programme_id}}/endorse", endorse, methods=["POST"]),
    Route(f"{_PATH}/{{partner_id}}/{{programme_id}}/refuse", refuse, methods=["POST"]),
]
