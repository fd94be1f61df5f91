"""Answers: an entry as JSON with its version as ETag, pages of lists, and problem details: the one place that knows the
status of each of registry's refusals.
"""

from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO, Final, Literal, Protocol, TypeVar

from fastapi import Query, Response
from pydantic import BaseModel, Field

from isopolity.registry.application.directory import Directory, Filter
from isopolity.registry.application.ports import Aggregate, AggregateT
from isopolity.registry.domain.errors import (
    AlreadyRegistered,
    ConcurrentChange,
    Gone,
    InvalidProfile,
    IssuerAway,
    LimitReached,
    NotFound,
    NotPossible,
    OperatorsOnly,
    RegistryError,
    StaleEntry,
    StaleVersion,
)
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.merge_patch import etag
from isopolity.web.paging import identifier_in, one_page, opaque_cursor, pair_cursor, pair_in
from isopolity.web.problems import FieldProblem, Problem, invalid, pointer

_BLOCK: Final = 1 << 18


def entry_reply(state: BaseModel, version: int, *, status: int = 200, location: str | None = None) -> Response:
    """The answer with an entry; `location` is the address of a new one. `bulk` is left out: it is about events."""
    headers = {"ETag": etag(version)}
    if location is not None:
        headers["Location"] = location
    return Response(state.model_dump_json(exclude={"bulk"}), status, headers=headers, media_type="application/json")


def uncached_reply(document: BaseModel, *, status: int = 200) -> Response:
    """An answer that no cache may store: it contains a secret, or is for its reader only."""
    headers = {"Cache-Control": "no-store"}
    return Response(document.model_dump_json(), status, headers=headers, media_type="application/json")


def attachment(name: str) -> dict[str, str]:
    """The headers by which a browser saves an answer as a file."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def blocks_of(file: BinaryIO) -> Iterator[bytes]:
    """The file from its beginning, a block at a time; it is closed at the end."""
    with file:
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


Cursor = Annotated[str | None, Query(description="`next` of the page before", max_length=1000)]
Limit = Annotated[int, Query(description="How many entries a page has", ge=1, le=500)]
Background = Annotated[
    bool, Query(description="Answer at once; `work` of the import tells how far it is, or why it failed")
]
SearchText = Annotated[f.Text, Query(description="Words of the name; accents and case do not matter", max_length=200)]


InOrder = Annotated[
    Literal["arrival", "newest", "name"],
    Query(description="As they came, the newest first, or by name: without accents, case, The, 's and 't"),
]
WithTotal = Annotated[bool, Query(description="Count how many there are on all pages")]


class Named(Aggregate, Protocol):
    """An entry that has a name."""

    @property
    def sort_name(self) -> str: ...


NamedT = TypeVar("NamedT", bound=Named)


class Page(BaseModel):
    """A page of a list: `next` is the cursor of the following page, null on the last."""

    next: str | None


async def page_of(
    directory: Directory[AggregateT], wanted: Filter, cursor: str | None, limit: int
) -> tuple[list[AggregateT], str | None]:
    """The entries of one page and the cursor of the next, in the order of their ids."""
    found = await directory.page(wanted, after=identifier_in(cursor), limit=limit + 1)
    entries, following = one_page(found, limit, lambda entry: opaque_cursor(entry.identifier))
    return list(entries), following


async def page_in_order(
    directory: Directory[NamedT], wanted: Filter, cursor: str | None, limit: int
) -> tuple[list[NamedT], str | None]:
    """The entries of one page and the cursor of the next, in the wanted order."""
    if wanted.order != "name":
        return await page_of(directory, wanted, cursor, limit)
    found = await directory.page(wanted, after=pair_in(cursor), limit=limit + 1)
    entries, following = one_page(found, limit, lambda entry: pair_cursor(entry.sort_name, entry.identifier))
    return list(entries), following


class CountedPage(Page):
    """A page of a list that can be counted."""

    total: int | None = Field(description="Entries on all pages; null unless it was asked for.")


def page_json(page: Page) -> bytes:
    """The page as JSON; `bulk` is left out: it is about events."""
    exclude: Any = {"items": {"__all__": {"bulk"}}}
    return page.model_dump_json(exclude=exclude).encode()


_STATUS: dict[type[RegistryError], tuple[int, str]] = {
    OperatorsOnly: (403, "operators-only"),
    NotFound: (404, "not-found"),
    Gone: (410, "gone"),
    LimitReached: (429, "limit-reached"),
    AlreadyRegistered: (409, "already-registered"),
    ConcurrentChange: (409, "concurrent-change"),
    IssuerAway: (503, "issuer-away"),
    NotPossible: (409, "not-possible"),
    StaleVersion: (412, "stale-version"),
    StaleEntry: (412, "stale-version"),
}


def problem_of(error: RegistryError) -> Problem:
    """The problem details for `error`."""
    if isinstance(error, InvalidProfile):
        errors = [FieldProblem(pointer=pointer(entry.path), detail=entry.detail) for entry in error.errors]
        return invalid(errors)
    status, code = _STATUS[type(error)]
    if isinstance(error, LimitReached):
        headers = {"Retry-After": str(error.seconds)}
        return Problem(status, str(error), code=code, parameters={"seconds": error.seconds}, headers=headers)
    return Problem(status, str(error), code=code)
