"""The context of registry's routers, which bootstrap puts on the application, and the rights to call them.

Staff reads everything and changes what its rights allow; members change their own entries; the public reads endorsed
entries.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response

from isopolity.identity.network_keys import PublicKey
from isopolity.registry.application.access.ports import Authenticator, PasskeyReader, StaffIssuer
from isopolity.registry.application.directory import Atlas, ContactDirectory, Directory, MemberDirectory, SeekingBoard
from isopolity.registry.application.ports import RegistryUnitOfWork, Surroundings, UnitOfWorkFactory
from isopolity.registry.domain.change import Change
from isopolity.registry.domain.contact_rights import Doer
from isopolity.registry.domain.joining.application import Application
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.request import Request as SponsorRequest
from isopolity.registry.domain.twinning import Twinning
from isopolity.registry.entrypoints.imports.import_runner import ImportRunner
from isopolity.web.idempotent_posts import IdempotencyKey, IdempotentPost, keyed_request
from isopolity.web.problems import Problem
from isopolity.web.security import Caller, recognise, require
from isopolity.web.tokens import Principal, TokenIssuer

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryContext:
    """The ports behind the HTTP interface."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    """Opens read-only transactions, which never wait for a writer."""
    surroundings: Surroundings
    imports: ImportRunner
    """Works on prepared imports in the background, in this process or another one."""
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
    """The issuer where staff may sign in, besides the mailed link; None without one."""
    passkeys: PasskeyReader | None
    """Reads answers of devices; None if browsers do not offer passkeys at the public address."""
    public_url: str
    """Public address of the portal, without a slash at its end."""
    issuer: TokenIssuer | None
    """Signs access tokens of sessions; None if registry has no keys, so that nobody can sign in."""
    public_keys: Sequence[PublicKey]
    """All public keys whose tokens the network accepts."""

    async def committed(self, work: Callable[[RegistryUnitOfWork], Awaitable[ResultT]]) -> ResultT:
        """The result of the work, in a transaction of its own that is committed."""
        async with self.unit_of_work() as uow:
            result = await work(uow)
            await uow.commit()
        return result

    async def done(self, work: Callable[[RegistryUnitOfWork], Awaitable[object]]) -> Response:
        """The empty answer (204) after the work, in a transaction of its own that is committed."""
        await self.committed(work)
        return Response(status_code=204)


async def registry_context(request: Request) -> RegistryContext:
    """The context of the application that serves `request`."""
    context: RegistryContext = request.app.state.registry
    return context


Registry = Annotated[RegistryContext, Depends(registry_context)]


STAFF = "staff"
MEMBER = "member"
ENDORSE = "staff:endorse"
"""The right of staff to endorse members and to decide about changes."""
MANAGE = "staff:manage"
"""The right of staff that covers people of staff, tokens, and the erasure of contacts."""

Staff = Annotated[Principal, Depends(require(STAFF))]
"""Admits staff only, to read."""

Looker = Annotated[Principal, Depends(require("staff:read"))]
"""Admits staff with any right, also to a POST that only reads."""

Endorser = Annotated[Principal, Depends(require(ENDORSE))]
"""Admits staff that may endorse."""

Editor = Annotated[Principal, Depends(require(ENDORSE, MEMBER))]
"""Admits staff that may endorse, and members; `require_own` then checks whose entry it is."""

Eraser = Annotated[Principal, Depends(require(MANAGE, MEMBER, approvers=True))]
"""Admits staff that may manage, and members, whose entries `require_own` then checks; approvers only their own."""

Speaker = Annotated[Principal, Depends(require(ENDORSE, MEMBER, approvers=True))]
"""Admits staff that may endorse, and members, whose entries `require_own` then checks; approvers for their language."""

MayErase = Annotated[Principal | None, Depends(recognise(MANAGE, MEMBER))]
"""The caller, if it is staff that may manage; else None."""

Entrant = Annotated[Principal | None, Depends(recognise(ENDORSE, MEMBER))]
"""Admits everybody; callers that may endorse register a member, others apply."""


def is_staff(principal: Principal | None) -> bool:
    """Whether the caller acts as staff with the right that this route requires."""
    return principal is not None and STAFF in principal.scopes


def doer_of(principal: Principal, reason: str | None = None) -> Doer:
    """The doer of a change: staff, or the contact of the session; a program's subject is not a contact's id."""
    return Doer(is_staff=True, reason=reason) if is_staff(principal) else Doer(contact_id=principal.subject)


def is_own(principal: Principal | None, *member_ids: str) -> bool:
    """Whether the caller acts for one of these members."""
    return principal is not None and MEMBER in principal.scopes and principal.member_id in member_ids


def require_own(principal: Principal, *member_ids: str) -> None:
    """Raise Problem 403 unless the caller is staff or acts for one of these members."""
    if not is_staff(principal) and not is_own(principal, *member_ids):
        raise Problem(403, "A member can change its own entries only; ask the network's staff.", code="not-yours")


def statuses_for(principal: Caller, wanted: str | None, public: str, *, own: bool = False) -> tuple[str, ...]:
    """The statuses in a list: staff may choose them, members for their `own` entries; others see the `public` one."""
    if wanted in (None, public):
        return (public,)
    if not (own or is_staff(principal)):
        raise Problem(403, f"Without the scope staff a list shows only status={public}.", code="scope-missing")
    return () if wanted == "any" else (str(wanted),)


Post = IdempotentPost[RegistryUnitOfWork]


async def _post(
    request: Request, registry: Registry, principal: Caller, idempotency_key: IdempotencyKey = None
) -> Post:
    return Post(registry.unit_of_work, await keyed_request(request, principal, idempotency_key))


Posting = Annotated[Post, Depends(_post)]
"""A POST that is carried out once for each Idempotency-Key."""
