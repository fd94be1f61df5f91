"""The lineage of what this task does now: set at the edge (request, consumed event), read where events are made."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import replace
from typing import Protocol

from isopolity.contracts.event import Envelope, Lineage

_current: ContextVar[Lineage | None] = ContextVar("isopolity_lineage", default=None)


def current_lineage() -> Lineage | None:
    """The lineage set by the nearest edge, or None outside of any."""
    return _current.get()


@contextmanager
def lineage_of(lineage: Lineage) -> Iterator[None]:
    """Everything published inside the block carries `lineage`."""
    token = _current.set(lineage)
    try:
        yield
    finally:
        _current.reset(token)


def caused_by(envelope: Envelope) -> Lineage:
    """The lineage of what is done because of the event in `envelope`."""
    return Lineage(envelope.lineage.correlation_id, envelope.id, envelope.lineage.traceparent)


class Tracing(Protocol):
    """Opens the spans of a trace; the traceparent of a lineage carries it from process to process."""

    def request(self, name: str, traceparent: str | None) -> AbstractContextManager[str | None]:
        """A span for an HTTP request; gives the traceparent of what it causes."""

    def handling(self, envelope: Envelope) -> AbstractContextManager[str | None]:
        """A span for handling one event; gives the traceparent of what it causes."""


class NoTracing:
    """Traces nothing, and hands on what came."""

    def request(self, name: str, traceparent: str | None) -> AbstractContextManager[str | None]:
        return nullcontext(traceparent)

    def handling(self, envelope: Envelope) -> AbstractContextManager[str | None]:
        return nullcontext(envelope.lineage.traceparent)


@contextmanager
def handling(envelope: Envelope, tracing: Tracing) -> Iterator[None]:
    """Everything done inside the block is because of the event in `envelope`."""
    with tracing.handling(envelope) as traceparent, lineage_of(replace(caused_by(envelope), traceparent=traceparent)):
        yield
