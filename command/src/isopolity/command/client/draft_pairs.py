"""Drafts of a running instance: found, edited, rendered, and written as tables that bring back decisions."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from rich.text import Text

from isopolity.client.matching import drafts, models, publications, rounds
from isopolity.client.notify.models import MailPreviewOut
from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.http_client import Client, numbered
from isopolity.command.console import View, counted, fields_of, items, moment, section, table, title
from isopolity.command.failure import Failure, first_of
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
    return first_of(client.send(drafts.list(limit=1)).items, NO_DRAFT)


def find_draft_before(client: Client, draft: models.DraftView) -> models.DraftView:
    """The draft that was made before this one. Raises Failure if there is none."""
    found = client.send(drafts.list(limit=1, cursor=draft.round_id)).items
    return first_of(found, f"There is no draft before {draft.round_id}; name two.")


def pairs_of(
    client: Client, draft: models.DraftView, limit: int, member: str | None = None
) -> Iterator[models.DraftPairView]:
    """At most `limit` pairs that the draft has, or all candidates of a member."""
    return client.every(numbered(partial(drafts.pairs, draft.round_id, member=member)), limit)


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
    """All pairs of a draft, each with its paragraphs."""
    return client.every(numbered(partial(drafts.pairs, draft.round_id, told=True)), _ALL_PAIRS)


def _form(file: Path) -> str:
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise Failure(f"{file} is neither .xlsx nor .csv; name one of these.")
    return form


def render_draft(draft: models.DraftView) -> View:
    """The heading of a draft, and a table of its figures."""
    yield title(f"Draft {draft.round_id}: {draft.status}")
    yield table("figure, ", _figures(draft))


def render_draft_pairs(pairs: Sequence[models.DraftPairView], whole: int | None) -> View:
    """Some pairs of a draft that has `whole` pairs; None for a list that is whole."""
    rows = [(f"{pair.value:.2f}", pair.kind, pair.a_name, pair.b_name, ", ".join(_marks(pair))) for pair in pairs]
    yield table("value, kind, a, b, ", rows)
    if whole is not None and len(pairs) < whole:
        yield f"{len(pairs)} of {whole} pairs; --limit shows more."


def _marks(pair: models.DraftPairView) -> Iterator[str]:
    marks = {"chosen": pair.chosen, "pinned": pair.pinned, "forbidden": pair.forbidden, "published": pair.published}
    return (name for name, is_so in marks.items() if is_so)


def render_edited(edited: models.EditedView) -> View:
    """The effect of each edit, and the draft's present value."""
    for edit in edited.edits:
        yield f"{pair_name(edit.pair)}: {effect(edit)}" if edit.pair else effect(edit)
    yield from items(edited.broken_rules)
    draft = edited.draft
    yield f"The draft has {draft.pairs} pairs, worth {draft.value:.2f} of at most {draft.bound:.2f}."


def effect(edit: models.EditView) -> str:
    """The effect of an edit, in sentences."""
    return " ".join(_effects(edit))


def pair_name(pair: models.ChosenPairView | models.FallsOutView) -> str:
    """The names of both members of a pair."""
    return f"{pair.a_name} and {pair.b_name}"


def render_difference(found: models.DifferenceView) -> View:
    """The changes from one draft to another."""
    first, second = found.first, found.second
    rows: list[tuple[str, object, object]] = [
        ("id", first.round_id, second.round_id),
        ("status", first.status, second.status),
        ("pairs", first.pairs, second.pairs),
        ("edits", first.edits, second.edits),
        ("value", f"{first.value:.2f}", f"{second.value:.2f}"),
    ]
    if found.same:
        rows.append(("value of pairs in both", f"{found.same_value_first:.2f}", f"{found.same_value_second:.2f}"))
    yield table(", first, second", [*rows, ("known answers", found.answers_first, found.answers_second)])
    yield f"In both: {counted(found.same, 'pair')}."
    for heading, pairs in (("Only in the first:", found.only_first), ("Only in the second:", found.only_second)):
        yield from section(title(heading), items(map(pair_name, pairs), indent=2))
    for which, names in (("first", found.alone_in_second), ("second", found.alone_in_first)):
        if names:
            yield from ("", f"Paired in the {which} only: {', '.join(names)}.")


def render_mails(mails: Sequence[MailPreviewOut]) -> View:
    """The mails to both sides."""
    for mail in mails:
        yield from (title(f"To {mail.recipient}: {mail.subject}"), Text(f"\n{mail.text.strip()}\n"))


def render_plan(plan: models.PlanView) -> View:
    """The pairs that would fall out, the rules that would not hold, and when proposals would go out."""
    yield from _falling_out(plan.falls_out)
    yield from items(plan.broken_rules)
    if plan.waiting_rules:
        yield "These rules are kept only once the rest of the draft is published:"
        yield from items(plan.waiting_rules)
    hours = plan.out_in_hours
    when = f"in {hours:g} hours; until then it can be undone" if hours else "at once, which cannot be undone"
    yield f"{counted(plan.proposals, 'proposal')} would go out {when}."


def render_publication(done: models.PublicationView, plan: models.PlanView) -> View:
    """How much was published, and the pairs that fell out since the plan was made."""
    seen = {(each.a, each.b) for each in plan.falls_out}
    yield from _falling_out([each for each in done.falls_out if (each.a, each.b) not in seen])
    when = "" if done.draft.out_at is None else f", to go out at {moment(done.draft.out_at)}"
    yield f"Published: {counted(done.published, 'proposal')}{when}."


def _falling_out(falls_out: Sequence[models.FallsOutView]) -> View:
    """The pairs that are not published, and why."""
    return items(f"{pair_name(each)} cannot be published: {each.reason}." for each in falls_out)


def _figures(draft: models.DraftView) -> Iterator[tuple[str, str]]:
    yield "made at", moment(draft.created_at)
    if draft.status == "open":
        yield "open until", moment(draft.expires_at)
    published = f", {draft.published:,} of them published" if draft.published else ""
    yield "pairs", f"{draft.pairs:,}{published}"
    yield "value, bound", f"{draft.value:.4f} of at most {draft.bound:.4f}"
    if draft.edits:
        yield "edits", f"{draft.edits:,}"
    if draft.out_at:
        yield "out at", moment(draft.out_at)


def _effects(edit: models.EditView) -> Iterator[str]:
    value = edit.value
    if not edit.added and not edit.removed:
        yield "The pairs stay as they are."
        return
    if len(edit.added) + len(edit.removed) > 4:
        yield f"Removed: {counted(len(edit.removed), 'pair')}; added: {counted(len(edit.added), 'pair')}."
    else:
        for pair in edit.removed:
            yield f"Removed: {pair_name(pair)}."
        for pair in edit.added:
            yield f"Added: {pair_name(pair)}."
    yield f"The value rises by {value:.2f}." if value >= 0 else f"The value falls by {-value:.2f}."
    if edit.left_alone:
        verb = "has" if len(edit.left_alone) == 1 else "have"
        yield f"{', '.join(edit.left_alone)} {verb} no pair left."
