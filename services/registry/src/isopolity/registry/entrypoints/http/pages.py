"""Pages of a list: a cursor says where the next one begins; it stays valid whatever is added meanwhile."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from isopolity.registry.application.directory import Directory, Filter
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.entrypoints import fields as f
from isopolity.web.problems import FieldProblem, Problem

ItemT = TypeVar("ItemT")

Cursor = Annotated[str | None, Query(description="`next` of the page before", max_length=400)]
Limit = Annotated[int, Query(description="How many entries a page has", ge=1, le=500)]
SearchText = Annotated[f.Text, Query(description="Words of the name; accents and case do not matter", max_length=200)]

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,300}$")])


class Page(BaseModel):
    """What every page has: `next` is the cursor of the next one, null on the last."""

    next: str | None


async def page_of(
    directory: Directory[AggregateT], wanted: Filter, cursor: str | None, limit: int
) -> tuple[list[AggregateT], str | None]:
    """The entries of one page and the cursor of the next."""
    found = list(await directory.page(wanted, after=_decoded(cursor), limit=limit + 1))
    more = len(found) > limit
    entries = found[:limit]
    return entries, _encoded(entries[-1].identifier) if more else None


def page_json(page: Page) -> bytes:
    """The page as it is sent; `bulk` tells of events, not of entries."""
    exclude: Any = {"items": {"__all__": {"bulk"}}}
    return page.model_dump_json(exclude=exclude).encode()


def _encoded(identifier: str) -> str:
    return urlsafe_b64encode(identifier.encode()).decode().rstrip("=")


def _decoded(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return _IDENTIFIER.validate_python(urlsafe_b64decode(padded).decode())
    except (ValueError, ValidationError):
        detail = "Send as cursor the `next` of a page, unchanged."
        raise Problem(
            422, detail, code="invalid-request", errors=[FieldProblem(pointer="cursor", detail=detail)]
        ) from None
