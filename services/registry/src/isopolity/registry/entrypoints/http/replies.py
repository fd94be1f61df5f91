"""Replies: an entry as JSON with its version as ETag, and pages of lists, in the order in which entries came."""

from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel

from isopolity.registry.application.directory import Directory, Filter
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.member import City
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.merge_patch import etag
from isopolity.web.paging import identifier_in, one_page, opaque_cursor, pair_cursor, pair_in


def entry_reply(state: BaseModel, version: int, *, status: int = 200, location: str | None = None) -> Response:
    """The entry; `location` is where it lies, for a new one. `bulk` tells of events, not of entries."""
    headers = {"ETag": etag(version)}
    if location is not None:
        headers["Location"] = location
    return Response(state.model_dump_json(exclude={"bulk"}), status, headers=headers, media_type="application/json")


def attachment(name: str) -> dict[str, str]:
    """The headers by which a browser saves an answer as a file."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


Cursor = Annotated[str | None, Query(description="`next` of the page before", max_length=1000)]
Limit = Annotated[int, Query(description="How many entries a page has", ge=1, le=500)]
SearchText = Annotated[f.Text, Query(description="Words of the name; accents and case do not matter", max_length=200)]


class Page(BaseModel):
    """A page of a list: `next` is the cursor of the following page, null on the last."""

    next: str | None


async def page_of(
    directory: Directory[AggregateT], wanted: Filter, cursor: str | None, limit: int
) -> tuple[list[AggregateT], str | None]:
    """The entries of one page and the cursor of the next."""
    found = await directory.page(wanted, after=identifier_in(cursor), limit=limit + 1)
    entries, following = one_page(found, limit, lambda entry: opaque_cursor(entry.identifier))
    return list(entries), following


async def page_by_name(
    directory: Directory[City], wanted: Filter, cursor: str | None, limit: int
) -> tuple[list[City], str | None]:
    """The cities of one page, by their names, and the cursor of the next."""
    found = await directory.page(wanted, after=pair_in(cursor), limit=limit + 1)
    entries, following = one_page(found, limit, lambda city: pair_cursor(city.profile.sort_name, city.identifier))
    return list(entries), following


def page_json(page: Page) -> bytes:
    """The page as it is sent; `bulk` tells of events, not of entries."""
    exclude: Any = {"items": {"__all__": {"bulk"}}}
    return page.model_dump_json(exclude=exclude).encode()
