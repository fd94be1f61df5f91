"""How much a member takes on at a time, and a pause; changed by whoever has signed in for it.

Invariant: nothing that was typed is lost: a wrong field, or a change of somebody else, shows the form as it was filled
in. A pause is the member's own business: no page of another member depends on it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed
from isopolity.portal.domain.interests import number_in
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import for_editors
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, today

_PATH: Final = "/me/capacity"
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
_CONFLICT: Final = 409
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "city": ("capacity", "sponsorship_capacity", "paused_until"),
    "partner": ("paused_until",),
}
"""By kind of member; a partner says at each of its programmes how many cities it takes."""
_LONGEST: Final = timedelta(days=730)
"""Of a pause; who wants none for longer leaves the network."""


@for_editors
async def own_capacity(request: Request, account: Account) -> Response:
    """The form, and the change."""
    fields = _FIELDS[account.member_kind or "partner"]
    if request.method == "GET":
        known = await _known(request, account)
        if (typed := await typed_before(request, account)) is not None:
            known |= {"version": number_in(typed.get("version", ""))}
            return _shown(request, account, known, {name: typed.get(name, "") for name in fields})
        filled = {name: "" if known[name] is None else str(known[name]) for name in fields}
        return _shown(request, account, known, filled, was_saved="saved" in request.query_params)
    form = request.state.form
    filled = {name: form.get(name, "").strip() for name in fields}
    version = number_in(form.get("version", ""))
    if problems := _wrong_pause(filled["paused_until"], today(request)):
        known = await _known(request, account) | {"version": version}
        return _shown(request, account, known, filled, status=_UNPROCESSABLE, problems=problems)
    try:
        seen = version if isinstance(version, int) else 0
        await apis_of(request).patch("registry", _address(account), _change(filled), seen)
    except NotAllowed as refused:
        known = await _known(request, account) | {"version": version}
        by_field = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        problems = {name: detail for name, detail in by_field.items() if name in fields} or {"": str(refused)}
        return _shown(request, account, known, filled, status=_UNPROCESSABLE, problems=problems)
    except ChangedMeanwhile:
        known = await _known(request, account)
        change = _change(filled)
        if {name: known[name] for name in change} != change:  # sent again it is there already
            return _shown(request, account, known, filled, status=_CONFLICT, is_stale=True)
    return RedirectResponse(f"{_PATH}?saved=1", _SEE_OTHER)


def _address(account: Account) -> str:
    return f"/{'cities' if account.member_kind == 'city' else 'partners'}/{account.member_id}"


async def _known(request: Request, account: Account) -> dict[str, Any]:
    """What registry has; a pause that is over is none."""
    known: dict[str, Any] = await apis_of(request).get("registry", _address(account))
    until = known["paused_until"]
    is_over = until is not None and date.fromisoformat(until) <= today(request)
    return known | ({"paused_until": None} if is_over else {})


def _change(filled: Mapping[str, str]) -> dict[str, Any]:
    """What registry gets: numbers, a day, and nothing for an empty field that may be empty."""
    numbers = {name: number_in(text) for name, text in filled.items() if name != "paused_until"}
    change: dict[str, Any] = {**numbers, "paused_until": filled["paused_until"] or None}
    if change.get("sponsorship_capacity") == "":
        change["sponsorship_capacity"] = None
    return change


def _wrong_pause(text: str, now: date) -> dict[str, str]:
    """What to change about the day until which to pause, by field."""
    try:
        until = date.fromisoformat(text) if text else None
    except ValueError:
        return {"paused_until": "Give a day, as in 2027-02-01."}
    if until is not None and not now < until <= now + _LONGEST:
        return {"paused_until": "Choose a day after today, and at most two years ahead."}
    return {}


def _shown(
    request: Request,
    account: Account,
    known: Mapping[str, Any],
    filled: Mapping[str, str],
    *,
    status: int = 200,
    was_saved: bool = False,
    is_stale: bool = False,
    problems: Mapping[str, str] | None = None,
) -> Response:
    now = today(request)
    return page(
        request,
        "own-capacity.html",
        status,
        here="me",
        account=account,
        known=known,
        filled=filled,
        was_saved=was_saved,
        is_stale=is_stale,
        problems=problems or {},
        first=(now + timedelta(days=1)).isoformat(),
        last=(now + _LONGEST).isoformat(),
    )


routes = [Route(_PATH, own_capacity, methods=["GET", "POST"])]
