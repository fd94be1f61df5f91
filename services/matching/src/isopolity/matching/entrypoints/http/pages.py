"""Pages of a list: a cursor is the last id of the page before, newest first."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

ItemT = TypeVar("ItemT")
Cursor = Annotated[str | None, Query(max_length=128, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


class Page(BaseModel, Generic[ItemT]):
    """Some items and where to go on."""

    items: list[ItemT]
    next: str | None = Field(default=None, description="Send it as `cursor` to go on; absent on the last page.")


def next_cursor(ids: list[str], limit: int) -> str | None:
    """The cursor for the page after one with these ids."""
    return ids[-1] if len(ids) == limit else None
