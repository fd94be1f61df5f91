"""`/registry/v1/revocations`: bearer tokens that are no longer accepted, by any service."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from isopolity.identity.actors import of_member, of_subject, of_token
from isopolity.registry.application.access.session_ends import end_sessions_named, revoke
from isopolity.registry.domain.access.session import Revocation
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.examples import with_examples
from isopolity.registry.entrypoints.http.context import MANAGE, STAFF, Registry
from isopolity.registry.entrypoints.http.replies import Cursor, Limit, Page
from isopolity.web.paging import identifier_in, one_page, opaque_cursor
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/revocations")

Reader = Annotated[Principal, Depends(require(STAFF, "operator"))]
Revoker = Annotated[Principal, Depends(require(MANAGE, "operator"))]


class RevocationInput(BaseModel):
    """The tokens to revoke, by one of the three fields."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=with_examples)

    token_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")] = None
    """A single token, by its `jti`, the log's `token_id`."""
    subject: Annotated[str | None, Field(min_length=1, max_length=255)] = None
    """All tokens with this `sub`, from any issuer."""
    member_id: Annotated[f.EntryId | None, Field(max_length=120)] = None
    """All tokens that act for this member."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.token_id, self.subject, self.member_id].count(None) != 2:
            raise ValueError("Give one of token_id, subject and member_id.")
        return self

    @property
    def revocation_id(self) -> str:
        """The key of the event."""
        if self.token_id is not None:
            return of_token(self.token_id)
        return of_subject(self.subject) if self.subject is not None else of_member(self.member_id or "")


class RevocationReceipt(BaseModel):
    """The revocation; a subject is given as a digest."""

    revocation_id: str
    revoked_at: datetime
    """Tokens issued until then, to the whole second, are refused."""
    expires_at: datetime
    """When the last of them has expired."""


class RevocationPage(Page):
    """A page of revocations."""

    items: list[RevocationReceipt]


@router.get("", summary="List revocations")
async def list_revocations(
    registry: Registry, _principal: Reader, cursor: Cursor = None, limit: Limit = 50
) -> RevocationPage:
    """Revocations in force, in the order of their ids: of members, sessions, subjects (digests only), single tokens."""
    async with registry.reading() as uow:
        found = await uow.revocations.page(identifier_in(cursor), limit + 1)
    entries, following = one_page(found, limit, lambda entry: opaque_cursor(entry.revocation_id))
    return RevocationPage(items=[_receipt(entry) for entry in entries], next=following)


@router.post("", status_code=201, summary="Revoke tokens")
async def revoke_tokens(wanted: RevocationInput, registry: Registry, _principal: Revoker) -> RevocationReceipt:
    """Every service refuses them within seconds, and sessions that would renew them end. What is issued afterwards is
    accepted.
    """
    revocation_id = wanted.revocation_id
    async with registry.unit_of_work() as uow:
        revocation = await revoke(revocation_id, uow)
        await end_sessions_named(uow, token_id=wanted.token_id, subject=wanted.subject, member_id=wanted.member_id)
        uow.audit.note("revocation", revocation_id, after={"revoked_at": revocation.revoked_at})
        await uow.commit()
    return _receipt(revocation)


def _receipt(revocation: Revocation) -> RevocationReceipt:
    return RevocationReceipt.model_validate(revocation, from_attributes=True)
