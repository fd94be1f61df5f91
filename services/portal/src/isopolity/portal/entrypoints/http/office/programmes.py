"""Programmes that partners have added and that wait for the office, which endorses or refuses each.

Invariant: nothing is decided about a partner that was changed since the page showed it.
"""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import ProgrammeRefusal
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NotForThisVisitor, NothingThere
from isopolity.portal.domain.interests import version_in
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/programmes"
_MISSING: Final = "missing"
"""What is wrong with an empty reason; the page has the sentence."""
_LONGEST: Final = 1000
"""Characters of a reason."""
_SHOWN: Final = 50
"""Partners; those beyond are shown once others are done."""


@for_staff
async def waiting_programmes(request: Request, account: Account) -> Response:
    """The programmes that wait, partner by partner."""
    return await _shown(request, account)


async def _shown(
    request: Request, account: Account, *, refused: str = "", reason: str = "", problem: str = "", changed: str = ""
) -> Response:
    """The list; `refused` and `changed` are ids of programmes: with a reason that was typed, and to be read again."""
    found = await apis_of(request).send(registry.partners.list(waiting=True, limit=_SHOWN))
    listed = [
        (partner, programme)
        for partner in found.items
        for programme in partner.programmes
        if programme.programme_id in partner.waiting
    ]
    return page(
        request,
        "office/programmes/waiting.html",
        HTTPStatus.CONFLICT if changed else HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        here="me",
        account=account,
        listed=listed,
        more=bool(found.next),
        refused=refused,
        reason=reason,
        problem=problem,
        changed=changed,
        read_again=next((each for _, each in listed if each.programme_id == changed), None),
        longest=_LONGEST,
    )


@for_staff_to(ENDORSE)
async def endorse(request: Request, account: Account) -> Response:
    """From now on the programme is visible and matched."""
    try:
        await apis_of(request).send(registry.programmes.endorse(*_ids(request), version=_version(request)))
    except (ChangedMeanwhile, NothingThere):
        return await _shown(request, account, changed=request.path_params["programme_id"])
    return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)


@for_staff_to(ENDORSE)
async def refuse(request: Request, account: Account) -> Response:
    """The partner reads the reason, and may change the programme and hand it in again."""
    programme_id = request.path_params["programme_id"]
    reason = request.state.form.get("reason", "").strip()
    if not reason:
        return await _shown(request, account, refused=programme_id, problem=_MISSING)
    try:
        body = ProgrammeRefusal(reason=reason)
        await apis_of(request).send(registry.programmes.refuse(*_ids(request), body, version=_version(request)))
    except (ChangedMeanwhile, NothingThere):
        return await _shown(request, account, refused=programme_id, reason=reason, changed=programme_id)
    except NotForThisVisitor:
        raise
    except NotAllowed as told:
        return await _shown(request, account, refused=programme_id, reason=reason, problem=str(told))
    return RedirectResponse(_PATH, HTTPStatus.SEE_OTHER)


def _ids(request: Request) -> tuple[str, str]:
    """The ids of the partner and of its programme that the address names."""
    return request.path_params["partner_id"], request.path_params["programme_id"]


def _version(request: Request) -> int:
    """The version of the partner that the page showed."""
    return version_in(request.state.form.get("version", ""))


routes = [
    Route(_PATH, waiting_programmes),
    Route(f"{_PATH}/{{partner_id}}/{{programme_id}}/endorse", endorse, methods=["POST"]),
    Route(f"{_PATH}/{{partner_id}}/{{programme_id}}/refuse", refuse, methods=["POST"]),
]
