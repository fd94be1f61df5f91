"""`/notify/v1/unreached`: contacts that mails do not reach, for staff.

Invariant: answers hold ids, roles and codes, never a name or an address.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, computed_field

from isopolity.notify.domain.mail_reasons import in_words
from isopolity.notify.entrypoints.http.context import Notify, Staff
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/notify/v1/unreached")


class UnreachedOut(BaseModel):
    """A contact whose latest mails failed or came back."""

    model_config = ConfigDict(from_attributes=True)

    member_kind: str
    member_id: str
    contact_id: str
    role: str
    mail_id: str
    """The last mail that was lost."""
    purpose: str
    reason: str | None
    since: datetime
    """When the first of them was lost."""
    mails: int
    """The number of lost mails."""

    @computed_field
    def why(self) -> str | None:
        """The reason in a sentence, where it is known."""
        return in_words(self.reason)


class UnreachedList(BaseModel):
    """Unreached contacts, the longest unreached first."""

    items: list[UnreachedOut]


@router.get("")
async def list_unreached(
    _staff: Staff, notify: Notify, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> UnreachedList:
    """Contacts of the first `limit` lost mails after which none arrived."""
    found = await notify.unreached.all(limit)
    return UnreachedList(items=[UnreachedOut.model_validate(each) for each in found])
