"""Paging of lists: a page has at most `limit` entries, and its cursor leads to the page after it.

Invariant: a cursor names the last entry of its page, so it stays valid whatever is added meanwhile. Most lists use that
entry's identifier itself; registry's lists encode it, so that callers do not depend on its form.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Generic, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from isopolity.web.problems import FieldProblem, Problem

EntryT = TypeVar("EntryT")
ItemT = TypeVar("ItemT")

_IDENTIFIER: Final[TypeAdapter[str]] = TypeAdapter(Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,300}$")])

_DIGITS: Final = 19
"""Digits of a number in a cursor: more than any sorted number has, and few enough for a database."""


class Page(BaseModel, Generic[ItemT]):
    """A page of a list; `next` is the cursor of the next page, null on the last."""

    items: list[ItemT]
    next: str | None


def one_page(
    found: Sequence[EntryT], limit: int, cursor_of: Callable[[EntryT], str]
) -> tuple[Sequence[EntryT], str | None]:
    """The first `limit` of `limit + 1` entries searched for, and the cursor of the next page; None if there is none."""
    entries = found[:limit]
    return entries, cursor_of(entries[-1]) if len(found) > limit else None


def cursor_after_full_page(identifiers: Sequence[str], limit: int) -> str | None:
    """Cursor of the page after these identifiers, for lists that search for at most `limit` entries.

    Only a page that is not full is known to be the last, so the next page may be empty.
    """
    return identifiers[-1] if len(identifiers) == limit else None


def opaque_cursor(identifier: str) -> str:
    """The identifier as base64 for URLs, without padding."""
    return urlsafe_b64encode(identifier.encode()).decode().rstrip("=")


def pair_cursor(value: str, identifier: str) -> str:
    """The cursor of a list that is sorted by a value, a text of one line, and then by the identifier."""
    return opaque_cursor(f"{value}\n{identifier}")


def identifier_in(cursor: str | None) -> str | None:
    """The identifier in a cursor of `opaque_cursor`; None without a cursor. Raises Problem 422 for any other text."""
    try:
        return None if cursor is None else _IDENTIFIER.validate_python(_written(cursor))
    except (ValueError, ValidationError):
        raise _unusable() from None


def pair_in(cursor: str | None) -> tuple[str, str] | None:
    """Value and identifier in a cursor of `pair_cursor`; None without one. Raises Problem 422 for any other text."""
    try:
        if cursor is None:
            return None
        value, separator, identifier = _written(cursor).partition("\n")
        if not separator or "\x00" in value:
            raise ValueError("nothing of a list")
        return value, _IDENTIFIER.validate_python(identifier)
    except (ValueError, ValidationError):
        raise _unusable() from None


def number_pair_in(cursor: str | None) -> tuple[int, str] | None:
    """Number and identifier in a cursor of `pair_cursor`; None without one. Raises Problem 422 for any other text."""
    if (pair := pair_in(cursor)) is None:
        return None
    value, identifier = pair
    if not (value.isascii() and value.isdigit() and len(value) < _DIGITS):
        raise _unusable()
    return int(value), identifier


def _written(cursor: str) -> str:
    padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
    return urlsafe_b64decode(padded).decode()


def _unusable() -> Problem:
    detail = "Send as cursor the `next` of a page, unchanged."
    return Problem(422, detail, code="invalid-request", errors=[FieldProblem(pointer="cursor", detail=detail)])
