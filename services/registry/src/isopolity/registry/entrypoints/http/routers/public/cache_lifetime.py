"""How long caches may store answers that are counted from many entries."""

from typing import Final

from fastapi import Response

_MANY: Final = 5_000
_SECONDS: Final = 60


def let_keep(response: Response, counted: int) -> None:
    """Let caches store the answer for a minute, if many entries were counted for it.

    The answer of a small network is never cached.
    """
    if counted > _MANY:
        response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
