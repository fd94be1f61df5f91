"""Stylesheet and icon; their addresses change with what they hold, so that browsers may keep them."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

_FOLDER: Final = Path(__file__).parents[2] / "static"
_KEPT: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


async def asset(request: Request) -> Response:
    """One file of the look."""
    return FileResponse(_FOLDER / request.url.path.rpartition("/")[2], headers=_KEPT)


routes = [Route(f"/static/{{version}}/{file.name}", asset) for file in sorted(_FOLDER.iterdir())]
