"""How much a member takes on at a time, and a pause; changed by whoever has signed in for it.

Invariant: nothing that was typed is lost: a wrong field, or a change of somebody else, shows the form as it was filled
in. A pause is the member's own business: no page of another member depends on it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client.registry.models import CityEntry
from isopolity.portal.adapters.members import Member, change_member, read_member
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed
from isopolity.portal.domain.interests import number_in
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import for_editors
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, today

_PATH: Final = "/me/capacity"
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
            return _shown(request, account, known, typed, version=number_in(typed.get("version", "")))
        return _shown(request, account, known, _filled(known), was_saved="saved" in request.query_params)
    form = request.state.form
    filled = {name: form.get(name, "").strip() for name in fields}
    version = number_in(form.get("version", ""))
    if problems := _wrong_pause(filled["paused_until"], today(request)):
        known = await _known(request, account)
        return _shown(
            request, account, known, filled, version=version, status=HTTPStatus.UNPROCESSABLE_ENTITY, problems=problems
        )
    try:
        seen = version if isinstance(version, int) else 0
        await change_member(apis_of(request), account.member_kind, account.member, _change(filled), seen)
    except NotAllowed as refused:
        known = await _known(request, account)
        by_field = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        problems = {name: detail for name, detail in by_field.items() if name in fields} or {"": str(refused)}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _shown(request, account, known, filled, version=version, status=status, problems=problems)
    except ChangedMeanwhile:
        known = await _known(request, account)
        if _change(_filled(known)) != _change(filled):  # sent again it is there already
            return _shown(request, account, known, filled, status=HTTPStatus.CONFLICT, is_stale=True)
    return RedirectResponse(f"{_PATH}?saved=1", HTTPStatus.SEE_OTHER)


async def _known(request: Request, account: Account) -> Member:
    """What registry has; a pause that is over is none."""
    known = await read_member(apis_of(request), account.member_kind, account.member)
    is_over = known.paused_until is not None and known.paused_until <= today(request)
    return known.model_copy(update={"paused_until": None}) if is_over else known


def _filled(known: Member) -> dict[str, str]:
    """The form as it shows what registry has."""
    numbers = [known.capacity, known.sponsorship_capacity] if isinstance(known, CityEntry) else []
    fields = _FIELDS["city" if isinstance(known, CityEntry) else "partner"]
    stated = zip(fields, [*numbers, known.paused_until], strict=True)
    return {name: "" if value is None else str(value) for name, value in stated}


def _change(filled: Mapping[str, str]) -> dict[str, int | str | None]:
    """What registry gets: numbers, a day, and nothing for an empty field that may be empty."""
    numbers = {name: number_in(text) for name, text in filled.items() if name != "paused_until"}
    change: dict[str, int | str | None] = {**numbers, "paused_until": filled["paused_until"] or None}
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
    known: Member,
    filled: Mapping[str, str],
    *,
    version: int | str | None = None,
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
        version=known.version if version is None else version,
        filled={name: filled.get(name, "") for name in _FIELDS[account.member_kind or "partner"]},
        was_saved=was_saved,
        is_stale=is_stale,
        problems=problems or {},
        first=(now + timedelta(days=1)).isoformat(),
        last=(now + _LONGEST).isoformat(),
    )


routes = [Route(_PATH, own_capacity, methods=["GET", "POST"])]
