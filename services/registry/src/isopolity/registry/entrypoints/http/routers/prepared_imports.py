"""`/registry/v1/prepared-imports`: imports with a preview, row by row.

Invariant: an import does exactly what the preview says, completely or not at all; if effects have changed meanwhile, it
is refused.
"""

import asyncio
from datetime import datetime
from tempfile import TemporaryFile
from typing import Annotated, Any, Final, Literal, Self

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from isopolity.registry.application.imports.prepared import KEPT, PreparedImport, PreparedRow
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Endorser, Registry, RegistryContext, Staff
from isopolity.registry.entrypoints.http.import_layouts import AlikeProblem, LayoutDocument, LayoutOrder
from isopolity.registry.entrypoints.http.replies import Limit, attachment, blocks_of
from isopolity.registry.entrypoints.http.routers import imports
from isopolity.registry.entrypoints.imports.differences import write_returned
from isopolity.registry.entrypoints.imports.import_run import ImportOptions
from isopolity.registry.entrypoints.imports.layout import LayoutChoice
from isopolity.registry.entrypoints.imports.preparation import (
    ChangedMeanwhile,
    Preparation,
    RowsToCorrect,
)
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
State = Literal["new", "changed", "same", "wrong"]


class PreparedImportDocument(BaseModel):
    """A file that was read, with its effects, or the result of its import."""

    import_id: str
    name: str
    kind: str
    endorse: bool
    prepared_at: datetime
    kept_until: datetime
    taken_at: datetime | None
    """When it was imported; null before."""
    shown: str
    """Digest of the effects of its rows; send it back to import the file."""
    columns: list[str]
    rows: int
    created: int
    revised: int
    unchanged: int
    invalid: int
    """Rows with something to correct."""
    not_endorsed: int
    """Members in it that are applicants afterwards, so that rounds leave them out."""
    to_endorse: list[str] = []
    """Of an import that was done: ids of those that still are, at most 5,000; not in a list."""
    entered: list[str] = []
    """Of an import of members that was done: ids of the first ten that were new."""
    endorsed: int = 0
    """Members that it endorses, new ones and others."""
    to_confirm: int = 0
    """People whom it adds, and who get a mail to confirm their address."""
    emptied: int
    """Stored values that empty cells remove."""
    emptied_first: list[str] = []
    """The first rows with such cells: line, name and fields."""
    read_as: list[str]
    """How cells that could be read in more than one way were read, a sentence each."""
    alike: list[str]
    """New members that may be others, spelt otherwise or of another kind: a sentence each, at most 20."""
    questions: list[str] = []
    """What is to be chosen before its rows can be read, a sentence each."""
    left_out: list[str] = []
    """What of the file is not read: titles, notes, columns; a sentence each."""
    alike_problems: list[AlikeProblem] = []
    """The problems of all rows, alike ones once; at most 200."""
    layout: LayoutDocument | None = None
    """Where its table is; null if that was not asked for."""

    @classmethod
    def of(cls, prepared: PreparedImport) -> Self:
        """Make the document of a prepared import."""
        numbers = {name: prepared.report[name] for name in cls.model_fields if name in prepared.report}
        same = {name: getattr(prepared, name) for name in cls.model_fields if hasattr(prepared, name)}
        same["layout"] = LayoutDocument.of(prepared)
        return cls(**(same | numbers), kept_until=prepared.prepared_at + KEPT)


class PreparedImportList(BaseModel):
    """The newest files that were read, the last one first."""

    items: list[PreparedImportDocument]


class PreparedChangeDocument(BaseModel):
    """A column with its cells before and after."""

    column: str
    before: str
    after: str


class ProblemDocument(BaseModel):
    """The column to blame, if one is, and what to change."""

    column: str | None
    detail: str


class PreparedRowDocument(BaseModel):
    """A row of the file with its effect."""

    line: int
    state: str
    """`new`, `changed`, `same`, `wrong`, or `part` of what the row before it is about."""
    cells: dict[str, Any]
    problems: list[ProblemDocument]
    changes: list[PreparedChangeDocument]

    @classmethod
    def of(cls, row: PreparedRow) -> Self:
        """Make the document of a row."""
        return cls(
            line=row.line,
            state=row.state,
            cells=dict(row.values),
            problems=[ProblemDocument(column=column, detail=detail) for column, detail in row.problems],
            changes=[PreparedChangeDocument.model_validate(one, from_attributes=True) for one in row.changes],
        )


class PreparedRowList(BaseModel):
    """Rows in their order; `next` is the line behind which the following page begins, null on the last."""

    items: list[PreparedRowDocument]
    next: int | None


