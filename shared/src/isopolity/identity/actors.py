"""The act of a request and who does it; the scopes of tokens and their rights; the names by which tokens are revoked.

The act is set at the HTTP edge and read where audit and access log are written. `staff` and `operator` hold all of
their rights; a scope such as `staff:endorse` holds that right alone, and lets its holder read. Invariant: outside a
request there is no act, so work that no person asked for is never attributed to a person. A scope without an entry in
`SCOPES` holds no right. A subject may be an e-mail address, so events have its digest only.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

AUDITED: Final = frozenset({"staff", "operator", "member", "contact"})
"""Kinds of actors whose acts the audit keeps; it keeps none of anonymous callers and of the services themselves."""

BY_COMMAND: Final = "command:"
"""Prefix of the subject of a token that the command signed for itself; the name of its user follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One request: its actor, token or mail, network address, and the thing that it changes."""

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
    """The name of a request that may change something, for instance `cities.endorse`; None for a request that reads."""
    subject_kind: str | None = None
    subject_id: str | None = None
    """The kind of the thing in the request's path, if there is one."""

    @property
    def is_audited(self) -> bool:
        return self.action is not None and self.actor_kind in AUDITED


_current: ContextVar[Act | None] = ContextVar("isopolity_act", default=None)


def current_act() -> Act | None:
    """The act of the request that this task serves; None outside a request."""
    return _current.get()


@contextmanager
def acting(act: Act) -> Iterator[None]:
    """All work inside the block belongs to `act`; `amend_act` can change its fields."""
    token = _current.set(act)
    try:
        yield
    finally:
        _current.reset(token)


def amend_act(**changes: Any) -> None:
    """Set fields of the current act, for the rest of its request; without an act, do nothing."""
    act = _current.get()
    if act is not None:
        _current.set(replace(act, **changes))


SCOPES: Final[dict[str, str]] = {
    "member": "a member's own profile, contacts, suggestions and answers; with the claim `member`, its id",
    "staff": "all that staff does: the rights below, and reading",
    "staff:read": "see what staff sees, and change nothing",
    "staff:endorse": "who is in the network and what stands of it: applications, changes, imports, members, contacts",
    "staff:publish": "what goes out: rounds, drafts, proposals, amounts, ends of partnerships, mails",
    "staff:answer": "answers that members give by telephone",
    "staff:manage": "settings, people of staff, revoked tokens, erased contacts",
    "operator": "all that operators do: the rights below, and the whole list of people",
    "operator:read": "status, streams, events, journeys and dead letters, without what is masked",
    "operator:redrive": "publish dead letters again, or settle them; decide about mails that may not have gone",
    "operator:unmask": "see what is masked",
    "operator:pause": "pause, resume and reset groups of consumers",
    "contacts:read": "read contact data; for services only; secrets of mailed links only for the subject notify",
}
"""The acts that each scope allows."""
WHOLE: Final = ("staff", "operator")
"""The scopes that hold rights."""
OFFICE_SCOPES: Final = tuple(scope for scope in SCOPES if scope.partition(":")[0] in WHOLE)
"""The scopes that a person of the network's office may have."""


def whole_of(scope: str) -> str:
    """The whole scope of a right, such as `staff` for `staff:endorse`; for a whole scope, `scope` itself."""
    whole = scope.partition(":")[0]
    return whole if whole in WHOLE else scope


def holds(scopes: Collection[str], wanted: str) -> bool:
    """Whether `scopes` include `wanted`, a scope or a right; any right includes that to read."""
    known = SCOPES.keys() & set(scopes)
    whole = whole_of(wanted)
    reads = wanted == f"{whole}:read" and any(whole_of(each) == whole for each in known)
    return wanted in known or (whole in known and whole in WHOLE) or reads


def without_repetition(scopes: Collection[str]) -> tuple[str, ...]:
    """The scopes without those that others of them include, in alphabetical order."""
    return tuple(sorted(each for each in set(scopes) if not holds(set(scopes) - {each}, each)))


def of_token(token_id: str) -> str:
    """The revocation id of the one token with this id."""
    return f"token:{token_id}"


def of_subject(subject: str) -> str:
    """The revocation id of all tokens of this subject, of any issuer."""
    return f"subject:{sha256(b'isopolity.subject:' + subject.encode()).hexdigest()}"


def of_session(session_id: str) -> str:
    """The revocation id of all tokens of this session."""
    return f"session:{session_id}"


def of_member(member_id: str) -> str:
    """The revocation id of all tokens that act for this member."""
    return f"member:{member_id}"
