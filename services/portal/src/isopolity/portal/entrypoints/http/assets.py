"""The files of `static/`: their addresses change with what they hold, so that browsers keep them for good.

Invariant: one stylesheet holds up a page: `style.css` is answered with the typefaces of `fonts.css` before its rules.
"""

from functools import cache
from pathlib import Path
from typing import Final

from starlette.routing import Route

from isopolity.portal.entrypoints.http.pages import Request, Response

_STATIC: Final = Path(__file__).parents[2] / "static"
_KEPT: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
"""Of the files that are answered, by how their names end; the licence of a typeface is among them."""
_STYLESHEETS: Final = ("fonts.css", "style.css")


@cache
def _content(name: str) -> bytes:
    names = _STYLESHEETS if name == "style.css" else (name,)
    return b"".join((_STATIC / each).read_bytes() for each in names)


async def _asset(request: Request) -> Response:
    name = request.url.path.split("/", 3)[3]
    return Response(_content(name), headers=_KEPT, media_type=_MEDIA_TYPES[Path(name).suffix])


ROUTES: Final = [
    Route(f"/static/{{version}}/{file.relative_to(_STATIC).as_posix()}", _asset)
    for file in sorted(_STATIC.rglob("*"))
    if file.suffix in _MEDIA_TYPES
]
