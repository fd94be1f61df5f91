"""A member's profile by steps; how much it takes on at a time, and a pause.

Invariant: nothing that was typed is lost: a wrong field, or a change of somebody else, shows the form as it was filled
in. A pause is the member's own business: no page of another member depends on it.
"""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from isopolity.client.registry.models import CityEntry
from isopolity.portal.adapters.members import Member, change_member, read_member
from isopolity.portal.adapters.wording import _
from isopolity.portal.domain.steps.order import STEPS
from isopolity.portal.domain.typed_values import day_in, number_in
from isopolity.portal.entrypoints.http.admission import for_editors
from isopolity.portal.entrypoints.http.city_requests.requests_of_city import requests_of
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    gettext_of,
    page,
    see_other,
    today,
)
from isopolity.portal.entrypoints.http.profile_steps import _standing, change_step

_PATH: Final = "/me/profile"
own_step = for_editors(change_step)
"""A step of the profile, for contacts who may change it."""
_NAMES: Final = dict.fromkeys(name for steps in STEPS.values() for name in steps)
_CAPACITY: Final = "/me/capacity"
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "city": ("capacity", "sponsorship_capacity", "paused_until"),
    "partner": ("paused_until",),
}
"""By kind of member; a partner says at each of its programmes how many cities it takes."""
_LONGEST: Final = timedelta(days=730)
"""The longest pause; a member that wants a longer one leaves the network."""


@for_editors
async def own_profile(request: Request, account: Account) -> Response:
    """The steps, and what each of them holds now."""
    apis = apis_of(request)
    standing, asked = await asyncio.gather(_standing(apis, account), requests_of(request, account))
    kind = str(account.member_kind)
    return page(request, "own-profile.html", member_kind=kind, standing=standing, steps=list(STEPS[kind]), asked=asked)


@for_editors
async def own_capacity(request: Request, account: Account) -> Response:
    """The form of the room for partnerships and of a pause; POST changes them."""
    fields = _FIELDS[account.member_kind or "partner"]
    form = await PageForm.of(request, account, fields)
    version = number_in(form["version"])
    if form.was_sent:
        if wrong := _wrong_pause(form["paused_until"], today(request)):
            form.refuse({"paused_until": gettext_of(request)(wrong)})
        elif await form.done(_save_capacity(request, account, form, version if isinstance(version, int) else 0)):
            return see_other(f"{_CAPACITY}?saved=1")
    known = await _known(request, account)
    if form.is_stale and _change(_filled(known)) == _change(form.fields):  # sent again it is there already
        return see_other(f"{_CAPACITY}?saved=1")
    is_fresh = form.typed is None
    return form.page(
        request,
        "own-capacity.html",
        known=known,
        version=known.version if is_fresh or form.is_stale else version,
        filled=form.filled(_filled(known)),
        was_saved=is_fresh and "saved" in request.query_params,
        first=(today(request) + timedelta(days=1)).isoformat(),
        last=(today(request) + _LONGEST).isoformat(),
    )


async def _save_capacity(request: Request, account: Account, form: PageForm, seen: int) -> None:
    await change_member(apis_of(request), account.member_kind, account.member, _change(form.fields), seen)


async def _known(request: Request, account: Account) -> Member:
    """The member as registry has it, without a pause that is over."""
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
    """The change for registry: numbers, a day, and None for an empty field that may be empty."""
    numbers = {name: number_in(text) for name, text in filled.items() if name != "paused_until"}
    change: dict[str, int | str | None] = {**numbers, "paused_until": filled["paused_until"] or None}
    if change.get("sponsorship_capacity") == "":
        change["sponsorship_capacity"] = None
    return change


def _wrong_pause(text: str, now: date) -> str:
    """The problem of the day until which to pause, in English; empty without one."""
    if not text:
        return ""
    if (until := day_in(text)) is None:
        return _("Give a day, as in 2027-02-01.")
    return "" if now < until <= now + _LONGEST else _("Choose a day after today, and at most two years ahead.")


routes = [
    Route(_PATH, own_profile),
    *(Route(f"{_PATH}/{name}", own_step, methods=["GET", "POST"]) for name in _NAMES),
    Route(_CAPACITY, own_capacity, methods=["GET", "POST"]),
]
