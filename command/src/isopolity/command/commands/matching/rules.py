"""`isopolity rules`: files of rules for rounds."""

from typing import Annotated

import typer

from isopolity.command.console import print_json
from isopolity.command.options import AsJson

app = typer.Typer(no_args_is_help=True, help="Files of rules for rounds.")


@app.command("check")
def check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Rules in TOML, as for a round; - reads them from stdin.")
    ],
    as_json: AsJson = False,
) -> None:
    """Tell each rule of a file as a sentence, or what to change in it; without a server, and nothing is run.

    The exit code is 0 when a round could be run under these rules, 1 when not.

    Example: isopolity rules check rules.toml
    """
    from isopolity.command.offline.rule_file import told_rules

    sentences = told_rules(file)
    if as_json:
        print_json({"rules": sentences[:-1], "objective": sentences[-1]})
        return
    for number, sentence in enumerate(sentences[:-1], 1):
        typer.echo(f"{number}. {sentence}")
    typer.echo(f"Objective: {sentences[-1]}")
