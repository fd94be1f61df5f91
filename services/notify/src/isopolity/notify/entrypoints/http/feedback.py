"""`/notify/v1/feedback`: the words that people wrote with their answers, for the network's office alone."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from isopolity.notify.entrypoints.http.context import Notify, Staff
from isopolity.web.paging import one_page

router = APIRouter(prefix="/notify/v1/feedback", tags=["feedback"])


class FeedbackOut(BaseModel):
    """What one side wrote with its answer."""

    model_config = ConfigDict(from_attributes=True)

    response_id: str
    proposal_id: str
    side: str
    choice: str
    reason: str
    answered_at: datetime


class FeedbackPage(BaseModel):
    """A page of feedback, the newest first; `next` is the cursor of the next page."""

    items: list[FeedbackOut]
    next: str | None


@router.get("")
async def list_feedback(
    _staff: Staff,
    notify: Notify,
    cursor: Annotated[str | None, Query(max_length=128)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> FeedbackPage:
    """Words that people wrote with their answers, the newest first."""
    found = await notify.feedback.page(before=cursor, limit=limit + 1)
    entries, following = one_page(found, limit, lambda entry: entry.response_id)
    return FeedbackPage(items=[FeedbackOut.model_validate(entry) for entry in entries], next=following)
