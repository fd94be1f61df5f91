"""The report of a draft: printed, or saved as a page, a workbook or JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.rendering import moment, percent
from isopolity.command.console import output, paragraph, row, table
from isopolity.command.failure import Failure
from isopolity.workbooks import Sheet, write_workbook

_GROUPS: Final = (("Region", "by_region"), ("Size", "by_size"))
_COLUMNS: Final = ("cities", "served", "share", "first ties")


def print_report(report: Mapping[str, Any]) -> None:
    """Print a report."""
    console = output()
    for sentence in sentences(report):
        paragraph(console, sentence)
    for heading, rows in _tables(report):
        grid = table(heading, *_COLUMNS)
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
    draft, cities = report["draft"], report["all_cities"]
    made = f"{_number(report['twinnings'], 'twinning')} and {_number(report['sponsorships'], 'sponsorship')}"
    first = f"{cities['first_ties']} " + ("gets its first tie" if cities["first_ties"] == 1 else "get their first tie")
    yield f"{made}, for {cities['served']} of {cities['cities']} cities; {first}."
    yield f"{report['programmes_served']} of {report['programmes']} programmes find a city."
    if report["expected_agreements"] is not None:
        expected = f"{report['expected_agreements']:.0f} of {draft['pairs']} pairs"
        answers = _number(report["answers"], "answer")
        yield f"By {answers} to proposals so far, silence counted, both sides of about {expected} will say yes."
    missing = (draft["bound"] - draft["value"]) / draft["bound"] if draft["bound"] else 0.0
    yield f"The choice is worth {draft['value']:.2f}; no other could be worth more than {percent(missing)} more."
    yield from (rule["told"] for rule in report.get("rules", ()))
    if later := report.get("not_weighed", ()):
        names = ", ".join(later)
        yield f"Room today, but the round had no pair of theirs to weigh: {names}."
        yield "Nothing fitted them, what fits them was proposed lately and rests for some time, or they came later."
    if report["without_capacity"]:
        full = report["without_capacity"]
        yield f"{full} more cities without a pair have room for neither kind, or cannot be mailed."


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _tables(report: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Sequence[str]]]]:
    for heading, name in _GROUPS:
        yield heading, [_cells(each) for each in report[name]]


def _cells(share: Mapping[str, Any]) -> Sequence[str]:
    served = f"{100 * share['served'] / share['cities']:.0f} %" if share["cities"] else "-"
    return [share["name"], f"{share['cities']:,}", f"{share['served']:,}", served, f"{share['first_ties']:,}"]


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
        columns=_COLUMNS,
        unserved=report["unserved"],
    )


def _sheets(report: Mapping[str, Any]) -> Iterator[Sheet]:
    yield Sheet(name="report", heading=["report"], rows=[[sentence] for sentence in sentences(report)], widths=[100])
    for heading, name in _GROUPS:
        rows = [[share["name"], share["cities"], share["served"], share["first_ties"]] for share in report[name]]
        yield Sheet(name=heading.lower(), heading=[heading, "cities", "served", "first ties"], rows=rows)
    yield Sheet(
        name="no pair",
        heading=["No pair, though they have room for a twinning or a sponsorship"],
        rows=[[name] for name in report["unserved"]],
    )
