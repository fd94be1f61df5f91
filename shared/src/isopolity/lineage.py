"""The lineage of what this task does now: set at the edge (request, consumed event), read where events are made."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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
