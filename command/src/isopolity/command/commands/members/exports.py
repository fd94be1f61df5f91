"""`isopolity export`: all members, requests or twinnings into a file that an import takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from isopolity.command.options import Client, connected

app = typer.Typer(no_args_is_help=True, help="Write members and what belongs to them into files that import takes.")

Output = Annotated[Path, typer.Option("--output", metavar="FILE", help="Where to: .csv, .xlsx or .json.")]

_HELP: Final = {
    "cities": "Export cities, districts, counties and consortia, with a contact of each.\n\n"
    "Importing the file changes nothing.\n\nExample: isopolity export cities --output members.xlsx",
    "partners": "Export partners, a row for each of their programmes, with a contact of each.",
    "requests": "Export what cities ask sponsors for.",
    "twinnings": "Export the ties that exist.",
}


def _exporting(kind: str) -> Callable[..., None]:
    @connected("staff")
    def export(client: Client, output: Output) -> None:
        from isopolity.command.client.member_files import export_file

        export_file(client, kind, output)
        typer.echo(f"Written to {output}.")

    return export


for _kind, _help in _HELP.items():
    app.command(_kind, help=_help)(_exporting(_kind))
