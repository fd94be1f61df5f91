"""`/registry/v1/imports`: many members, requests or twinnings from one file, and workbooks to fill in;
`/registry/v1/exports`: all of them as a file that an import takes.

Invariant: the answer reports every bad row; a file with a bad row is not imported, unless `skip_invalid`.
"""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from io import BytesIO
from tempfile import TemporaryFile
from typing import Annotated, Any, BinaryIO, Final, Literal

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.datastructures import UploadFile

from isopolity.persistence.idempotency_keys import KeyedRequest, KeyReused
from isopolity.registry.domain.errors import RegistryError
from isopolity.registry.entrypoints.export_file import documents, write_export
from isopolity.registry.entrypoints.http.context import Endorser, Registry, RegistryContext, Staff
from isopolity.registry.entrypoints.http.replies import attachment, blocks_of, problem_of
from isopolity.registry.entrypoints.imports.cells.conventions import DATES, DECIMAL, Undecided
from isopolity.registry.entrypoints.imports.cells.thousands import INHABITANTS
from isopolity.registry.entrypoints.imports.import_run import (
    ImportOptions,
    ImportResult,
    ImportRun,
    Progress,
    run_import,
)
from isopolity.tables.rows import UnreadableFile
from isopolity.web.idempotent_posts import IdempotencyKey, caller_digest
from isopolity.web.idempotent_posts import problem_of as problem_of_key
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

PATH: Final = "/registry/v1/imports"
BODY_LIMIT: Final = 512_000_000
NDJSON: Final = "application/x-ndjson"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BLOCK: Final = 1 << 20

router = ServiceRouter(prefix="/registry/v1")

_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "CSV (also Excel's), XLSX or JSON Lines; what it is is seen from its first bytes.",
        "content": {
            "text/csv": _FILE,
            NDJSON: _FILE,
            XLSX: _FILE,
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": _FILE["schema"]}}
            },
        },
    }
}


Kind = Literal["cities", "partners", "needs-and-offers", "requests", "twinnings"]
DecimalRead = Annotated[
    Literal["point", "comma"] | None,
    Query(description="How numbers are written, 1,234.5 or 1.234,5, where the file itself does not tell"),
]
DatesRead = Annotated[
    Literal["day-first", "month-first"] | None,
    Query(description="How dates are written, 31.12.2027 or 12/31/2027, where the file itself does not tell"),
]


@router.get(
    "/imports/templates/{kind}",
    summary="A workbook to fill in",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "A workbook with drop-downs and code lists"}},
)
async def template(kind: Kind, _: Staff) -> Response:
    """Its first sheet has the columns that an import of this kind takes; two more explain them and list the codes."""
    return Response(await asyncio.to_thread(_template, kind), media_type=XLSX, headers=attachment(f"{kind}.xlsx"))


def _template(kind: Kind) -> bytes:
    from isopolity.registry.entrypoints.template import write_template  # openpyxl is slow to import

    file = BytesIO()
    write_template(kind, file)
    return file.getvalue()


