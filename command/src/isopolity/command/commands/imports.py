"""`isopolity import` and `isopolity demo`: files into the registry."""

from pathlib import Path
from typing import Annotated

import typer

from isopolity.command.console import print_json
from isopolity.command.options import DEFAULT_DATA, DEFAULT_URL, AsJson, Data, Token, Url, connect

app = typer.Typer(
    no_args_is_help=True, help="Load members and what belongs to them from CSV, XLSX or JSON Lines files."
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV (also Excel's), XLSX or JSON Lines.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check; change nothing.")]
SkipInvalid = Annotated[bool, typer.Option("--skip-invalid", help="Import the good rows although others are wrong.")]
Endorse = Annotated[bool, typer.Option("--endorse", help="Endorse the members at once.")]


@app.command("cities")
def cities(
    file: File,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = False,
    endorse: Endorse = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Import cities, districts, counties and consortia.

    Either every row is imported or, if one is wrong, none: wrong rows are listed by line and column. Importing the
    same file twice changes nothing.

    Example: isopolity import cities members.csv --dry-run
    """
    _import("cities", file, dry_run, skip_invalid, endorse, as_json, url, token, data)


@app.command("partners")
def partners(
    file: File,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = False,
    endorse: Endorse = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Import foundations, companies and NGOs, a row for each of their programmes."""
    _import("partners", file, dry_run, skip_invalid, endorse, as_json, url, token, data)


@app.command("requests")
def requests(
    file: File,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Import what cities ask sponsors for; the cities must be there."""
    _import("requests", file, dry_run, skip_invalid, False, as_json, url, token, data)


@app.command("twinnings")
def twinnings(
    file: File,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Import ties that exist already; the cities must be there."""
    _import("twinnings", file, dry_run, skip_invalid, False, as_json, url, token, data)


def demo(url: Url = DEFAULT_URL, token: Token = None, data: Data = DEFAULT_DATA) -> None:
    """Load the demo network into a running instance, over HTTP.

    Some 500 real cities with illustrative needs and offers, and fictional partners. Then a round is run. Loading it
    twice changes nothing. Do not do this to a network with real members.
    """
    from isopolity.command.client.demo_network import load_demo
    from isopolity.command.client.round_watch import LATEST, find_round
    from isopolity.command.progress import progress

    client = connect(url, token, data, ("staff", "operator"))
    with progress() as shown:
        proposals = load_demo(client, shown)
    typer.echo(f"The demo network is loaded; its round made {proposals} proposals.")
    typer.echo(find_round(client, LATEST)["proved"])


def _import(
    kind: str,
    file: Path,
    dry_run: bool,
    skip_invalid: bool,
    endorse: bool,
    as_json: bool,
    url: str,
    token: str | None,
    data: Path,
) -> None:
    from isopolity.command.client.import_upload import Order, import_file, print_report
    from isopolity.command.progress import progress

    client = connect(url, token, data, ("staff",))
    order = Order(kind=kind, dry_run=dry_run, skip_invalid=skip_invalid, endorse=endorse)
    with progress() as shown:
        report = import_file(client, order, file, shown)
    if as_json:
        print_json(report)
    else:
        print_report(report, order)
    if report["problems"]:
        raise typer.Exit(1)
