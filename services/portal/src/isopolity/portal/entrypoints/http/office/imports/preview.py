"""Staff looks at what a file would do, row by row, gets it back with what to change, and does it.

Invariant: a button does what its page showed; where something has changed meanwhile, the page says so and shows it.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import Endorsements, PreparedImportDocument, PreparedRowList, Taking
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.domain.interests import version_in
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.optional_answers import if_there
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, see_other
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.office.imports.upload import PATH
from isopolity.portal.entrypoints.http.office.known_members import KnownMember, members_known
from isopolity.portal.entrypoints.http.rendering import page, sent_file
from isopolity.portal.entrypoints.http.visitors import apis_of

_AT_ONCE: Final = 10
_ENDORSED_AT_ONCE: Final = 1000
_MOST_TO_ENDORSE: Final = 5000
"""Members of an import whose ids registry tells; of more the file is read with the tick that endorses all."""
_FORMS: Final = ("xlsx", "csv")


@for_staff_to(ENDORSE)
async def look(request: Request, _account: Account) -> Response:
    """What the file would do, or has done; its form does it, or forgets the file."""
    import_id, form = request.path_params["import_id"], await PageForm.of(request)
    if not form.was_sent:
        return await _shown(request, form)
    if form["do"] == "forget":
        await if_there(apis_of(request).send(registry.prepared_imports.delete(import_id)))
        return see_other(PATH)
    if await form.done(_act(apis_of(request), import_id, form)):
        return see_other(f"{PATH}/{import_id}")
    return see_other(f"{PATH}/{import_id}?changed=1") if form.is_stale else await _shown(request, form)


async def _act(apis: ServiceApis, import_id: str, form: PageForm) -> None:
    """Import the file, endorse what it has entered, or both. Raises ChangedMeanwhile, NotAllowed, NothingThere."""
    do = form["do"]
    if do != "endorse":
        wanted = Taking(shown=form["shown"], skip_wrong=do.startswith("skip"))
        await apis.send(registry.prepared_imports.take(import_id, wanted), is_long=True)
    if do.endswith("endorse"):
        await _endorse(apis, import_id)


async def _endorse(apis: ServiceApis, import_id: str) -> None:
    """Endorse the members of an import that was done and that are not endorsed yet; where one of them leaves at that
    moment, none is, and the page tells who is left.
    """
    prepared = await apis.send(registry.prepared_imports.read(import_id))
    ids = prepared.to_endorse
    for start in range(0, len(ids), _ENDORSED_AT_ONCE):
        some = ids[start : start + _ENDORSED_AT_ONCE]
        members = Endorsements(cities=some) if prepared.kind == "cities" else Endorsements(partners=some)
        await if_there(apis.send(registry.endorsements.create(members), is_long=True))


@for_staff
async def file_back(request: Request, _account: Account) -> Response:
    """The file with a column of what to change."""
    form = request.query_params.get("form", "xlsx")
    if form not in _FORMS:
        raise NothingThere(form)
    import_id, apis = request.path_params["import_id"], apis_of(request)
    prepared, file = await asyncio.gather(
        apis.send(registry.prepared_imports.read(import_id)),
        apis.download(registry.prepared_imports.file(import_id, form=form)),
    )
    return sent_file(file, f"{prepared.kind}-to-correct.{form}")


def _counts(prepared: PreparedImportDocument) -> dict[str, int]:
    """How many rows are what, in the order in which it matters."""
    return {
        "wrong": prepared.invalid,
        "changed": prepared.revised,
        "new": prepared.created,
        "same": prepared.unchanged,
    }


async def _shown(request: Request, form: PageForm) -> Response:
    import_id, apis = request.path_params["import_id"], apis_of(request)
    prepared = await apis.send(registry.prepared_imports.read(import_id))
    counts, state = _counts(prepared), request.query_params.get("state", "")
    if state not in counts:
        state = next((each for each, count in counts.items() if count), "same")
    after = version_in(request.query_params.get("after", ""))
    rows = PreparedRowList(items=[], next=None)
    is_done = prepared.taken_at is not None
    if not is_done:
        rows = await apis.send(registry.prepared_imports.rows(import_id, state=state, after=after, limit=_AT_ONCE))
    return page(
        request,
        "office/imports/look.html",
        form.status,
        here="me",
        prepared=prepared,
        address=f"{PATH}/{prepared.import_id}",
        counts=counts,
        state=state,
        rows=rows,
        entered=await _entered(apis, prepared.entered),
        is_first=after == 0,
        endorses_all=prepared.not_endorsed <= (len(prepared.to_endorse) if is_done else _MOST_TO_ENDORSE),
        has_changed="changed" in request.query_params,
        problem=form.sentence,
    )


async def _entered(apis: ServiceApis, ids: Sequence[str]) -> Sequence[KnownMember]:
    """The first members that the import has entered, and that are there still."""
    known = await members_known(apis, ids) if ids else {}
    return [known[each] for each in ids if each in known]


routes = [
    Route(f"{PATH}/{{import_id}}", look, methods=["GET", "POST"]),
    Route(f"{PATH}/{{import_id}}/file", file_back),
]
