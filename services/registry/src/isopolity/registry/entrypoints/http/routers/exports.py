"""`/registry/v1/exports`: all members, requests or twinnings as a file that an import takes."""

from tempfile import TemporaryFile
from typing import Annotated, Final, Literal

from fastapi import Query
from fastapi.responses import StreamingResponse

from isopolity.registry.entrypoints.exports.documents import documents
from isopolity.registry.entrypoints.exports.export_file import write_export
from isopolity.registry.entrypoints.http.context import Registry, Staff
from isopolity.registry.entrypoints.http.replies import attachment, blocks_of
from isopolity.registry.entrypoints.http.routers.imports import XLSX, Kind
from isopolity.web.routing import ServiceRouter

_MEDIA_TYPES: Final = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "json": "application/json"}

router = ServiceRouter(prefix="/registry/v1/exports")


@router.get(
    "/{kind}",
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