@router.post("/imports", response_model=ImportResult, summary="Import a file", openapi_extra=BODY)
async def import_file(
    request: Request,
    registry: Registry,
    principal: Endorser,
    kind: Annotated[Kind, Query(description="What the rows are")],
    dry_run: Annotated[bool, Query(description="Check the file and say what would change, but keep nothing")] = False,
    skip_invalid: Annotated[bool, Query(description="Leave bad rows out instead of refusing the file")] = False,
    endorse: Annotated[bool, Query(description="Endorse the members at once")] = False,
    decimal: DecimalRead = None,
    dates: DatesRead = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """All rows or none, unless skip_invalid. Importing a file again changes nothing.

    With `Accept: application/x-ndjson` the answer is a stream of lines: `{"progress": …}` as it goes on, and at last
    `{"result": …}` or `{"error": …}`.
    """
    file = await received(request)
    digest = await asyncio.to_thread(digest_of, file)
    keyed = None
    if idempotency_key is not None:
        keyed = KeyedRequest(caller=caller_digest(request, principal), key=idempotency_key, fingerprint=digest)
    conventions = said(decimal, dates)
    options = ImportOptions(kind=kind, dry_run=dry_run, skip_invalid=skip_invalid, endorse=endorse, said=conventions)
    run = ImportRun(options, registry.surroundings, digest)
    if NDJSON in request.headers.get("accept", ""):
        return StreamingResponse(_lines(run, file, registry, keyed), media_type=NDJSON)
    return await _answer(run, file, registry, keyed)


def said(decimal: str | None, dates: str | None, inhabitants: str | None = None) -> dict[str, str]:
    """The conventions that the sender has chosen, by name."""
    choices = ((DECIMAL, decimal), (DATES, dates), (INHABITANTS, inhabitants))
    return {name: choice for name, choice in choices if choice is not None}


async def _answer(run: ImportRun, file: BinaryIO, registry: RegistryContext, keyed: KeyedRequest | None) -> Response:
    with file:
        try:
            steps = [step async for step in run_import(run, file, registry.unit_of_work, keyed)]
        except UnreadableFile as error:
            raise unreadable(error) from None
    result = steps[-1]
    assert isinstance(result, ImportResult)  # noqa: S101 - the last step is the result
    if result.accepted or result.dry_run:
        return Response(result.model_dump_json(), media_type="application/json")
    return _refused(result)


async def _lines(
    run: ImportRun, file: BinaryIO, registry: RegistryContext, keyed: KeyedRequest | None
) -> AsyncIterator[bytes]:
    with file:
        try:
            async for step in run_import(run, file, registry.unit_of_work, keyed):
                if isinstance(step, Progress):
                    yield b'{"progress":{"rows":%d,"share":%.3f}}\n' % (step.rows, step.share)
                else:
                    yield b'{"result":%s}\n' % step.model_dump_json().encode()
        except UnreadableFile as error:
            yield _error_line(unreadable(error))
        except KeyReused as error:
            yield _error_line(problem_of_key(error))
        except RegistryError as error:
            yield _error_line(problem_of(error))


def _error_line(problem: Problem) -> bytes:
    return b'{"error":%s}\n' % bytes(problem.response().body)


def unreadable(error: UnreadableFile) -> Problem:
    """The problem details of a file that cannot be imported."""
    code = "undecided-cells" if isinstance(error, Undecided) else "unreadable-file"
    return Problem(422, str(error), code=code)


def _refused(result: ImportResult) -> Response:
    body = {
        "type": "urn:isopolity:problem:bad-rows",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": f"Rows to correct: {result.invalid} of {result.rows}; nothing was imported. "
        "Correct them, or send skip_invalid=true to leave them out.",
        **result.model_dump(),
    }
    return JSONResponse(body, 422, media_type="application/problem+json")


async def received(request: Request) -> BinaryIO:
    """The file in the request, on disk: the whole body, or the part `file` of a form."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        form = await request.form(max_files=1, max_fields=10)
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise Problem(422, "Send the file as the part “file” of the form.", code="invalid-request")
        return upload.file
    file: Any = TemporaryFile()  # noqa: SIM115 - the caller closes it after the import
    async for block in request.stream():
        file.write(block)
    return file  # type: ignore[no-any-return] # a temporary file is a binary file


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of a file."""
    digest = sha256()
    file.seek(0)
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


_MEDIA_TYPES: Final = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "json": "application/json"}


@router.get(
    "/exports/{kind}",
    summary="Export what an import takes",
    response_class=StreamingResponse,
    responses={200: {"content": {media_type: {} for media_type in _MEDIA_TYPES.values()}, "description": "A file"}},
)
async def export(
    kind: Kind,
    registry: Registry,
    _: Staff,
    form: Annotated[Literal["csv", "xlsx", "json"], Query(description="What kind of file it is")] = "csv",
) -> StreamingResponse:
    """Members that have not left, with a contact of each; open requests; twinnings that are declared.

    Importing the file changes nothing.
    """
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        await write_export(kind, form, documents(kind, registry), file)
    except BaseException:
        file.close()
        raise
    return StreamingResponse(blocks_of(file), media_type=_MEDIA_TYPES[form], headers=attachment(f"{kind}.{form}"))
