"""A draft as a table in a file, out with a column for decisions, and back with what was decided there."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from isopolity.client.matching.models import DraftPairView, DraftView
from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.drafts.lookup import pairs_of
from isopolity.command.client.http_client import Client
from isopolity.command.failure import Failure
from isopolity.draft_tables import FORMS, Decisions, UnreadableDraftTable, write_draft_table
from isopolity.draft_tables import read_decisions as decisions_in

_ALL: Final = 10**9


def write_draft(client: Client, draft: DraftView, file: Path) -> int:
    """Write the pairs of a draft into `file`; returns how many. Raises Failure for another kind of file."""
    form = _form(file)
    with atomic_file(file) as part, part.open("wb") as written:
        return write_draft_table(written, form, _pairs(client, draft))


def read_decisions(client: Client, draft: DraftView, file: Path) -> Decisions:
    """The decisions of a table. Raises Failure with a line for each cell that is wrong."""
    _form(file)
    try:
        with file.open("rb") as content:
            return asyncio.run(decisions_in(content, list(_pairs(client, draft))))
    except UnreadableDraftTable as error:
        raise Failure("\n".join([*error.sentences, "Nothing was changed."])) from error


def _pairs(client: Client, draft: DraftView) -> Iterator[DraftPairView]:
    yield from pairs_of(client, draft, limit=_ALL, told=True)


def _form(file: Path) -> str:
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise Failure(f"{file} is neither .xlsx nor .csv; name one of these.")
    return form
