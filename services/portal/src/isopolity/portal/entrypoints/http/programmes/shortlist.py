"""The shortlist of a partner: cities that it looks at, how far it is with each, and notes with who wrote them.

Invariant: nothing that was typed is lost. What stands here the partner's own contacts alone read.
"""

from collections.abc import Awaitable, Sequence
from http import HTTPStatus
from typing import Final

from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import CityEntry, EntryView, NoteInput
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NothingThere
from isopolity.portal.application.form_help.lookups import BUTTON
from isopolity.portal.domain.programmes.shortlist import STATUSES, ShownNotes, shown_in, stated_in
from isopolity.portal.domain.session import Account
from isopolity.portal.domain.steps.fields import Form, count_in
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import elsewhere
from isopolity.portal.entrypoints.http.programmes.admission import for_partners, may_edit
from isopolity.portal.entrypoints.http.programmes.own_programmes import own_programmes
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, today

PATH: Final = "/me/shortlist"
_SHOWN: Final = 50


@for_partners
async def shortlist(request: Request, account: Account) -> Response:
    """The list, what changed last first; by status, if one is chosen."""
    status = request.query_params.get("status", "")
    entries = await entries_of(request, account)
    chosen = [each for each in entries if status not in STATUSES or each.status == status]
    shown = chosen if "all" in request.query_params else chosen[:_SHOWN]
    own = await own_programmes(request, account)
    return page(
        request,
        "programmes/shortlist.html",
        here="me",
        account=account,
        may_edit=may_edit(account),
        programmes={each.programme_id: each.name for each in own.all},
        entries=shown,
        chosen=status,
        total=len(chosen),
        statuses=STATUSES,
        done=request.query_params.get("done", ""),
    )


@for_partners
async def entry(request: Request, account: Account) -> Response:
    """A city on the list, or one that may be put there: how it stands, its notes, and what its forms ask for."""
    if request.method == "GET":
        return await _shown(request, account, await typed_before(request, account))
    return await _changed(request, account) if may_edit(account) else elsewhere(request)


async def _changed(request: Request, account: Account) -> Response:
    """The city is put on the list or changed, with a note if one was written, or taken away, or a note is deleted."""
    form, city_id = request.state.form, request.path_params["city_id"]
    apis, partner_id = apis_of(request), account.member
    wanted, _, note_id = form.get(BUTTON, "").partition(":")
    text = form.get("text", "").strip()
    try:
        if wanted == "remove":
            await _gone(apis.send(registry.shortlist.delete(partner_id, city_id)))
            return RedirectResponse(f"{PATH}?done=removed", HTTPStatus.SEE_OTHER)
        if wanted == "erase":
            await _gone(apis.send(registry.notes.delete(partner_id, city_id, note_id)))
        else:
            await apis.send(registry.shortlist.change(partner_id, city_id, stated_in(form)))
            if text:
                await apis.send(registry.shortlist.notes(partner_id, city_id, NoteInput(text=text)))
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()} or {"": str(refused)}
        return await _shown(request, account, form, problems)
    except (NothingThere, ChangedMeanwhile):  # what is empty is what stands there now: nobody's day is wiped
        typed = {name: value for name, value in form.items() if value.strip()}
        return await _shown(request, account, typed, is_stale=True)
    return RedirectResponse(f"{PATH}/{city_id}?done={'erased' if wanted == 'erase' else 'saved'}", HTTPStatus.SEE_OTHER)


async def entries_of(request: Request, account: Account) -> Sequence[EntryView]:
    """All cities on the shortlist of the partner as which the visitor acts; of notes the number alone."""
    return (await apis_of(request).send(registry.partners.shortlist(account.member))).items


async def _if_listed(request: Request, account: Account, city_id: str) -> EntryView | None:
    """The entry of the city with its notes, None where it is not on the list."""
    try:
        return await apis_of(request).send(registry.shortlist.read(account.member, city_id))
    except NothingThere:
        return None


async def _gone(deleted: Awaitable[None]) -> None:
    try:
        await deleted
    except NothingThere:  # sent twice
        return


async def _shown(
    request: Request,
    account: Account,
    form: Form | None,
    problems: dict[str, str] | None = None,
    *,
    is_stale: bool = False,
) -> Response:
    city_id = request.path_params["city_id"]
    known = await _if_listed(request, account, city_id)
    own = await own_programmes(request, account)
    city: CityEntry | None = None
    try:
        city = await apis_of(request).send(registry.cities.read(city_id))
    except NothingThere:
        if known is None and not is_stale:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
    fresh = {"status": STATUSES[0], "programme_id": request.query_params.get("programme") or "", "diligence_on": ""}
    filled = fresh if known is None else shown_in(known)
    newer = count_in(request.query_params.get("older", "0"))
    return page(
        request,
        "programmes/entry.html",
        _status(is_stale=is_stale, is_wrong=bool(problems)),
        here="me",
        account=account,
        may_edit=may_edit(account),
        city_id=city_id,
        city=city,
        known=known,
        notes=ShownNotes.of(() if known is None else known.notes or (), newer if isinstance(newer, int) else 0),
        programmes=own.all,
        statuses=STATUSES,
        filled={"text": "", **filled, **(form or {})},
        problems=problems or {},
        is_stale=is_stale,
        done=request.query_params.get("done", ""),
        seen_at=to_jsonable_python(known.changed_at) if known else "",
        today=today(request).isoformat(),
    )


def _status(*, is_stale: bool, is_wrong: bool) -> HTTPStatus:
    if is_stale:
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK


routes = [
    Route(PATH, shortlist),
    Route(f"{PATH}/{{city_id}}", entry, methods=["GET", "POST"]),
]
