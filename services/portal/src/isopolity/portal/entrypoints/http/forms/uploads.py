"""Forms that bring a file, which stays on disk while it is passed on.

Invariant: a form without a file is read whole only up to `_SMALL` bytes, on whatever page.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from isopolity.portal.entrypoints.http.pages import Request

_MULTIPART: Final = "multipart/form-data"
_FIELDS: Final = 300
"""More than the boxes and lines of a rule, the longest form that comes with a file."""
_SMALL: Final = 1_000_000
_BLOCK: Final = 1 << 18


def brings_file(request: Request) -> bool:
    """Whether the form of this request brings a file; only pages with a limit of their own admit such forms."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return request.method == "POST" and media_type == _MULTIPART


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of the form but for its file, which `file_of` gives; lines ended by LF."""
    form = await request.form(max_files=1, max_fields=_FIELDS)
    return with_plain_lines((name, value) for name, value in form.multi_items() if isinstance(value, str))


def with_plain_lines(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The fields with lines ended by LF: browsers send CR LF, and count one character where they keep to a most."""
    return {name: value.replace("\r\n", "\n") for name, value in fields}


async def file_of(request: Request, name: str) -> UploadFile | None:
    """The file that was picked; None where there is none, or an empty one without a name."""
    if not request.state.brings_file:
        return None
    found = (await request.form()).get(name)
    return found if isinstance(found, UploadFile) and found.filename else None


async def blocks_of(file: UploadFile) -> AsyncIterator[bytes]:
    """The file, a block at a time."""
    while block := await file.read(_BLOCK):
        yield block


async def small_body(request: Request) -> str:
    """The body as text. Raises HTTPException 413 for one that is no form of a page."""
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > _SMALL:
            raise HTTPException(413)
    return body.decode(errors="replace")
