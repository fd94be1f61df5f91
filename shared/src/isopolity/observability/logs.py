"""Logs: one line an event, as JSON or for a console, with the ids of what the task does now.

Invariant: nothing that looks like an e-mail address leaves the process through a log.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Final, Literal, Protocol

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from isopolity.identity.lineage import current_lineage

_ADDRESS: Final = re.compile(r"[^\s@<>\"'(),;:=\[\]{}]+@[^\s@<>\"'(),;:=\[\]{}]+")
REDACTED: Final = "[address]"
_QUIET: Final = ("aiokafka", "alembic", "sqlalchemy.engine", "uvicorn", "httpx", "aiosqlite", "asyncio")
"""Libraries whose routine does not belong into our log; their warnings do."""


class LineStream(Protocol):
    """A file or terminal that takes log lines."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


def configure_logging(
    level: str, form: Literal["console", "json"], stream: LineStream | None = None, *, release: str = ""
) -> None:
    """Write structlog's and the standard library's logging, in the same shape, to `stream` or to standard error.

    Each line in JSON tells the `release` that wrote it, where it is given.
    """
    to = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    ids: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_lineage,
    ]
    rendering = _rendering(form, release, colours=stream is None and sys.stderr.isatty())
    structlog.configure(
        processors=[*ids, *rendering],
        logger_factory=lambda name="isopolity": _LineLogger(name, to),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(to)
    without_record = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=ids, processors=[without_record, *rendering])
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


class _LineLogger:
    """Writes finished lines; going through the standard library would cost more than the rest of a line."""

    def __init__(self, name: str, stream: LineStream) -> None:
        self.name = name
        self._stream = stream

    def msg(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()

    debug = info = warning = error = critical = exception = log = msg


def add_lineage(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the ids of what this task does now."""
    lineage = current_lineage()
    if lineage is not None:
        event.setdefault("correlation_id", lineage.correlation_id)
        if lineage.causation_id is not None:
            event.setdefault("causation_id", lineage.causation_id)
    return event


def redact_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace anything that looks like an e-mail address, however deep it lies."""
    return {name: _redacted(value) for name, value in event.items()}


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return _ADDRESS.sub(REDACTED, value) if "@" in value else value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {_redacted(name): _redacted(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(inner) for inner in value]
    return _redacted(str(value))


def _rendering(form: str, release: str, *, colours: bool) -> list[Processor]:
    before: list[Processor] = [structlog.processors.format_exc_info, redact_addresses]
    if form == "json":

        def add_release(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
            return {**event, "release": release} if release else event

        return [*before, add_release, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [*before, structlog.dev.ConsoleRenderer(colors=colours)]
