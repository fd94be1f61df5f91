"""For how long everybody may keep what was counted from many entries."""

from typing import Final

from fastapi import Response

_MANY: Final = 5_000
_SECONDS: Final = 60


def let_keep(response: Response, counted: int) -> None:
    """Let everybody keep the answer for a minute, where many entries were looked through for it.

    That of a small network is always new.
    """
    if counted > _MANY:
        response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
