"""`/registry/v1/prepared-imports`: imports with a preview, row by row.

Invariant: an import does exactly what the preview says, completely or not at all; if effects have changed meanwhile, it
is refused.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from tempfile import TemporaryFile
from typing import Annotated, Any, Final, Literal

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from isopolity.registry.application.imports.work import CORRECT, LAY_OUT, LOOK, TAKE, TAKE_BACK
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Endorser, Registry, RegistryContext, Staff
from isopolity.registry.entrypoints.http.import_layouts import LayoutOrder
from isopolity.registry.entrypoints.http.import_orders import CorrectionOrder, Taking
from isopolity.registry.entrypoints.http.prepared_documents import (
    PreparedImportDocument,
    PreparedImportList,
    PreparedRowDocument,
    PreparedRowList,
)
from isopolity.registry.entrypoints.http.replies import Background, Limit, attachment, blocks_of
from isopolity.registry.entrypoints.http.routers import imports
from isopolity.registry.entrypoints.imports.corrections.orders import Corrections
from isopolity.registry.entrypoints.imports.differences import write_returned
from isopolity.registry.entrypoints.imports.import_run import ImportOptions
from isopolity.registry.entrypoints.imports.layout import LayoutChoice
from isopolity.registry.entrypoints.imports.preparation import Preparation
from isopolity.registry.entrypoints.imports.prepared_runs import ChangedMeanwhile, RowsToCorrect
from isopolity.tables.rows import UnreadableFile
from isopolity.web.api_documents import refusals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

PATH: Final = "/registry/v1/prepared-imports"
_MEDIA_TYPES: Final = {"csv": "text/csv; charset=utf-8", "xlsx": imports.XLSX}
_LISTED: Final = 20
_LONGEST_NAME: Final = 200

router = ServiceRouter(prefix=PATH)

ImportId = Annotated[f.EntryId, Path(description="The id that the import got")]
Form = Annotated[Literal["csv", "xlsx"], Query(description="What kind of file it is")]
State = Literal["new", "changed", "same", "wrong", "asks", "out"]


@router.post(
    "", status_code=201, response_model=PreparedImportDocument, summary="Read a file", openapi_extra=imports.BODY
)
async def prepare(
    request: Request,
    registry: Registry,
    _: Endorser,
    kind: Annotated[imports.Kind, Query(description="What the rows are")],
    name: Annotated[str, Query(description="What the file is called", max_length=_LONGEST_NAME)] = "",
    endorse: Annotated[bool, Query(description="Endorse the members when it is done")] = False,
    decimal: imports.DecimalRead = None,
    dates: imports.DatesRead = None,
    ask: Annotated[
        bool, Query(description="Look for the table in all sheets, and ask instead of refusing where something is open")
    ] = False,
    background: Background = False,
) -> Response:
    """A workbook or CSV of at most 100,000 rows. Nothing is imported; what each row would do is kept for seven days.

    With `background`, which implies `ask`, the answer comes once the file was read, and its rows are looked at later.
    """
    file = await imports.received(request)
    with file:
        digest = await asyncio.to_thread(imports.digest_of, file)
        options = ImportOptions(kind=kind, dry_run=True, endorse=endorse, said=imports.said(decimal, dates))
        try:
            later = partial(registry.imports.put, act=LOOK, order={}) if background else None
            ask = ask or background
            prepared = await _preparation(registry).prepare(file, name, digest, options, ask=ask, later=later)
        except UnreadableFile as error:
            raise imports.unreadable(error) from None
    registry.imports.wake()
    location = {"Location": f"{PATH}/{prepared.import_id}"}
    works = await registry.imports.standing(prepared.import_id)
    body = PreparedImportDocument.of(prepared, works.get(prepared.import_id)).model_dump_json()
    return Response(body, 201, headers=location, media_type="application/json")


@router.get("", response_model=PreparedImportList, summary="List files that were read")
async def list_prepared(registry: Registry, _: Staff) -> PreparedImportList:
    """Files of the last seven days, imported or not; at most 20."""
    async with registry.reading() as uow:
        found = await uow.prepared.newest(_LISTED)
    leaves: dict[str, Any] = {"to_endorse": [], "layout": None, "not_corrected": None}
    works = await registry.imports.standing(*(one.import_id for one in found))
    items = [PreparedImportDocument.of(one, works.get(one.import_id)).model_copy(update=leaves) for one in found]
    return PreparedImportList(items=items)


@router.get("/{import_id}", response_model=PreparedImportDocument, summary="Read what a file would do")
async def read(import_id: ImportId, registry: Registry, _: Staff) -> PreparedImportDocument:
    """The report on the file in numbers; its rows have the details."""
    return await _document(import_id, registry)


@router.get("/{import_id}/rows", response_model=PreparedRowList, summary="Read what its rows would do")
async def rows(
    import_id: ImportId,
    registry: Registry,
    _: Staff,
    state: Annotated[State | None, Query(description="Only rows that are so")] = None,
    after: Annotated[int, Query(ge=0, le=2_000_000_000, description="`next` of the page before")] = 0,
    limit: Limit = 50,
) -> PreparedRowList:
    """Rows with their cells. Rows that continue the one before them are listed only among all rows."""
    states = () if state is None else (state,)
    async with registry.reading() as uow:
        found = await uow.prepared.rows(import_id, states=states, after=after, limit=limit + 1)
    page = found[:limit]
    return PreparedRowList(
        items=[PreparedRowDocument.of(row) for row in page], next=page[-1].line if len(found) > limit else None
    )


@router.get(
    "/{import_id}/file",
    summary="The file back, with a column of what to change",
    response_class=StreamingResponse,
    responses={200: {"content": {one: {} for one in _MEDIA_TYPES.values()}, "description": "A file"}},
)
async def file_back(import_id: ImportId, registry: Registry, _: Staff, form: Form = "xlsx") -> StreamingResponse:
    """All rows with all of their cells, corrected; also after the import. It can be imported as it is: the column
    `what_to_change` is ignored.
    """
    preparation = _preparation(registry)
    prepared = await preparation.find(import_id)
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        await write_returned(prepared, preparation.rows(import_id), form, file)
    except BaseException:
        file.close()
        raise
    name = attachment(f"{prepared.kind}-to-correct.{form}")
    return StreamingResponse(blocks_of(file), media_type=_MEDIA_TYPES[form], headers=name)


@router.post(
    "/{import_id}/take",
    response_model=PreparedImportDocument,
    responses=refusals(409, 412),
    summary="Import what was shown",
)
async def take(
    import_id: ImportId, wanted: Taking, registry: Registry, _: Endorser, background: Background = False
) -> Response:
    """Imports all rows or none. An import that was done already gets its former answer.

    412 `changed-meanwhile` if a row would do something else than was shown: read it again, and send the new `shown`.
    """
    if background:
        return await _ordered(import_id, TAKE, wanted.model_dump(), registry)
    await registry.imports.require_idle(import_id)
    try:
        taken = await _preparation(registry).take(import_id, **wanted.model_dump())
    except ChangedMeanwhile:
        sentence = "Something has changed since you looked; nothing was imported. Look again at what would change."
        raise Problem(412, sentence, code="changed-meanwhile") from None
    except RowsToCorrect:
        sentence = "Rows are to be corrected; nothing was imported. Correct them, or leave them out."
        raise Problem(422, sentence, code="bad-rows") from None
    return Response(PreparedImportDocument.of(taken).model_dump_json(), media_type="application/json")


@router.post(
    "/{import_id}/correct",
    response_model=PreparedImportDocument,
    responses=refusals(409, 410, 412),
    summary="Correct a file that was read",
)
async def correct(
    import_id: ImportId, order: CorrectionOrder, registry: Registry, _: Endorser, background: Background = False
) -> Response:
    """Corrects cells, replaces a text in a whole column, chooses which member a row is; looks at all rows again.

    412 `changed-meanwhile` if somebody else has corrected it: read it again, and send the new `shown`.
    """
    if background:
        found = await _preparation(registry).standing(import_id)
        if found.taken_at is None and found.shown != order.shown:
            raise _changed_meanwhile()
        return await _ordered(import_id, CORRECT, order.model_dump(), registry)
    await registry.imports.require_idle(import_id)
    try:
        corrected = await _preparation(registry).correct(import_id, Corrections.of_order(order.model_dump()))
    except ChangedMeanwhile:
        raise _changed_meanwhile() from None
    except UnreadableFile as error:
        raise imports.unreadable(error) from None
    return Response(PreparedImportDocument.of(corrected).model_dump_json(), media_type="application/json")


@router.put(
    "/{import_id}/layout",
    response_model=PreparedImportDocument,
    responses=refusals(409, 412),
    summary="Choose sheet, headings and columns of a file",
)
async def lay_out(
    import_id: ImportId, wanted: LayoutOrder, registry: Registry, _: Endorser, background: Background = False
) -> Response:
    """Reads the rows again, as they are to be read. The next file with the same headings is read so, too.

    412 `changed-meanwhile` if somebody else has changed or imported it meanwhile.
    """
    said = imports.said(wanted.decimal, wanted.dates, wanted.inhabitants)
    chosen = wanted.model_dump(exclude={"decimal", "dates", "inhabitants"}) | {"said": said}
    if background:
        return await _ordered(import_id, LAY_OUT, chosen, registry)
    await registry.imports.require_idle(import_id)
    try:
        laid_out = await _preparation(registry).lay_out(import_id, LayoutChoice(**chosen))
    except ChangedMeanwhile:
        raise _changed_meanwhile() from None
    except UnreadableFile as error:
        raise imports.unreadable(error) from None
    return Response(PreparedImportDocument.of(laid_out).model_dump_json(), media_type="application/json")


@router.delete("/{import_id}", status_code=204, summary="Forget a file that was read")
async def forget(import_id: ImportId, registry: Registry, _: Endorser) -> Response:
    """Deletes the file with its rows; imported entries stay. 409 while it is being imported or taken back."""
    works = await registry.imports.standing(import_id)
    if import_id in works and works[import_id].work.act in (TAKE, TAKE_BACK):
        await registry.imports.require_idle(import_id)
    async with registry.unit_of_work() as uow:
        if not await uow.prepared.remove(import_id):
            raise NotFound("There is no import with this id.")
        await uow.import_works.remove(import_id)
        await uow.commit()
    return Response(status_code=204)


async def _ordered(import_id: str, act: str, order: Mapping[str, Any], registry: RegistryContext) -> Response:
    """Accept work on an import in the background; the same once more changes nothing. Raises NotFound, NotPossible."""
    await registry.imports.order(import_id, act, order)
    body = (await _document(import_id, registry)).model_dump_json()
    return Response(body, media_type="application/json")


async def _document(import_id: str, registry: RegistryContext) -> PreparedImportDocument:
    """The document of an import and the work on it. Raises NotFound."""
    works = await registry.imports.standing(import_id)
    return PreparedImportDocument.of(await _preparation(registry).standing(import_id), works.get(import_id))


def _changed_meanwhile() -> Problem:
    sentence = "This file has changed since you looked at it; nothing was done. Look at it again."
    return Problem(412, sentence, code="changed-meanwhile")


def _preparation(registry: RegistryContext) -> Preparation:
    return registry.imports.preparation
