"""The lineage of the current task: set at the edge (request, consumed event), read where events are made."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import replace
from typing import Literal, Protocol

from isopolity.contracts.event import Envelope, Lineage

_current: ContextVar[Lineage | None] = ContextVar("isopolity_lineage", default=None)


def current_lineage() -> Lineage | None:
    """The lineage that the edge has set; None outside a request or event."""
    return _current.get()


@contextmanager
def lineage_of(lineage: Lineage) -> Iterator[None]:
    """All events published inside the block carry `lineage`."""
    token = _current.set(lineage)
    try:
        yield
    finally:
        _current.reset(token)


def caused_by(envelope: Envelope) -> Lineage:
    """The lineage of the effects of the event in `envelope`."""
    return Lineage(envelope.lineage.correlation_id, envelope.id, envelope.lineage.traceparent)


SpanKind = Literal["server", "consumer", "client", "internal"]


class Tracing(Protocol):
    """Opens the spans of a trace; `traceparent` carries it from process to process."""

    def span(
        self, name: str, kind: SpanKind, traceparent: str | None, attributes: Mapping[str, str] | None = None
    ) -> AbstractContextManager[str | None]:
        """A span below that of `traceparent`; yields the traceparent for its effects."""


class NoTracing:
    """Makes no spans, and passes `traceparent` on."""

    def span(
        self, name: str, kind: SpanKind, traceparent: str | None, attributes: Mapping[str, str] | None = None
    ) -> AbstractContextManager[str | None]:
        return nullcontext(traceparent)


@contextmanager
def handling(envelope: Envelope, tracing: Tracing) -> Iterator[None]:
    """All work inside the block counts as an effect of the event in `envelope`."""
    lineage = caused_by(envelope)
    attributes = {"event.id": envelope.id, "event.type": envelope.type, "correlation.id": lineage.correlation_id}
    with (
        tracing.span(f"handle {envelope.type}", "consumer", lineage.traceparent, attributes) as traceparent,
        lineage_of(replace(lineage, traceparent=traceparent)),
    ):
        yield
