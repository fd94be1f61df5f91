"""The report of a draft, or of a publication of it: printed, or saved as a page, a workbook or JSON.

Invariant: of a publication all figures are of its moment; those of today stand in columns and a sentence of their own.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.rendering import counted, moment, percent
from isopolity.command.console import output, paragraph, row, table
from isopolity.command.failure import Failure
from isopolity.workbooks import Sheet, write_workbook

_GROUPS: Final = (("Region", "by_region"), ("Size", "by_size"))
_COLUMNS: Final = ("cities", "served", "share", "first ties")
_TODAY: Final = ("cities today", "served today")


def print_report(report: Mapping[str, Any]) -> None:
    """Print a report."""
    console = output()
    for sentence in sentences(report):
        paragraph(console, sentence)
    for heading, rows in _tables(report):
        grid = table(heading, *_columns(report))
        for cells in rows:
            row(grid, *cells)
        console.print(grid)
    if report["unserved"]:
        paragraph(
            console, f"No pair, though they have room for a twinning or a sponsorship: {', '.join(report['unserved'])}."
        )


def save_report(report: Mapping[str, Any], file: Path) -> None:
    """Save a report as the file's name says. Raises Failure for another kind of file."""
    kind = file.suffix.lower()
    if kind not in (".html", ".xlsx", ".json"):
        raise Failure(f"{file} is none of .html, .xlsx and .json; name one of these.")
    with atomic_file(file) as part, part.open("wb") as written:
        if kind == ".xlsx":
            write_workbook(written, *_sheets(report))
        else:
            text = json.dumps(report, ensure_ascii=False, indent=2) if kind == ".json" else _page(report)
            written.write(text.encode())


def sentences(report: Mapping[str, Any]) -> Iterator[str]:
    """The sentences of a report, without its tables."""
    draft, cities, publication = report["draft"], report["all_cities"], report.get("publication")
    if publication is not None:
        yield from _published(publication)
    made = f"{counted(report['twinnings'], 'twinning')} and {counted(report['sponsorships'], 'sponsorship')}"
    first = f"{cities['first_ties']} " + ("gets its first tie" if cities["first_ties"] == 1 else "get their first tie")
    yield f"{made}, for {cities['served']} of {cities['cities']} cities; {first}."
    yield f"{report['programmes_served']} of {report['programmes']} programmes find a city."
    if report["expected_agreements"] is not None:
        expected = f"{report['expected_agreements']:.0f} of {report['twinnings'] + report['sponsorships']} pairs"
        answers = counted(report["answers"], "answer")
        yield f"By {answers} to proposals so far, silence counted, both sides of about {expected} will say yes."
    if publication is not None:
        yield publication["proved"]
    else:
        missing = (draft["bound"] - draft["value"]) / draft["bound"] if draft["bound"] else 0.0
        yield f"The choice is worth {draft['value']:.2f}; no other could be worth more than {percent(missing)} more."
    yield from (rule["told"] for rule in report.get("rules", ()))
    if later := report.get("not_weighed", ()):
        names, when = ", ".join(later), "today" if publication is None else "then"
        yield f"Room {when}, but the round had no pair of theirs to weigh: {names}."
        yield "Nothing fitted them, what fits them was proposed lately and rests for some time, or they came later."
    if report["without_capacity"]:
        full = report["without_capacity"]
        yield f"{full} more cities without a pair have room for neither kind, or cannot be mailed."
    if report.get("left"):
        yield f"Not counted: {_left(report)}."
    if today := report.get("today"):
        made = f"{counted(today['twinnings'], 'twinning')} and {counted(today['sponsorships'], 'sponsorship')}"
        served = f"{today['all_cities']['served']} of {today['all_cities']['cities']} cities"
        yield f"Today the same pairs come to {made}, for {served}; not counted: {_left(today)}."


def _published(publication: Mapping[str, Any]) -> Iterator[str]:
    number, pairs = publication["number"], counted(publication["pairs"], "pair")
    yield f"Publication {number}, {moment(publication['at'])}: {pairs}. All figures are as they were then."
    if publication["undone_at"] is not None:
        yield f"{publication['undone']} of these pairs were taken back at {moment(publication['undone_at'])}."


def _left(report: Mapping[str, Any]) -> str:
    return f"{counted(report['left'], 'pair')} of members that have left, or of closed programmes"


def _tables(report: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Sequence[str]]]]:
    today = report.get("today")
    for heading, name in _GROUPS:
        now = None if today is None else {each["name"]: each for each in today[name]}
        yield heading, [_cells(each, now) for each in report[name]]


def _columns(report: Mapping[str, Any]) -> Sequence[str]:
    return _COLUMNS if report.get("today") is None else (*_COLUMNS, *_TODAY)


def _cells(share: Mapping[str, Any], today: Mapping[str, Mapping[str, Any]] | None) -> Sequence[str]:
    served = f"{100 * share['served'] / share['cities']:.0f} %" if share["cities"] else "-"
    cells = [share["name"], f"{share['cities']:,}", f"{share['served']:,}", served, f"{share['first_ties']:,}"]
    if today is None:
        return cells
    now = today.get(share["name"], {"cities": 0, "served": 0})
    return [*cells, f"{now['cities']:,}", f"{now['served']:,}"]


def _page(report: Mapping[str, Any]) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    draft = report["draft"]
    return environment.get_template("report.html").render(
        draft=draft,
        made_at=moment(draft["created_at"]),
        sentences=list(sentences(report)),
        tables=list(_tables(report)),
        columns=_columns(report),
        heading="What this round would do" if report.get("publication") is None else "What was published",
        unserved=report["unserved"],
    )


def _sheets(report: Mapping[str, Any]) -> Iterator[Sheet]:
    yield Sheet(name="report", heading=["report"], rows=[[sentence] for sentence in sentences(report)], widths=[100])
    for heading, name in _GROUPS:
        rows = [[share["name"], share["cities"], share["served"], share["first_ties"]] for share in report[name]]
        yield Sheet(name=heading.lower(), heading=[heading, "cities", "served", "first ties"], rows=rows)
        if today := report.get("today"):
            now = [[share["name"], share["cities"], share["served"]] for share in today[name]]
            yield Sheet(name=f"{heading.lower()} today", heading=[heading, *_TODAY], rows=now)
    yield Sheet(
        name="no pair",
        heading=["No pair, though they have room for a twinning or a sponsorship"],
        rows=[[name] for name in report["unserved"]],
    )
