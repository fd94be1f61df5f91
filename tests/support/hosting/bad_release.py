"""A bad release of notify: `python -m tests.support.hosting.bad_release serve`.

It fails at each canary while there is a file `bad-release` in the data folder; otherwise it works.
"""

import os
import sys
from typing import Any, Final

import anyio

from isopolity.notify.application import answers
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.entrypoints import event_handlers
from isopolity.notify.settings import NotifySettings
from isopolity.runtime.process import main

NAME: Final = "bad-release"
_GOOD: Final = answers.canary_relayed


async def canary_relayed(event: Any, uow: Any, clock: Any) -> None:
    """Handle a canary as notify does; fail while the file `bad-release` exists."""
    if await anyio.Path(os.environ["ISOPOLITY_DATA"], NAME).exists():
        raise ZeroDivisionError
    await _GOOD(event, uow, clock)


if __name__ == "__main__":
    setattr(event_handlers, "canary_relayed", canary_relayed)  # noqa: B010  # it is no export of the module
    sys.exit(main("isopolity.notify", NotifySettings, open_notify))
