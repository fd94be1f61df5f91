"""`isopolity round`: rounds, and the proof of how good they are."""

from typing import Annotated

import typer

from isopolity.standalone.options import AsJson, print_json

app = typer.Typer(no_args_is_help=True, help="Rounds, and the proof of how good they are.")


@app.command("verify")
def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The round's certificate; - reads it from stdin.")],
    as_json: AsJson = False,
) -> None:
    """Check a round's certificate, without a server and without a solver.

    It adds up again: that the chosen pairs respect capacities and rules, what they are worth, and the bound that no
    choice can exceed. The exit code is 0 when all is proved, 1 when not.

    Example: isopolity round verify certificate.json
    """
    from isopolity.standalone.verifying import verify_file

    report = verify_file(file)
    if as_json:
        print_json(report.document())
    else:
        typer.echo("\n".join(report.lines()))
    if not report.verdict.is_proved:
        raise typer.Exit(1)
