"""`isopolity import`, `isopolity export` and `isopolity demo`: members from files, and into files."""

from functools import partial
from pathlib import Path
from typing import Final, Literal

import typer

from isopolity.client.registry import templates
from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.demo_network import load_demo
from isopolity.command.client.http_client import Client
from isopolity.command.client.member_files import Order, export_file, import_file, render_report
from isopolity.command.client.rounds import LATEST, find_round
from isopolity.command.console import Result, counted, progress
from isopolity.command.failure import Misuse
from isopolity.command.options import Verbs, verb

import_app, export_app = Verbs(), Verbs()

_IMPORTS: Final = {
    "cities": """Import cities, districts, counties and consortia.

Either every row is imported or, if one is wrong, none: wrong rows are listed by line and column. Importing the
same file twice changes nothing.

Example: isopolity import cities members.csv --dry-run
""",
    "partners": "Import foundations, companies and NGOs, a row for each of their programmes.",
    "needs-and-offers": "Import needs and offers in the cities' own words, a row each; the cities must be there.",
    "requests": "Import what cities ask sponsors for; the cities must be there.",
    "twinnings": "Import ties that exist already; the cities must be there.",
}
_EXPORTS: Final = {
    "cities": "Export cities, districts, counties and consortia, with a contact of each.\n\n"
    "Importing the file changes nothing.\n\nExample: isopolity export cities --output members.xlsx",
    "partners": "Export partners, a row for each of their programmes, with a contact of each.",
    "needs-and-offers": "Export the needs and offers of cities, a row each.",
    "requests": "Export what cities ask sponsors for.",
    "twinnings": "Export the ties that exist.",
}
"""The help of each import and export, by the kind of its rows."""
_ENDORSED: Final = ("cities", "partners")
"""The kinds of rows that can be endorsed."""


def _import(
    kind: str,
    client: Client,
    file: Path,
    dry_run: bool = False,
    skip_invalid: bool = False,
    endorse: bool = False,
    decimal: Literal["point", "comma"] | None = None,
    dates: Literal["day-first", "month-first"] | None = None,
) -> Result:
    """Import a file of members, or of what belongs to them.

    Options:
        FILE: CSV (also Excel's), XLSX or JSON Lines.
        --dry-run: Check only; change nothing.
        --skip-invalid: Import the correct rows even if others are wrong.
        --endorse: Admit the members at once.
        --decimal: How numbers are written, 1,234.5 or 1.234,5; needed only if the file does not show it.
        --dates: How dates are written, 31.12.2027 or 12/31/2027; needed only if the file does not show it.
    """
    order = Order(kind=kind, dry_run=dry_run, skip_invalid=skip_invalid, endorse=endorse, decimal=decimal, dates=dates)
    with progress() as steps:
        report = import_file(client, order, file, steps)
    return Result(report, render_report(report, order), 1 if report.problems else 0)


def _export(kind: str, client: Client, output: Path) -> str:
    """Import a file of members, or of what belongs to them.

    Options:
        --output FILE: Where to: .csv, .xlsx or .json.
    """
    export_file(client, kind, output)
    return f"Written to {output}."


@import_app.verb("template", "staff")
def template(
    client: Client, kind: Literal["cities", "partners", "needs-and-offers", "requests", "twinnings"], output: Path
) -> str:
    """Write a workbook to fill in and import: cities, partners, needs and offers, requests or twinnings.

    Its cells offer the codes and say what they hold.

    Example: isopolity import template cities --output members.xlsx

    Options:
        KIND
        --output FILE.xlsx: Where to write the workbook.
    """
    if output.suffix.lower() != ".xlsx":
        raise Misuse(f"{output} is not a workbook. Name a file that ends with .xlsx.")
    workbook = client.send(templates.read(kind))
    with atomic_file(output) as part:
        part.write_bytes(workbook)
    return f"{output} is ready to fill in. Then import it with `isopolity import {kind} {output}`."


for _kind, _help in _IMPORTS.items():
    _verb = partial(_import, _kind)
    import_app.verb(_kind, "staff", about=_help)(_verb if _kind in _ENDORSED else partial(_verb, endorse=False))
for _kind, _help in _EXPORTS.items():
    export_app.verb(_kind, "staff", about=_help)(partial(_export, _kind))


@verb("staff", "operator")
def demo(client: Client) -> None:
    """Load the demo network into a running instance, over HTTP.

    Some 500 real cities with illustrative needs and offers, and fictional partners. Then a round is run. Loading it
    twice changes nothing. Do not do this to a network with real members.
    """
    with progress() as steps:
        proposals = load_demo(client, steps)
    typer.echo(f"The demo network is loaded. Its round made {counted(proposals, 'proposal')}.")
    typer.echo(find_round(client, LATEST).proved)
