"""`/registry/v1/changes`: changes of identity and of requests that members asked for and staff decides about."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel

from isopolity.machine.turns import each_in_turns
from isopolity.registry.application.changes import decide_change
from isopolity.registry.application.commands import DecideChange
from isopolity.registry.application.directory import Filter
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.application.requests.acts import decide_request
from isopolity.registry.domain.change import REQUEST_KIND, Change
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.domain.wording import warnings
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import ChangeRefusal
from isopolity.registry.entrypoints.http.context import (
    MEMBER,
    STAFF,
    Endorser,
    Post,
    Posting,
    Registry,
    RegistryContext,
    is_own,
    is_staff,
    require_own,
)
from isopolity.registry.entrypoints.http.merge_patch import IfMatch, require_match
from isopolity.registry.entrypoints.http.replies import Cursor, Limit, Page, entry_reply, page_of
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import refusal, require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/changes")

MemberId = Annotated[f.EntryId, Path(description="The member that asked for it, or the request that it is about")]
Reader = Annotated[Principal, Depends(require(STAFF, MEMBER))]


class ChangeDocument(BaseModel):
    """A change of identity: the whole identity when the change was requested, and the fields to change.

    A change of a request has `member_kind` `request` and the request's id; of a new request all fields are wanted.
    """

    member_id: str
    member_kind: str
    version: int
    status: str
    asked_at: datetime
    decided_at: datetime | None = None
    reason: str | None = None
    """The reason for a refusal, if staff gives one."""
    before: dict[str, Any]
    wanted: dict[str, Any]
    warnings: list[str] = []
    """Sentences about suspicious parts of the name."""


class ChangePage(Page):
    """A page of changes."""

    items: list[ChangeDocument]


def _document(change: Change) -> ChangeDocument:
    fields = {name: getattr(change, name) for name in ChangeDocument.model_fields if name != "warnings"}
    return ChangeDocument(**fields, warnings=list(warnings(change.wanted.get("name", ""))))


@router.get("", response_model=ChangePage, summary="List changes of identity")
async def list_changes(
    registry: Registry,
    principal: Reader,
    status: Annotated[Literal["pending", "approved", "refused", "dropped", "any"], Query()] = "pending",
    city_id: Annotated[
        f.EntryId | None, Query(description="Changes of requests of this city alone; for staff, and the city itself")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Changes with this status, by default pending ones: the last of each member and of each of its requests."""
    if not (is_staff(principal) or (city_id is not None and is_own(principal, city_id))):
        raise refusal(principal, [STAFF])
    wanted = Filter(statuses=() if status == "any" else (status,), requests_of=city_id)
    found, following = await page_of(registry.changes, wanted, cursor, limit)
    page = ChangePage(items=await each_in_turns(_document, found), next=following)
    return Response(page.model_dump_json(), media_type="application/json")


@router.get("/{member_id}", response_model=ChangeDocument, summary="Read a member's change of identity")
async def read(member_id: MemberId, registry: Registry, principal: Reader) -> Response:
    """The last change that the member requested, with its status."""
    found = await registry.changes.get(member_id)
    require_own(principal, member_id if found is None else found.city_id or member_id)
    found = await _existing(registry, member_id)
    return entry_reply(_document(found), found.version)


@router.post("/{member_id}/approve", response_model=ChangeDocument, summary="Approve a change of identity")
async def approve(
    member_id: MemberId, _principal: Endorser, if_match: IfMatch, post: Posting, registry: Registry
) -> Response:
    """It takes effect now. If-Match names the version that was read, so that nothing newer is approved unseen."""
    return await _decide(member_id, if_match, post, registry, approve=True)


@router.post("/{member_id}/refuse", response_model=ChangeDocument, summary="Refuse a change of identity")
async def refuse(
    member_id: MemberId,
    _principal: Endorser,
    if_match: IfMatch,
    post: Posting,
    registry: Registry,
    wanted: ChangeRefusal | None = None,
) -> Response:
    """The member stays unchanged, and reads the reason, if there is one, until it asks again."""
    reason = wanted.reason if wanted else None
    return await _decide(member_id, if_match, post, registry, approve=False, reason=reason)


async def _decide(
    member_id: str, if_match: str, post: Post, registry: RegistryContext, *, approve: bool, reason: str | None = None
) -> Response:
    found = await _existing(registry, member_id)
    command = DecideChange(
        member_kind=found.member_kind, member_id=member_id, version=found.version, approve=approve, reason=reason
    )

    async def work(uow: RegistryUnitOfWork) -> Response:
        require_match(if_match, found.version)
        if found.member_kind == REQUEST_KIND:
            decided = await decide_request(found, command, uow, registry.surroundings)
        else:
            decided = await decide_change(command, uow, registry.surroundings)
        return entry_reply(_document(decided), decided.version)

    return await post(work)


async def _existing(registry: RegistryContext, member_id: str) -> Change:
    found = await registry.changes.get(member_id)
    if found is None:
        raise NotFound("This member has asked for no change of its identity.")
    return found
