"""Rights to enter, change, demote or erase a contact, and when each change takes effect.

| who does it                 | to whom                            | what                         | when               |
|-----------------------------|------------------------------------|------------------------------|--------------------|
| the person itself           | itself                             | anything but rising          | at once            |
| the person itself, while    | itself                             | address, another guarded     | never              |
| a change of it waits        |                                    | role                         |                    |
| a contact of the member     | a deputy, an approver, any other   | anything but raising         | at once            |
| a contact of the member     | a coordinator, programme officer   | name, language               | at once            |
| a contact of the member     | a coordinator, programme officer   | address, role, erasure       | waits              |
| any other                   | one of those who has moved: it has | address, role, erasure       | never              |
|                             | not confirmed its own new address  |                              |                    |
| coordinator, prog. officer  | anybody                            | entering or raising to it    | at once, but not   |
|                             |                                    |                              | while its own wish |
|                             |                                    |                              | or a change of it  |
|                             |                                    |                              | waits              |
| any other                   | anybody, also itself               | entering or raising to it    | never, while there |
|                             |                                    |                              | is one             |
| staff                       | a coordinator, programme officer   | anything                     | at once, with a    |
|                             |                                    |                              | written reason     |
| staff                       | any other                          | anything                     | at once            |

Invariant: a coordinator, or programme officer, whose address is confirmed loses its place by its own act, by its
consent, by staff with a reason, or after three working days in which it could have called staff; by nothing else. Of
its own acts only stepping down and its erasure end a pending change of it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.handover import ROLES

GUARDED: Final = frozenset(ROLES)
"""The roles whose holders must be asked before they are replaced: coordinator and programme officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doer:
    """The doer of a change: a contact, by its id; staff, perhaps with a reason; or else a program of the member."""

    contact_id: str | None = None
    is_staff: bool = False
    reason: str | None = None


class Verdict(StrEnum):
    """When a change takes effect, or why it does not."""

    AT_ONCE = "at-once"
    WAITS = "waits"
    NEEDS_REASON = "needs-reason"
    COORDINATORS_ONLY = "coordinators-only"
    NOT_MEANWHILE = "not-meanwhile"
    DISPUTED = "disputed"
    MOVING = "moving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Facts that a verdict needs besides the doer, the target and the wanted data."""

    doer_role: str | None
    """The role of the doer at the member; None for staff and programs."""
    has_guarded: bool
    """Whether the member has a confirmed coordinator or programme officer."""
    wish_waits: bool
    """Whether a change that the doer started is pending."""
    is_disputed: bool = False
    """Whether a change of the doer itself is pending."""
    is_moving: bool = False
    """Whether the target has changed its own address and not confirmed the new one yet."""


def verdict(doer: Doer, target: Contact | None, wanted: Person | None, now: Situation) -> Verdict:
    """The verdict on `doer` changing `target` to `wanted`; without a target it is added, without `wanted` erased."""
    if doer.is_staff:
        return Verdict.NEEDS_REASON if _is_guarded(target) and not doer.reason else Verdict.AT_ONCE
    if _raises(target, wanted) and now.has_guarded:
        if now.doer_role not in GUARDED:
            return Verdict.COORDINATORS_ONLY
        if now.wish_waits:
            return Verdict.NOT_MEANWHILE
        if now.is_disputed:
            return Verdict.DISPUTED
    if target is not None and target.contact_id == doer.contact_id:
        is_evading = wanted is not None and wanted.role in GUARDED and takes_place_of(target, wanted)
        return Verdict.DISPUTED if now.is_disputed and is_evading else Verdict.AT_ONCE
    if now.is_moving and now.doer_role not in GUARDED and _is_another(target, wanted):
        return Verdict.MOVING
    return Verdict.WAITS if takes_place_of(target, wanted) else Verdict.AT_ONCE


def takes_place_of(target: Contact | None, wanted: Person | None) -> bool:
    """Whether the change takes a confirmed coordinator's or programme officer's role or address, or erases it."""
    if target is None or not _is_guarded(target):
        return False
    return _is_another(target, wanted)


def _is_another(target: Contact | None, wanted: Person | None) -> bool:
    if target is None or wanted is None:
        return True
    return wanted.role != target.person.role or wanted.address != target.person.address


def _is_guarded(target: Contact | None) -> bool:
    return target is not None and target.person.role in GUARDED and target.is_confirmed


def _raises(target: Contact | None, wanted: Person | None) -> bool:
    is_one = target is not None and target.person.role in GUARDED
    return wanted is not None and wanted.role in GUARDED and not is_one
