"""`isopolity import`, `isopolity export` and `isopolity demo`: members from files, and into files."""

from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from isopolity.client.registry import templates
from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.demo_network import load_demo
from isopolity.command.client.http_client import Client
from isopolity.command.client.member_files import Order, export_file, import_file, print_report
from isopolity.command.client.rounds import LATEST, find_round
from isopolity.command.console import Result, counted, progress
from isopolity.command.failure import ExitCode, Failure
from isopolity.command.options import Verbs, verb

import_app, export_app = Verbs(), Verbs()

_MEMBERS: Final = {
    "cities": """Import cities, districts, counties and consortia.

Either every row is imported or, if one is wrong, none: wrong rows are listed by line and column. Importing the
same file twice changes nothing.

Example: isopolity import cities members.csv --dry-run
""",
    "partners": "Import foundations, companies and NGOs, a row for each of their programmes.",
}
_OTHERS: Final = {
    "requests": "Import what cities ask sponsors for; the cities must be there.",
    "twinnings": "Import ties that exist already; the cities must be there.",
}
_EXPORTS: Final = {
    "cities": "Export cities, districts, counties and consortia, with a contact of each.\n\n"
    "Importing the file changes nothing.\n\nExample: isopolity export cities --output members.xlsx",
    "partners": "Export partners, a row for each of their programmes, with a contact of each.",
    "requests": "Export what cities ask sponsors for.",
    "twinnings": "Export the ties that exist.",
}
"""The help of each import and export, by the kind of its rows."""


def _import(
    kind: str,
    client: Client,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV (also Excel's), XLSX or JSON Lines.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; change nothing.")] = False,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Import the correct rows even if others are wrong.")
    ] = False,
    endorse: Annotated[bool, typer.Option("--endorse", help="Admit the members at once.")] = False,
    decimal: Annotated[
        Literal["point", "comma"] | None,
        typer.Option(help="How numbers are written, 1,234.5 or 1.234,5; needed only if the file does not show it."),
    ] = None,
    dates: Annotated[
        Literal["day-first", "month-first"] | None,
        typer.Option(help="How dates are written, 31.12.2027 or 12/31/2027; needed only if the file does not show it."),
    ] = None,
) -> Result:
    order = Order(kind=kind, dry_run=dry_run, skip_invalid=skip_invalid, endorse=endorse, decimal=decimal, dates=dates)
    with progress() as steps:
        report = import_file(client, order, file, steps)
    return Result(report, lambda: print_report(report, order), 1 if report.problems else 0)


def _export(
    kind: str,
    client: Client,
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="Where to: .csv, .xlsx or .json.")],
) -> str:
    export_file(client, kind, output)
    return f"Written to {output}."


@import_app.verb("template", "staff")
def template(
    client: Client,
    kind: Annotated[Literal["cities", "partners", "requests", "twinnings"], typer.Argument(metavar="KIND")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE.xlsx", help="Where to write the workbook.")],
) -> str:
    """Write a workbook to fill in and import: cities, partners, requests or twinnings.

    Its cells offer the codes and say what they hold.

    Example: isopolity import template cities --output members.xlsx
    """
    if output.suffix.lower() != ".xlsx":
        raise Failure(f"{output} is not a workbook. Name a file that ends with .xlsx.", ExitCode.USAGE)
    workbook = client.send(templates.read(kind))
    with atomic_file(output) as part:
        part.write_bytes(workbook)
    return f"{output} is ready to fill in. Then import it with `isopolity import {kind} {output}`."


for _kind, _help in _MEMBERS.items():
    import_app.verb(_kind, "staff", about=_help)(partial(_import, _kind))
for _kind, _help in _OTHERS.items():  # which are not endorsed
    import_app.verb(_kind, "staff", about=_help)(partial(_import, _kind, endorse=False))
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
