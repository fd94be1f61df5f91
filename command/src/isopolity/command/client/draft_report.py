"""The report of a draft, or of a publication of it: rendered, or saved as a page, a workbook or JSON.

Invariant: of a publication all figures are of its moment; those of today stand in columns and a sentence of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from isopolity.client.matching.models import FiguresView, PublicationRecordView, ReportView, ShareView
from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.draft_pairs import Report
from isopolity.command.console import View, counted, json_text, moment, percent, table
from isopolity.command.failure import Failure
from isopolity.tables.workbooks import Sheet, write_workbook

Figures = FiguresView | ReportView
_COLUMNS: Final = ("cities", "served", "share", "first ties")
_TODAY: Final = ("cities today", "served today")


def render_report(report: Report) -> View:
    """The sentences and the tables of a report."""
    yield from sentences(report)
    for heading, rows in _tables(report):
        yield table(", ".join((heading, *_columns(report))), rows)
    if unserved := report.figures.unserved:
        yield f"Free places for a twinning or a sponsorship, but no pair: {', '.join(unserved)}."


def save_report(report: Report, file: Path) -> None:
    """Save a report as the file's name says. Raises Failure for another kind of file."""
    kind = file.suffix.lower()
    if kind not in (".html", ".xlsx", ".json"):
        raise Failure(f"{file} does not end with .html, .xlsx or .json. Give a name that does.")
    with atomic_file(file) as part, part.open("wb") as written:
        if kind == ".xlsx":
            write_workbook(written, *_sheets(report))
        else:
            written.write((json_text(report.document) if kind == ".json" else _page(report)).encode())


def sentences(report: Report) -> Iterator[str]:
    """The sentences of a report, without its tables."""
    draft, figures, published = report.draft, report.figures, report.published
    cities = figures.all_cities
    if published is not None:
        yield from _published(published.publication)
    first = f"{cities.first_ties} " + ("gets its first tie" if cities.first_ties == 1 else "get their first tie")
    yield f"{_made(figures)}, for {cities.served} of {cities.cities} cities; {first}."
    yield f"Programmes with a city: {figures.programmes_served} of {figures.programmes}."
    if figures.expected_agreements is not None:
        expected = f"{figures.expected_agreements:.0f} of {figures.twinnings + figures.sponsorships} pairs"
        answers = counted(figures.answers, "answer")
        yield f"Judging by {answers} so far, with silence counted, both sides of about {expected} will say yes."
    if published is not None:
        yield published.publication.proved
    else:
        missing = (draft.bound - draft.value) / draft.bound if draft.bound else 0.0
        yield f"The value of the choice is {draft.value:.2f}. No other could exceed it by more than {percent(missing)}."
    yield from (rule.told for rule in figures.rules if rule.told)
    if later := figures.not_weighed:
        names, when = ", ".join(later), "today" if published is None else "then"
        yield f"Free places {when}, but no candidates in the round: {names}."
        yield "No partner fitted, the partners that fit were proposed to them recently, or they joined later."
    if full := figures.without_capacity:
        yield f"Other cities without a pair, with no free places or no contact to mail: {full}."
    if figures.left:
        yield f"Not counted: {_left(figures)}."
    if published is not None:
        today = published.today
        served = f"{today.all_cities.served} of {today.all_cities.cities} cities"
        yield f"The same pairs today: {_made(today)}, for {served}. Not counted: {_left(today)}."


def _made(figures: Figures) -> str:
    return f"{counted(figures.twinnings, 'twinning')} and {counted(figures.sponsorships, 'sponsorship')}"


def _published(publication: PublicationRecordView) -> Iterator[str]:
    number, pairs = publication.number, counted(publication.pairs, "pair")
    yield f"Publication {number}, {moment(publication.at)}: {pairs}. All figures are as they were then."
    if publication.undone_at is not None:
        yield f"Withdrawn at {moment(publication.undone_at)}: {counted(publication.undone, 'pair')}."


def _left(figures: Figures) -> str:
    return f"{counted(figures.left, 'pair')} of members that have left, or of closed programmes"


def _groups(report: Report) -> Iterator[tuple[str, Sequence[ShareView], Sequence[ShareView] | None]]:
    """The heading of each table, its shares, and of a publication those of today."""
    figures, today = report.figures, None if report.published is None else report.published.today
    yield "Region", figures.by_region, None if today is None else today.by_region
    yield "Size", figures.by_size, None if today is None else today.by_size


def _tables(report: Report) -> Iterator[tuple[str, Sequence[Sequence[str]]]]:
    for heading, shares, today in _groups(report):
        now = None if today is None else {each.name: each for each in today}
        yield heading, [_cells(each, now) for each in shares]


def _columns(report: Report) -> Sequence[str]:
    return _COLUMNS if report.published is None else (*_COLUMNS, *_TODAY)


def _cells(share: ShareView, today: Mapping[str, ShareView] | None) -> Sequence[str]:
    served = f"{100 * share.served / share.cities:.0f} %" if share.cities else "-"
    cells = [share.name, f"{share.cities:,}", f"{share.served:,}", served, f"{share.first_ties:,}"]
    if today is None:
        return cells
    now = today.get(share.name, ShareView(name=share.name, cities=0, served=0, first_ties=0))
    return [*cells, f"{now.cities:,}", f"{now.served:,}"]


def _page(report: Report) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    draft = report.draft
    return environment.get_template("draft_report.html").render(
        draft=draft,
        made_at=moment(draft.created_at),
        sentences=list(sentences(report)),
        tables=list(_tables(report)),
        columns=_columns(report),
        heading="What this round would do" if report.published is None else "What was published",
        unserved=report.figures.unserved,
    )


def _sheets(report: Report) -> Iterator[Sheet]:
    yield Sheet(name="report", heading=["report"], rows=[[sentence] for sentence in sentences(report)], widths=[100])
    for heading, shares, today in _groups(report):
        rows = ((each.name, each.cities, each.served, each.first_ties) for each in shares)
        yield Sheet(name=heading.lower(), heading=[heading, "cities", "served", "first ties"], rows=rows)
        if today is not None:
            now = ((each.name, each.cities, each.served) for each in today)
            yield Sheet(name=f"{heading.lower()} today", heading=[heading, *_TODAY], rows=now)
    unserved, words = report.figures.unserved, "Free places for a twinning or a sponsorship, but no pair"
    yield Sheet(name="no pair", heading=[words], rows=([name] for name in unserved))
