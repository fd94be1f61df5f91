"""Context of registry's routers: ports, put together by bootstrap and kept on the application; who may do what.

Staff reads everything, and changes what its rights allow; a member changes its own; the public reads what is endorsed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from isopolity.network_keys import PublicKey
from isopolity.registry.application.access.passkey_ports import PasskeyReader
from isopolity.registry.application.access.ports import Authenticator, StaffIssuer
from isopolity.registry.application.directory import Atlas, ContactDirectory, Directory, MemberDirectory, SeekingBoard
from isopolity.registry.application.ports import Surroundings, UnitOfWorkFactory
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.joining.application import Application
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.replacement.rights import Doer
from isopolity.registry.domain.request import Request as SponsorRequest
from isopolity.registry.domain.twinning import Twinning
from isopolity.web.problems import Problem
from isopolity.web.security import Caller, recognise, require
from isopolity.web.tokens import Principal, TokenIssuer


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryContext:
    """The ports behind the HTTP interface."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    """Transactions that change nothing, and wait for nobody who does."""
    surroundings: Surroundings
    cities: MemberDirectory[City]
    partners: MemberDirectory[Partner]
    requests: Directory[SponsorRequest]
    twinnings: Directory[Twinning]
    contacts: ContactDirectory
    atlas: Atlas
    seeking: SeekingBoard
    applications: Directory[Application]
    changes: Directory[Change]
    authenticator: Authenticator
    staff_issuer: StaffIssuer | None
    """Where staff may sign in beside the mailed link."""
    passkeys: PasskeyReader | None
    """Reads answers of devices; None where the public address is none at which browsers offer passkeys."""
    public_url: str
    """Public address of the portal, without a slash at its end."""
    issuer: TokenIssuer | None
    """Signs access tokens of sessions; None where registry has no keys, and nobody can sign in."""
    public_keys: Sequence[PublicKey]
    """All keys whose tokens the network takes."""


async def registry_context(request: Request) -> RegistryContext:
    """The context of the application that serves `request`."""
    context: RegistryContext = request.app.state.registry
    return context


Registry = Annotated[RegistryContext, Depends(registry_context)]


STAFF = "staff"
MEMBER = "member"
ENDORSE = "staff:endorse"
"""The right of staff to decide who is in the network, and what stands of it."""
MANAGE = "staff:manage"
"""The right of staff that covers people of staff, tokens, and the erasure of contacts."""

Staff = Annotated[Principal, Depends(require(STAFF))]
"""Admits staff only, to read."""

Endorser = Annotated[Principal, Depends(require(ENDORSE))]
"""Admits staff that may endorse."""

Editor = Annotated[Principal, Depends(require(ENDORSE, MEMBER))]
"""Admits staff that may endorse, and members; `require_own` then asks whose entry it is."""

Eraser = Annotated[Principal, Depends(require(MANAGE, MEMBER, approvers=True))]
"""Admits staff that may manage, and members; `require_own` then asks whose entry it is, an approver's its own alone."""

MayErase = Annotated[Principal | None, Depends(recognise(MANAGE, MEMBER))]
"""The caller, as staff where it may manage."""

Entrant = Annotated[Principal | None, Depends(recognise(ENDORSE, MEMBER))]
"""Admits everybody; who may endorse enters a member, others apply."""


def is_staff(principal: Principal | None) -> bool:
    """Whether the caller acts as the network's staff: on this route, with the right that it asks for."""
    return principal is not None and STAFF in principal.scopes


def doer_of(principal: Principal, reason: str | None = None) -> Doer:
    """The maker of a change: staff, or the contact whose session it is; a program's subject is no contact's id."""
    return Doer(is_staff=True, reason=reason) if is_staff(principal) else Doer(contact_id=principal.subject)


def is_own(principal: Principal | None, *member_ids: str) -> bool:
    """Whether the caller speaks for one of these members."""
    return principal is not None and MEMBER in principal.scopes and principal.member_id in member_ids


def require_own(principal: Principal, *member_ids: str) -> None:
    """Raise unless the caller is staff or speaks for one of these members."""
    if not is_staff(principal) and not is_own(principal, *member_ids):
        raise Problem(403, "A member can change its own entries only; ask the network's staff.", code="not-yours")


def statuses_for(principal: Caller, wanted: str | None, public: str, *, own: bool = False) -> tuple[str, ...]:
    """The statuses that a list shows: staff chooses, so does a member for its `own`; others see the public one."""
    if wanted in (None, public):
        return (public,)
    if not (own or is_staff(principal)):
        raise Problem(403, f"Without the scope staff a list shows only status={public}.", code="scope-missing")
    return () if wanted == "any" else (str(wanted),)
