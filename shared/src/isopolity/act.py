"""The act of a request and who does it: set at the HTTP edge, read where audit and access log are written.

Invariant: outside a request there is no act, so that work which no person asked for is never written to anybody's name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final

AUDITED: Final = frozenset({"staff", "operator", "member", "contact"})
"""Kinds of actors whose acts are kept; strangers and the services themselves account to nobody."""

BY_COMMAND: Final = "command:"
"""Start of the subject of a token that the command signed for itself; the name of its user follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One request: who makes it, by what, from where, and what it changes."""

    actor_kind: str = "anonymous"
    """`staff`, `operator`, `member`, `contact` (the holder of a mailed link), `service` or `anonymous`."""
    actor: str = ""
    """The subject of a token; for a mailed link the id of the contact that it was sent to."""
    member_id: str | None = None
    token_id: str | None = None
    """The id of the token; for a mailed link the id of the mail."""
    address: str | None = None
    """The client's address in the network."""
    action: str | None = None
    """The name of a request that may change something, for instance `cities.endorse`; None for one that reads."""
    subject_kind: str | None = None
    subject_id: str | None = None
    """The one thing that the request's path names, if it does."""

    @property
    def is_audited(self) -> bool:
        return self.action is not None and self.actor_kind in AUDITED


_current: ContextVar[Act | None] = ContextVar("isopolity_act", default=None)


def current_act() -> Act | None:
    """The act of the request that this task serves, or None outside of any."""
    return _current.get()


@contextmanager
def acting(act: Act) -> Iterator[None]:
    """Everything done inside the block belongs to `act`, as `amend_act` goes on to describe it."""
    token = _current.set(act)
    try:
        yield
    finally:
        _current.reset(token)


def amend_act(**changes: Any) -> None:
    """Set fields of the current act, for the rest of its request; without an act nothing happens."""
    act = _current.get()
    if act is not None:
        _current.set(replace(act, **changes))