class Taking(BaseModel):
    """The order to import a file with the effects in its preview."""

    model_config = {"extra": "forbid"}

    shown: str = Field(pattern=r"^[0-9a-f]{64}$", description="As the import told it that was looked at")
    skip_wrong: bool = Field(default=False, description="Leave rows with something to correct out")


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
) -> Response:
    """A workbook or CSV of at most 100,000 rows. Nothing is imported; what each row would do is kept for a day."""
    file = await imports.received(request)
    with file:
        digest = await asyncio.to_thread(imports.digest_of, file)
        options = ImportOptions(kind=kind, dry_run=True, endorse=endorse, said=imports.said(decimal, dates))
        try:
            prepared = await _preparation(registry).prepare(file, name, digest, options, ask=ask)
        except UnreadableFile as error:
            raise imports.unreadable(error) from None
    location = {"Location": f"{PATH}/{prepared.import_id}"}
    body = PreparedImportDocument.of(prepared).model_dump_json()
    return Response(body, 201, headers=location, media_type="application/json")


@router.get("", response_model=PreparedImportList, summary="List files that were read")
async def list_prepared(registry: Registry, _: Staff) -> PreparedImportList:
    """Files of the last day, imported or not; at most 20."""
    async with registry.reading() as uow:
        found = await uow.prepared.newest(_LISTED)
    leaves: dict[str, Any] = {"to_endorse": [], "layout": None}
    items = [PreparedImportDocument.of(one).model_copy(update=leaves) for one in found]
    return PreparedImportList(items=items)


@router.get("/{import_id}", response_model=PreparedImportDocument, summary="Read what a file would do")
async def read(import_id: ImportId, registry: Registry, _: Staff) -> PreparedImportDocument:
    """The report on the file in numbers; its rows have the details."""
    return PreparedImportDocument.of(await _preparation(registry).standing(import_id))


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
    """All rows with all of their cells. The file can be imported as it is: the column `what_to_change` is ignored."""
    preparation = _preparation(registry)
    prepared = await preparation.find(import_id)
    if prepared.taken_at is not None:
        raise Problem(410, "This import was done; its rows are gone.", code="gone")
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        await write_returned(prepared, preparation.rows(import_id), form, file)
    except BaseException:
        file.close()
        raise
    name = attachment(f"{prepared.kind}-to-correct.{form}")
    return StreamingResponse(blocks_of(file), media_type=_MEDIA_TYPES[form], headers=name)


@router.post(
    "/{import_id}/take", response_model=PreparedImportDocument, responses=refusals(412), summary="Import what was shown"
)
async def take(import_id: ImportId, wanted: Taking, registry: Registry, _: Endorser) -> Response:
    """Imports all rows or none. An import that was done already gets its former answer.

    412 `changed-meanwhile` if a row would do something else than was shown: read it again, and send the new `shown`.
    """
    try:
        taken = await _preparation(registry).take(import_id, wanted.shown, skip_wrong=wanted.skip_wrong)
    except ChangedMeanwhile:
        sentence = "Something has changed since you looked; nothing was imported. Look again at what would change."
        raise Problem(412, sentence, code="changed-meanwhile") from None
    except RowsToCorrect:
        sentence = "Rows are to be corrected; nothing was imported. Correct them, or leave them out."
        raise Problem(422, sentence, code="bad-rows") from None
    return Response(PreparedImportDocument.of(taken).model_dump_json(), media_type="application/json")


@router.put(
    "/{import_id}/layout", response_model=PreparedImportDocument, summary="Choose sheet, headings and columns of a file"
)
async def lay_out(import_id: ImportId, wanted: LayoutOrder, registry: Registry, _: Endorser) -> PreparedImportDocument:
    """Reads the rows again, as they are to be read. The next file with the same headings is read so, too."""
    choice = LayoutChoice(
        sheet=wanted.sheet,
        heading=wanted.heading,
        columns=wanted.columns,
        constants=wanted.constants,
        said=imports.said(wanted.decimal, wanted.dates),
    )
    try:
        return PreparedImportDocument.of(await _preparation(registry).lay_out(import_id, choice))
    except UnreadableFile as error:
        raise imports.unreadable(error) from None


@router.delete("/{import_id}", status_code=204, summary="Forget a file that was read")
async def forget(import_id: ImportId, registry: Registry, _: Endorser) -> Response:
    """Deletes the file with its rows; imported entries stay."""
    async with registry.unit_of_work() as uow:
        if not await uow.prepared.remove(import_id):
            raise NotFound("There is no import with this id.")
        await uow.commit()
    return Response(status_code=204)


def _preparation(registry: RegistryContext) -> Preparation:
    return Preparation(unit_of_work=registry.unit_of_work, surroundings=registry.surroundings)
