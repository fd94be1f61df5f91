"""Files that browsers save: lists for spreadsheets, and files of the services.

Invariant: a list has at most `MOST` rows; one that is cut says so in its name.
"""

import asyncio
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import BinaryIO, Final

from starlette.responses import StreamingResponse

from isopolity.portal.adapters.service_apis import NotAllowed, SentFile
from isopolity.portal.entrypoints.http.pages import Request, Response
from isopolity.tables.text_files import Value, write_csv
from isopolity.tables.workbooks import Sheet, write_workbook

MOST: Final = 5_000
FORMS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media types of the forms of a list."""
_BLOCK: Final = 1 << 18


def wanted_form(request: Request) -> str | None:
    """The form in which a list is asked for as a file, `csv` or `xlsx`; None for a page. Raises NotAllowed."""
    form = request.query_params.get("form") or None
    if form is not None and form not in FORMS:
        raise NotAllowed("Ask for form=csv or form=xlsx.")
    return form


async def table_file(
    form: str,
    name: str,
    heading: Sequence[str],
    rows: list[list[Value]],
    *,
    is_cut: bool = False,
    kept: str = "no-store",
) -> Response:
    """The rows as a file of this form, `csv` or `xlsx`; no cell is taken for a formula. `kept` is its Cache-Control."""
    content = await asyncio.to_thread(_written, form, name, list(heading), rows)
    return attachment(content, f"{name}-first-{MOST}.{form}" if is_cut else f"{name}.{form}", FORMS[form], kept=kept)


def _written(form: str, name: str, heading: list[str], rows: list[list[Value]]) -> bytes:
    file = BytesIO()
    if form == "csv":
        write_csv(file, heading, rows)
    else:
        write_workbook(file, Sheet(name=name, heading=heading, rows=rows))
    return file.getvalue()


def attachment(content: bytes | str, name: str, media_type: str, *, kept: str = "no-store") -> Response:
    """A file that the browser saves under this name."""
    return Response(content, media_type=media_type, headers=_headers(name, kept))


def sent_file(file: SentFile, name: str) -> StreamingResponse:
    """A file of a service, which the browser saves under this name."""
    return StreamingResponse(_blocks(file.content), media_type=file.media_type, headers=_headers(name, "no-store"))


def _headers(name: str, kept: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": kept}


def _blocks(content: BinaryIO) -> Iterator[bytes]:
    with content:
        content.seek(0)
        while block := content.read(_BLOCK):
            yield block
