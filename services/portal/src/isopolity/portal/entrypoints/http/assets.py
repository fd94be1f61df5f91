"""The files of `static/`, whose addresses change with what they hold, so that browsers keep them for good; robots.txt.

Invariant: one stylesheet holds up a page: `style.css` is answered with the typefaces of `fonts.css` before its rules,
and with those of maps after them.
"""

from functools import cache
from pathlib import Path
from typing import Final

from starlette.responses import PlainTextResponse
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
"""Types of the files that are served, by the ends of their names; the licence of a typeface is among them."""
_ROBOTS: Final = "User-agent: *\nDisallow: /*?\nAllow: /*?cursor=\n"
"""Search engines read a list to its end, not each choice from it: their addresses are without end."""
_STYLESHEETS: Final = ("fonts.css", "style.css", "map.css")


@cache
def _content(name: str) -> bytes:
    names = _STYLESHEETS if name == "style.css" else (name,)
    return b"".join((_STATIC / each).read_bytes() for each in names)


async def _asset(request: Request) -> Response:
    name = request.url.path.split("/", 3)[3]
    return Response(_content(name), headers=_KEPT, media_type=_MEDIA_TYPES[Path(name).suffix])


async def _robots(_request: Request) -> Response:
    return PlainTextResponse(_ROBOTS, headers={"Cache-Control": "public, max-age=86400"})


ROUTES: Final = [
    Route("/robots.txt", _robots),
    *(
        Route(f"/static/{{version}}/{file.relative_to(_STATIC).as_posix()}", _asset)
        for file in sorted(_STATIC.rglob("*"))
        if file.suffix in _MEDIA_TYPES
    ),
]
