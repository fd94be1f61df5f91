"""The shortlist of a partner: cities that it looks at, how far it is with each, and notes with who wrote them; and
what it did and when, from agreement on what both sides did, and what silence means.

Invariant: nothing that was typed is lost. Only the partner's own contacts read the shortlist.
"""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException

from isopolity.client import matching, registry
from isopolity.client.registry.models import EntryView, NoteInput
from isopolity.portal.application.form_help import BUTTON
from isopolity.portal.domain.programmes.shortlist import STATUSES, NotesPage, filled_with, pipeline, stated_in
from isopolity.portal.domain.typed_values import count_in
from isopolity.portal.entrypoints.http.admission import elsewhere, for_partners, may_edit
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other, today
from isopolity.portal.entrypoints.http.programmes.own_programmes import own_programmes

PATH: Final = "/me/shortlist"
_AT_FIRST: Final = 50
_PATH: Final = "/me/pipeline"
_STEPS: Final = 100


@for_partners
async def shortlist(request: Request, account: Account) -> Response:
    """The list, what changed last first; by status, if one is chosen."""
    status = request.query_params.get("status", "")
    entries = await entries_of(request, account)
    chosen = [each for each in entries if status not in STATUSES or each.status == status]
    listed = chosen if "all" in request.query_params else chosen[:_AT_FIRST]
    own = await own_programmes(request, account)
    return page(
        request,
        "programmes/shortlist.html",
        may_edit=may_edit(account),
        programmes={each.programme_id: each.name for each in own.all},
        entries=listed,
        chosen=status,
        total=len(chosen),
        statuses=STATUSES,
        done=request.query_params.get("done", ""),
    )


@for_partners
async def entry(request: Request, account: Account) -> Response:
    """A city on the list, or one that may be put there: how it stands, its notes, and what its forms ask for."""
    form = await PageForm.of(request, account)
    if form.was_sent and not may_edit(account):
        return elsewhere(request)
    if form.was_sent and (done := await form.answer(_changed(request, account, form), may_be_gone=True)):
        return see_other(done)
    return await _rendered(request, account, form)


async def _changed(request: Request, account: Account, form: PageForm) -> str:
    """Put the city on the list or change it, with a note if one was written, take it away, or delete a note.

    Returns the address of the page that says so.
    """
    city_id, apis, partner_id = request.path_params["city_id"], apis_of(request), account.member
    wanted, _, note_id = form[BUTTON].partition(":")
    if wanted == "remove":
        await if_there(apis.send(registry.shortlist.delete(partner_id, city_id)))
        return f"{PATH}?done=removed"
    if wanted == "erase":
        await if_there(apis.send(registry.notes.delete(partner_id, city_id, note_id)))
        return f"{PATH}/{city_id}?done=erased"
    await apis.send(registry.shortlist.change(partner_id, city_id, stated_in(form.fields)))
    if form["text"]:
        await apis.send(registry.shortlist.notes(partner_id, city_id, NoteInput(text=form["text"])))
    return f"{PATH}/{city_id}?done=saved"


async def entries_of(request: Request, account: Account) -> Sequence[EntryView]:
    """All cities on the shortlist of the partner as which the visitor acts; of notes the number alone."""
    return (await apis_of(request).send(registry.partners.shortlist(account.member))).items


async def _rendered(request: Request, account: Account, form: PageForm) -> Response:
    city_id, apis = request.path_params["city_id"], apis_of(request)
    known = await if_there(apis.send(registry.shortlist.read(account.member, city_id)))
    own = await own_programmes(request, account)
    city = await if_there(apis.send(registry.cities.read(city_id)))
    is_stale = form.is_stale or form.is_gone
    if city is None and known is None and not is_stale:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    # where somebody else has changed it, an empty field takes what stands there now, so that no day is wiped
    typed = {name: value for name, value in form.fields.items() if value.strip() or not is_stale}
    fresh = {"status": STATUSES[0], "programme_id": request.query_params.get("programme") or "", "diligence_on": ""}
    filled = fresh if known is None else filled_with(known)
    newer = count_in(request.query_params.get("older", "0"))
    return form.page(
        request,
        "programmes/entry.html",
        may_edit=may_edit(account),
        city_id=city_id,
        city=city,
        known=known,
        notes=NotesPage.of(() if known is None else known.notes or (), newer if isinstance(newer, int) else 0),
        programmes=own.all,
        statuses=STATUSES,
        filled={"text": "", **filled, **typed},
        is_stale=is_stale,
        done=request.query_params.get("done", ""),
        seen_at=to_jsonable_python(known.changed_at) if known else "",
        today=today(request).isoformat(),
    )


@for_partners
async def pipeline_page(request: Request, account: Account) -> Response:
    """Show what the partner did and when, and from agreement on what both sides did."""
    apis = apis_of(request)
    interests, proposals, partnerships, own = await asyncio.gather(
        apis.send(matching.interests.list(account.member, limit=_STEPS)),
        apis.send(matching.members.proposals(account.member, limit=_STEPS)),
        apis.send(matching.members.partnerships(account.member, limit=_STEPS)),
        own_programmes(request, account),
    )
    steps = pipeline(interests.items, proposals.items, partnerships.items)
    more = any((interests.next, proposals.next, partnerships.next))
    programmes = {each.programme_id: each.name for each in own.all}
    return page(request, "programmes/pipeline.html", steps=steps, more=more, programmes=programmes)


routes = [
    Route(PATH, shortlist),
    Route(f"{PATH}/{{city_id}}", entry, methods=["GET", "POST"]),
    Route(_PATH, pipeline_page),
]
