"""`/<service>/v1/audit`: acts of people, with the changed fields before and after; for staff.

Operators read the acts of operators, without addresses: `/<service>/v1/audit/operators`.
"""

import json
from typing import Annotated, Any, Final

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue, field_validator

from isopolity.persistence.audit import AuditFilter, audit_entries
from isopolity.web.operations.vitals import AskedVitals, Vitals
from isopolity.web.paging import Page, one_page
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require

OF_OPERATORS: Final = frozenset(
    {
        *("dead-letters.redrive", "dead-letters.settle", "dead-letters.unmask", "events.unmask"),
        *("groups.pause", "groups.resume", "groups.reset", "states.republish", "mail-server.try"),
    }
)
"""Names of acts that only operators may do."""
Exactly = Annotated[str | None, Query(max_length=300, pattern="^[^\x00-\x1f]+$")]


class AuditEntry(BaseModel):
    """One change of one thing by one act; entries of one act share their `correlation_id`."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: AwareDatetime
    actor_kind: str
    """`staff`, `operator`, `member`, or `contact`: the holder of a mailed link."""
    actor: str
    """The subject of the token, or the contact's id."""
    member_id: str | None
    """The member that the actor spoke for."""
    token_id: str | None
    """The token's id; of a mailed link the mail's."""
    address: str | None
    """Where the request came from, for some weeks."""
    action: str
    subject_kind: str | None
    subject_id: str | None
    before: JsonValue
    """The changed fields before the act; null for new things and for contacts."""
    after: JsonValue
    """The changed fields after the act; null for deleted things and for contacts."""
    details: JsonValue
    correlation_id: str | None

    @field_validator("before", "after", "details", mode="before")
    @classmethod
    def _parsed(cls, document: Any) -> Any:
        return json.loads(document) if isinstance(document, str) else document


class AuditPage(Page[AuditEntry]):
    """A page of entries, the newest first; `next` is the cursor of the next page."""


def audit_router(service: str) -> ServiceRouter:
    """The router; entries cannot be written or changed over HTTP."""
    router = ServiceRouter(prefix=f"/{service}/v1/audit")

    @router.get("", dependencies=[Depends(require("staff"))])
    async def list_audit(
        vitals: AskedVitals,
        actor: Exactly = None,
        action: Exactly = None,
        subject: Annotated[Exactly, Query(description="The id of what was changed")] = None,
        member: Annotated[
            Exactly, Query(description="The id of a member: what was done to it, by it, or to what is its")
        ] = None,
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        cursor: Annotated[str | None, Query(pattern="^[0-9]{1,18}$", description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> AuditPage:
        """Acts of staff, operators, members and holders of mailed links, the newest first."""
        wanted = AuditFilter(actor=actor, action=action, subject=subject, member=member, since=since, until=until)
        return await _page(vitals, wanted, cursor, limit)

    @router.get("/operators", dependencies=[Depends(require("operator"))])
    async def list_of_operators(
        vitals: AskedVitals,
        actor: Exactly = None,
        action: Exactly = None,
        subject: Annotated[Exactly, Query(description="The id of what was changed")] = None,
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        cursor: Annotated[str | None, Query(pattern="^[0-9]{1,18}$", description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> AuditPage:
        """Acts of operators, the newest first: acts with an operator's token, and acts that need an operator's scope.

        `address` and `token_id` are left out.
        """
        wanted = AuditFilter(
            actor=actor, action=action, subject=subject, only_acts=OF_OPERATORS, since=since, until=until
        )
        found = await _page(vitals, wanted, cursor, limit)
        items = [each.model_copy(update={"address": None, "token_id": None}) for each in found.items]
        return found.model_copy(update={"items": items})

    return router


async def _page(vitals: Vitals, wanted: AuditFilter, cursor: str | None, limit: int) -> AuditPage:
    before = None if cursor is None else int(cursor)
    async with vitals.database.reading() as connection:
        found = await audit_entries(connection, vitals.tables.audit, wanted, before=before, limit=limit + 1)
    rows, following = one_page(found, limit, lambda row: str(row.id))
    return AuditPage(items=[AuditEntry.model_validate(row) for row in rows], next=following)
