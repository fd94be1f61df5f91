"""The log of `isopolity up`: a file in the data folder, three times 10 MB at most, the oldest lines go first."""

import logging
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_BYTES: Final = 10_000_000
_OLDER_FILES: Final = 2


class LogFile(RotatingFileHandler):
    """A stream of whole lines. What the file does not take, for a full disk, goes to standard error."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, maxBytes=_BYTES, backupCount=_OLDER_FILES, encoding="utf-8")

    def write(self, text: str) -> None:
        """Append one line, or several that stay in one file."""
        if line := text.rstrip("\n"):
            self.handle(logging.makeLogRecord({"msg": line}))

    def flush(self) -> None:
        """Write what waits; what the file does not take now waits on, some 8 kB of it."""
        with suppress(OSError):
            super().flush()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - named by the standard library
        with suppress(OSError):  # nowhere to say it: the work goes on
            sys.stderr.write(f"{record.getMessage()}\n")
