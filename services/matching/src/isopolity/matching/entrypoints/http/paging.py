"""Paging of matching's lists, the newest entry first; the cursor is the last id of the page before."""

from collections.abc import Sequence
from typing import Annotated, Generic, Self, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from isopolity.web.paging import cursor_after_full_page

ItemT = TypeVar("ItemT")
Cursor = Annotated[str | None, Query(max_length=128, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


class Page(BaseModel, Generic[ItemT]):
    """Some items and where to go on."""

    items: list[ItemT]
    next: str | None = Field(default=None, description="Send it as `cursor` to go on; absent on the last page.")

    @classmethod
    def of(cls, items: Sequence[ItemT], ids: Sequence[str], limit: int) -> Self:
        """The page of these items, whose ids lead to the next one."""
        return cls(items=list(items), next=cursor_after_full_page(ids, limit))
