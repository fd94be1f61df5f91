"""Programmes that partners have added and that wait for the office, which endorses or refuses each.

Invariant: nothing is decided about a partner that was changed since the page showed it.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import ProgrammeRefusal
from isopolity.portal.adapters.service_apis import NotAllowed
from isopolity.portal.domain.interests import version_in
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, see_other
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
    return await _shown(request, account, await PageForm.of(request))


async def _shown(request: Request, account: Account, form: PageForm, *, refused: str = "") -> Response:
    """The list; where the programme with the id `refused` was not refused, with the reason that was typed."""
    found = await apis_of(request).send(registry.partners.list(waiting=True, limit=_SHOWN))
    listed = [
        (partner, programme)
        for partner in found.items
        for programme in partner.programmes
        if programme.programme_id in partner.waiting
    ]
    changed = request.path_params["programme_id"] if form.is_stale or form.is_gone else ""
    return page(
        request,
        "office/programmes/waiting.html",
        form.status,
        here="me",
        account=account,
        listed=listed,
        more=bool(found.next),
        refused=refused,
        reason=form["reason"],
        problem=form.sentence,
        changed=changed,
        read_again=next((each for _, each in listed if each.programme_id == changed), None),
        longest=_LONGEST,
    )


@for_staff_to(ENDORSE)
async def endorse(request: Request, account: Account) -> Response:
    """From now on the programme is visible and matched."""
    form = await PageForm.of(request)
    endorsed = apis_of(request).send(registry.programmes.endorse(*_ids(request), version=_version(form)))
    if await form.done(endorsed, may_be_gone=True, passes=NotAllowed):
        return see_other(_PATH)
    return await _shown(request, account, form)


@for_staff_to(ENDORSE)
async def refuse(request: Request, account: Account) -> Response:
    """The partner reads the reason, and may change the programme and hand it in again."""
    form = await PageForm.of(request)
    if not form["reason"]:
        form.refuse({"": _MISSING})
    else:
        body = ProgrammeRefusal(reason=form["reason"])
        call = registry.programmes.refuse(*_ids(request), body, version=_version(form))
        if await form.done(apis_of(request).send(call), may_be_gone=True):
            return see_other(_PATH)
    return await _shown(request, account, form, refused=request.path_params["programme_id"])


def _ids(request: Request) -> tuple[str, str]:
    """The ids of the partner and of its programme that the address names."""
    return request.path_params["partner_id"], request.path_params["programme_id"]


def _version(form: PageForm) -> int:
    """The version of the partner that the page showed."""
    return version_in(form["version"])


routes = [
    Route(_PATH, waiting_programmes),
    Route(f"{_PATH}/{{partner_id}}/{{programme_id}}/endorse", endorse, methods=["POST"]),
    Route(f"{_PATH}/{{partner_id}}/{{programme_id}}/refuse", refuse, methods=["POST"]),
]
