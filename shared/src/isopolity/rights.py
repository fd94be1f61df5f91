"""Scopes of tokens, and the rights that they hold.

`staff` and `operator` hold every right of theirs; a scope such as `staff:endorse` holds that right alone, and lets its
holder read. Invariant: a scope that has no line here holds nothing.
"""

from collections.abc import Collection
from typing import Final

SCOPES: Final[dict[str, str]] = {
    "member": "a member's own profile, contacts, suggestions and answers; with the claim `member`, its id",
    "staff": "all that staff does: the rights below, and reading",
    "staff:read": "see what staff sees, and change nothing",
    "staff:endorse": "who is in the network and what stands of it: applications, changes, imports, members, contacts",
    "staff:publish": "what goes out: rounds, drafts, proposals, amounts, ends of partnerships, mails",
    "staff:manage": "settings, people of staff, revoked tokens, erased contacts",
    "operator": "all that operators do: the rights below, and the whole list of people",
    "operator:read": "status, streams, events, journeys and dead letters, without what is masked",
    "operator:redrive": "publish dead letters again, or settle them; decide about mails that may not have gone",
    "operator:unmask": "see what is masked",
    "operator:pause": "pause, resume and reset groups of consumers",
    "contacts:read": "read contact data; for services only; secrets of mailed links only for the subject notify",
}
"""What each lets its holder do."""
WHOLE: Final = ("staff", "operator")
"""The scopes that hold rights."""
OFFICE_SCOPES: Final = tuple(scope for scope in SCOPES if scope.partition(":")[0] in WHOLE)
"""What a person of the network's office may be given."""


def whole_of(scope: str) -> str:
    """The scope that holds the right `scope` with all others: `staff` of `staff:endorse`; else `scope` itself."""
    whole = scope.partition(":")[0]
    return whole if whole in WHOLE else scope


def holds(scopes: Collection[str], wanted: str) -> bool:
    """Whether `scopes` amount to `wanted`, a scope or a right; to read, any right of it does."""
    known = SCOPES.keys() & set(scopes)
    whole = whole_of(wanted)
    reads = wanted == f"{whole}:read" and any(whole_of(each) == whole for each in known)
    return wanted in known or (whole in known and whole in WHOLE) or reads


def without_repetition(scopes: Collection[str]) -> tuple[str, ...]:
    """The scopes without those that others of them hold, in the order of the alphabet."""
    return tuple(sorted(each for each in set(scopes) if not holds(set(scopes) - {each}, each)))
