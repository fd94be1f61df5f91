"""The shortlist of a partner: cities that it looks at, how far it is with each, and notes with who wrote them.

Invariant: nothing that was typed is lost. What stands here the partner's own contacts alone read.
"""

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NothingThere
from isopolity.portal.application.form_help.lookups import BUTTON
from isopolity.portal.domain.programmes.shortlist import STATUSES, ShownNotes, stated_in
from isopolity.portal.domain.session import Account
from isopolity.portal.domain.steps.fields import Form, count_in
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.own.admission import elsewhere
from isopolity.portal.entrypoints.http.programmes.admission import for_partners, may_edit
from isopolity.portal.entrypoints.http.programmes.own_programmes import own_programmes
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, today

PATH: Final = "/me/shortlist"
_SEE_OTHER: Final = 303
_CONFLICT: Final = 409
_UNPROCESSABLE: Final = 422
_SHOWN: Final = 50


@for_partners
async def shortlist(request: Request, account: Account) -> Response:
    """The list, what changed last first; by status, if one is chosen."""
    status = request.query_params.get("status", "")
    entries = await entries_of(request, account)
    chosen = [each for each in entries if status not in STATUSES or each["status"] == status]
    shown = chosen if "all" in request.query_params else chosen[:_SHOWN]
    own = await own_programmes(request, account)
    named = {each["programme_id"]: each["name"] for each in own.all}
    values: dict[str, Any] = {
        "programmes": named,
        "entries": shown,
        "chosen": status,
        "total": len(chosen),
        "statuses": STATUSES,
        "done": request.query_params.get("done", ""),
    }
    return page(request, "programmes/shortlist.html", here="me", account=account, may_edit=may_edit(account), **values)


@for_partners
async def entry(request: Request, account: Account) -> Response:
    """A city on the list, or one that may be put there: how it stands, its notes, and what its forms ask for."""
    if request.method == "GET":
        return await _shown(request, account, await typed_before(request, account))
    return await _changed(request, account) if may_edit(account) else elsewhere(request)


async def _changed(request: Request, account: Account) -> Response:
    """The city is put on the list or changed, with a note if one was written, or taken away, or a note is deleted."""
    form, city_id = request.state.form, request.path_params["city_id"]
    apis, path = apis_of(request), f"/partners/{account.member_id}/shortlist/{city_id}"
    wanted, _, note_id = form.get(BUTTON, "").partition(":")
    text = form.get("text", "").strip()
    try:
        if wanted == "remove":
            await _gone(apis.delete("registry", path))
            return RedirectResponse(f"{PATH}?done=removed", _SEE_OTHER)
        if wanted == "erase":
            await _gone(apis.delete("registry", f"{path}/notes/{note_id}"))
        else:
            await apis.put("registry", path, stated_in(form))
            if text:
                await apis.post("registry", f"{path}/notes", {"text": text})
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()} or {"": str(refused)}
        return await _shown(request, account, form, problems)
    except (NothingThere, ChangedMeanwhile):  # what is empty is what stands there now: nobody's day is wiped
        typed = {name: value for name, value in form.items() if value.strip()}
        return await _shown(request, account, typed, is_stale=True)
    return RedirectResponse(f"{PATH}/{city_id}?done={'erased' if wanted == 'erase' else 'saved'}", _SEE_OTHER)


async def entries_of(request: Request, account: Account) -> list[dict[str, Any]]:
    """All cities on the shortlist of the partner as which the visitor acts; of notes the number alone."""
    found = await apis_of(request).get("registry", f"/partners/{account.member_id}/shortlist")
    return list(found["items"])


async def _if_listed(request: Request, account: Account, city_id: str) -> dict[str, Any] | None:
    """The entry of the city with its notes, None where it is not on the list."""
    try:
        return dict(await apis_of(request).get("registry", f"/partners/{account.member_id}/shortlist/{city_id}"))
    except NothingThere:
        return None


async def _gone(deleted: Any) -> None:
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
    try:
        city = await apis_of(request).get("registry", f"/cities/{city_id}")
    except NothingThere:
        if known is None and not is_stale:
            raise HTTPException(404) from None
        city = None
    fresh = {"status": STATUSES[0], "programme_id": request.query_params.get("programme"), "diligence_on": None}
    shown, newer = known or fresh, count_in(request.query_params.get("older", "0"))
    filled = {name: shown[name] or "" for name in ("status", "programme_id", "diligence_on")} | {"text": ""}
    return page(
        request,
        "programmes/entry.html",
        _CONFLICT if is_stale else _UNPROCESSABLE if problems else 200,
        here="me",
        account=account,
        may_edit=may_edit(account),
        city_id=city_id,
        city=city,
        known=known,
        notes=ShownNotes.of((known or {}).get("notes") or [], newer if isinstance(newer, int) else 0),
        programmes=own.all,
        statuses=STATUSES,
        filled={**filled, **(form or {})},
        problems=problems or {},
        is_stale=is_stale,
        done=request.query_params.get("done", ""),
        today=today(request).isoformat(),
    )


routes = [
    Route(PATH, shortlist),
    Route(f"{PATH}/{{city_id}}", entry, methods=["GET", "POST"]),
]
