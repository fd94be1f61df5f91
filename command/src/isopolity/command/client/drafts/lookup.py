"""Drafts of a running instance: found, edited, and written as tables that bring back decisions."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from isopolity.client.call import Call
from isopolity.client.matching import drafts, models, publications, rounds
from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.http_client import Client
from isopolity.command.console import fields_of
from isopolity.command.failure import Failure
from isopolity.tables.draft_tables import FORMS, Decisions, UnreadableDraftTable, write_draft_table
from isopolity.tables.draft_tables import read_decisions as decisions_in

LATEST: Final = "latest"
NO_DRAFT: Final = "There is no draft: `isopolity round run` makes one, unless rounds go out automatically."
_ALL_PAIRS: Final = 10**6
_OF_PUBLICATION: Final = ("publication", "today", "pairs")


def find_draft(client: Client, draft: str) -> models.DraftView:
    """The draft with this id, or the latest one for `latest`. Raises Failure if there is none."""
    if draft != LATEST:
        return client.send(drafts.read(draft))
    found = client.send(drafts.list(limit=1)).items
    if not found:
        raise Failure(NO_DRAFT)
    return found[0]


def find_draft_before(client: Client, draft: models.DraftView) -> models.DraftView:
    """The draft that was made before this one. Raises Failure if there is none."""
    found = client.send(drafts.list(limit=1, cursor=draft.round_id)).items
    if not found:
        raise Failure(f"There is no draft before {draft.round_id}; name two.")
    return found[0]


def pairs_of(
    client: Client, draft: models.DraftView, *, limit: int, member: str | None = None, told: bool | None = None
) -> Iterator[models.DraftPairView]:
    """At most `limit` pairs that the draft has, or all candidates of a member; with `told` each has its paragraphs."""

    def pages(*, cursor: str | None, limit: int) -> Call[models.DraftPairsPage]:
        place = None if cursor is None else int(cursor)
        return drafts.pairs(draft.round_id, member=member, told=told, cursor=place, limit=limit)

    return client.every(pages, limit)


def edit_draft(client: Client, draft: str, orders: Sequence[models.PairEditOrder]) -> models.EditedView:
    """Make these edits, all or none; the answer tells what each did."""
    return client.send(drafts.edits(find_draft(client, draft).round_id, models.EditsOrder(edits=orders)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report of a draft as it is now, or of a publication of it with the same pairs today beside."""

    draft: models.DraftView
    figures: models.ReportView | models.FiguresView
    published: models.PublicationReportView | None = None

    @property
    def document(self) -> Mapping[str, object]:
        """The report as JSON; of a publication its record with the figures of its day."""
        figures = fields_of(self.figures)
        if self.published is None:
            return figures
        record = fields_of(self.published)
        return {**figures, **{name: record[name] for name in _OF_PUBLICATION}, "draft": fields_of(self.draft)}


def find_report(client: Client, draft: str, number: int | None, *, as_now: bool) -> Report:
    """The report of a publication of a draft: by its number, by default the last publication that stands.

    With `as_now`, and where no publication stands, it is the report of the draft with the figures of now. Raises
    Failure if there is no such draft.
    """
    known = find_draft(client, draft)
    if number is None and not as_now:
        found = client.send(rounds.publications(known.round_id)).items
        number = max((each.number for each in found if each.stands and each.has_report), default=None)
    if number is None or as_now:
        now = client.send(drafts.report(known.round_id))
        return Report(draft=now.draft, figures=now)
    published = client.send(publications.read(known.round_id, number, most=_ALL_PAIRS))
    return Report(draft=known, figures=published.then, published=published)


def write_draft(client: Client, draft: models.DraftView, file: Path) -> int:
    """Write the pairs of a draft into `file`; returns how many. Raises Failure for another kind of file."""
    form = _form(file)
    with atomic_file(file) as part, part.open("wb") as written:
        return write_draft_table(written, form, _all_pairs(client, draft))


def read_decisions(client: Client, draft: models.DraftView, file: Path) -> Decisions:
    """The decisions of a table. Raises Failure with a line for each cell that is wrong."""
    _form(file)
    try:
        with file.open("rb") as content:
            return asyncio.run(decisions_in(content, list(_all_pairs(client, draft))))
    except UnreadableDraftTable as error:
        raise Failure("\n".join([*error.sentences, "Nothing was changed."])) from error


def _all_pairs(client: Client, draft: models.DraftView) -> Iterator[models.DraftPairView]:
    return pairs_of(client, draft, limit=_ALL_PAIRS, told=True)


def _form(file: Path) -> str:
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise Failure(f"{file} is neither .xlsx nor .csv; name one of these.")
    return form
