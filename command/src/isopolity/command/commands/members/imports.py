"""`isopolity import` and `isopolity demo`: files into the registry."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from isopolity.command.console import print_json
from isopolity.command.options import AsJson, Client, connected

if TYPE_CHECKING:
    from isopolity.command.client.member_files import Order

app = typer.Typer(
    no_args_is_help=True, help="Load members and what belongs to them from CSV, XLSX or JSON Lines files."
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV (also Excel's), XLSX or JSON Lines.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check; change nothing.")]
SkipInvalid = Annotated[bool, typer.Option("--skip-invalid", help="Import the good rows although others are wrong.")]
Endorse = Annotated[bool, typer.Option("--endorse", help="Endorse the members at once.")]
Decimal = Annotated[
    Literal["point", "comma"] | None,
    typer.Option("--decimal", help="How numbers are written, 1,234.5 or 1.234,5; only where the file does not tell."),
]
Dates = Annotated[
    Literal["day-first", "month-first"] | None,
    typer.Option("--dates", help="How dates are written, 31.12.2027 or 12/31/2027; only where the file does not tell."),
]


_CITIES = """Import cities, districts, counties and consortia.

Either every row is imported or, if one is wrong, none: wrong rows are listed by line and column. Importing the
same file twice changes nothing.

Example: isopolity import cities members.csv --dry-run
"""
_PARTNERS = "Import foundations, companies and NGOs, a row for each of their programmes."
_REQUESTS = "Import what cities ask sponsors for; the cities must be there."
_TWINNINGS = "Import ties that exist already; the cities must be there."


def _of_members(kind: str) -> Callable[..., None]:
    """The command that imports members of one kind."""

    @connected("staff")
    def import_members(
        client: Client,
        file: File,
        dry_run: DryRun = False,
        skip_invalid: SkipInvalid = False,
        endorse: Endorse = False,
        decimal: Decimal = None,
        dates: Dates = None,
        as_json: AsJson = False,
    ) -> None:
        from isopolity.command.client.member_files import Order

        order = Order(
            kind=kind, dry_run=dry_run, skip_invalid=skip_invalid, endorse=endorse, decimal=decimal, dates=dates
        )
        _import(client, file, order, as_json=as_json)

    return import_members


def _of_others(kind: str) -> Callable[..., None]:
    """The command that imports what belongs to members, which is not endorsed."""

    @connected("staff")
    def import_others(
        client: Client,
        file: File,
        dry_run: DryRun = False,
        skip_invalid: SkipInvalid = False,
        decimal: Decimal = None,
        dates: Dates = None,
        as_json: AsJson = False,
    ) -> None:
        from isopolity.command.client.member_files import Order

        order = Order(kind=kind, dry_run=dry_run, skip_invalid=skip_invalid, decimal=decimal, dates=dates)
        _import(client, file, order, as_json=as_json)

    return import_others


@app.command("template")
@connected("staff")
def template(
    client: Client,
    kind: Annotated[Literal["cities", "partners", "requests", "twinnings"], typer.Argument(metavar="KIND")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE.xlsx", help="Where to write the workbook.")],
) -> None:
    """Write a workbook to fill in and import: cities, partners, requests or twinnings.

    Its cells offer the codes and say what they hold.

    Example: isopolity import template cities --output members.xlsx
    """
    from isopolity.client.registry import templates
    from isopolity.command.atomic_file import atomic_file
    from isopolity.command.failure import ExitCode, Failure

    if output.suffix.lower() != ".xlsx":
        raise Failure(f"{output} is no workbook; name a file that ends with .xlsx.", ExitCode.USAGE)
    workbook = client.send(templates.read(kind))
    with atomic_file(output) as part:
        part.write_bytes(workbook)
    typer.echo(f"{output} is ready to fill in; then import it with `isopolity import {kind} {output}`.")


app.command("cities", help=_CITIES)(_of_members("cities"))
app.command("partners", help=_PARTNERS)(_of_members("partners"))
app.command("requests", help=_REQUESTS)(_of_others("requests"))
app.command("twinnings", help=_TWINNINGS)(_of_others("twinnings"))


@connected("staff", "operator")
def demo(client: Client) -> None:
    """Load the demo network into a running instance, over HTTP.

    Some 500 real cities with illustrative needs and offers, and fictional partners. Then a round is run. Loading it
    twice changes nothing. Do not do this to a network with real members.
    """
    from isopolity.command.client.demo_network import load_demo
    from isopolity.command.client.rounds import LATEST, find_round
    from isopolity.command.console import progress

    with progress() as shown:
        proposals = load_demo(client, shown)
    typer.echo(f"The demo network is loaded; its round made {proposals} proposals.")
    typer.echo(find_round(client, LATEST).proved)


def _import(client: Client, file: Path, order: "Order", *, as_json: bool) -> None:
    from isopolity.command.client.member_files import import_file, print_report
    from isopolity.command.console import progress

    with progress() as shown:
        report = import_file(client, order, file, shown)
    if as_json:
        print_json(report)
    else:
        print_report(report, order)
    if report.problems:
        raise typer.Exit(1)
