"""A draft is edited: pairs left out, put in, pinned, forbidden, freed or swapped; the rest improved; edits undone.

Invariant: after each edit staff reads what it cost, who lost a pair, which rules do not hold, and who is served.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.round_titles import PAIR_ACTS
from isopolity.portal.adapters.service_apis import NotAllowed
from isopolity.portal.domain.drafts.ticked import pair_in, ticked_pairs
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.office.admission import PUBLISH, for_staff_to
from isopolity.portal.entrypoints.http.office.rounds.frame import KnownRound, known_draft, round_page
from isopolity.portal.entrypoints.http.office.rounds.overview import PATH
from isopolity.portal.entrypoints.http.office.staff_names import staff_names
from isopolity.portal.entrypoints.http.visitors import apis_of

_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
_SHOWN: Final = 20
_REPLACE: Final = "replace"
_DIGITS: Final = 9


@for_staff_to(PUBLISH)
async def edits(request: Request, account: Account) -> Response:
    """The edits, the newest first, with the draft's state after them; and an edit of the pairs in a form."""
    known = await known_draft(request)
    if request.method == "GET":
        return await _shown(request, account, known, typed=await typed_before(request, account))
    form = request.state.form
    if not (orders := _orders(form)):
        return await _shown(request, account, known, problem="Mark at least one pair, and choose what is to be done.")
    return await _done(request, account, known, "edits", {"edits": orders})


@for_staff_to(PUBLISH)
async def improve(request: Request, account: Account) -> Response:
    """The rest is chosen anew around what was edited and published."""
    return await _done(request, account, await known_draft(request), "improve", None)


@for_staff_to(PUBLISH)
async def undo_edit(request: Request, account: Account) -> Response:
    """The last edit is taken back, if it is still the one that the page showed."""
    number = request.state.form.get("number", "")
    order = {"number": int(number)} if number.isascii() and number.isdigit() and 0 < len(number) < _DIGITS else None
    return await _done(request, account, await known_draft(request), "undo-edit", order)


async def _done(request: Request, account: Account, known: KnownRound, act: str, order: Any) -> Response:
    try:
        await apis_of(request).post("matching", f"{known.path}/{act}", order, is_long=True)
    except NotAllowed as refused:
        return await _shown(request, account, known, problem=str(refused), typed=request.state.form)
    return RedirectResponse(f"{PATH}/{known.round_id}/edits", _SEE_OTHER)


def _orders(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The edits that a form asks for; none where it names no act, no pair, or no pair to swap with."""
    act, by = form.get("act", ""), pair_in(form.get("by", ""))
    if act == _REPLACE:
        return [{"act": act, "pair": pair, "by": by} for pair in ticked_pairs(form)[:1] if by is not None]
    return [{"act": act, "pair": pair} for pair in ticked_pairs(form)] if act in PAIR_ACTS else []


async def _shown(
    request: Request, account: Account, known: KnownRound, *, problem: str = "", typed: Mapping[str, str] | None = None
) -> Response:
    """The edits before the one that the address names, and, on the first page, how the draft stands after them."""
    total = int(known.draft["edits"])
    text = request.query_params.get("before", "")
    end = min(total, int(text)) if text.isascii() and text.isdigit() and len(text) < _DIGITS else total
    start, apis = max(0, end - _SHOWN), apis_of(request)
    asked = {"cursor": f"{start}", "limit": f"{max(1, end - start)}"}
    found, report, people = await asyncio.gather(
        apis.get("matching", f"{known.path}/edits", asked),
        apis.get("matching", f"{known.path}/report"),
        staff_names(request, account),
    )
    orders = _orders(typed or {})
    return round_page(
        request,
        "edits.html",
        known,
        "edits",
        status=_UNPROCESSABLE if problem else 200,
        edits=list(reversed(found["items"][: end - start])),
        report=report,
        people=people,
        problem=problem,
        asked_for=typed if orders else None,
        earlier=start or None,
        is_newest=end == total,
    )


routes = [
    Route(f"{PATH}/{{round_id}}/edits", edits, methods=["GET", "POST"]),
    Route(f"{PATH}/{{round_id}}/improve", improve, methods=["POST"]),
    Route(f"{PATH}/{{round_id}}/undo-edit", undo_edit, methods=["POST"]),
]
