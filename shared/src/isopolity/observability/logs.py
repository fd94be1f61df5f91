"""Logs: one line an event, as JSON or for a console, with the ids of the present task. Traces: spans of OpenTelemetry.

Spans of requests, handlers and mails are joined across processes by `traceparent`. Invariant: nothing that looks like
an e-mail address leaves the process through a log. A span holds codes and ids only; neither an exception's words nor
anything personal gets into it.
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, Protocol

import structlog
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from structlog.types import EventDict, Processor, WrappedLogger

from isopolity.identity.lineage import NoTracing, SpanKind, Tracing, current_lineage

_ADDRESS: Final = re.compile(r"[^\s@<>\"'(),;:=\[\]{}]+@[^\s@<>\"'(),;:=\[\]{}]+")
REDACTED: Final = "[address]"
_QUIET: Final = ("aiokafka", "alembic", "sqlalchemy.engine", "uvicorn", "httpx", "aiosqlite", "asyncio")
"""Libraries of which only warnings are logged."""


class LineStream(Protocol):
    """A file or terminal that takes log lines."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


def configure_logging(
    level: str, form: Literal["console", "json"], stream: LineStream | None = None, *, release: str = ""
) -> None:
    """Write structlog's and the standard library's logging, in the same shape, to `stream` or to standard error.

    Each line in JSON holds the `release` that wrote it, if it is given.
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
    """Writes finished lines without the standard library's logging, which would cost more than the rest of a line."""

    def __init__(self, name: str, stream: LineStream) -> None:
        self.name = name
        self._stream = stream

    def msg(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()

    debug = info = warning = error = critical = exception = log = msg


def add_lineage(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the ids of the request or event that this task handles."""
    lineage = current_lineage()
    if lineage is not None:
        event.setdefault("correlation_id", lineage.correlation_id)
        if lineage.causation_id is not None:
            event.setdefault("causation_id", lineage.causation_id)
    return event


def redact_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace anything that looks like an e-mail address, at any depth."""
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


_KINDS: Final = {
    "server": trace.SpanKind.SERVER,
    "consumer": trace.SpanKind.CONSUMER,
    "client": trace.SpanKind.CLIENT,
    "internal": trace.SpanKind.INTERNAL,
}


class OpenTelemetryTracing:
    """Tracing with the spans of `provider`."""

    def __init__(self, provider: trace.TracerProvider) -> None:
        self._tracer = provider.get_tracer("isopolity")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self, name: str, kind: SpanKind, traceparent: str | None, attributes: Mapping[str, str] | None = None
    ) -> Iterator[str | None]:
        parent = self._propagator.extract({"traceparent": traceparent} if traceparent else {})
        with self._tracer.start_as_current_span(
            name, parent, _KINDS[kind], attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield self._traceparent()
            except BaseException as error:
                span.set_status(trace.StatusCode.ERROR, type(error).__name__)
                raise

    def _traceparent(self) -> str | None:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get("traceparent")


@contextmanager
def open_tracing(service: str, endpoint: str | None) -> Iterator[Tracing]:
    """Tracing to the OTLP collector at `endpoint` (the URL of its `/v1/traces`); without one, spans are not made."""
    if not endpoint:
        yield NoTracing()
        return
    # loaded only for tracing: it takes longer than the rest of a service's start
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(
        resource=Resource.create({"service.name": f"isopolity-{service}"}), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    try:
        yield OpenTelemetryTracing(provider)
    finally:
        provider.shutdown()
