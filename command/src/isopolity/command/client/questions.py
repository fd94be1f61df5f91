"""Questions before what cannot be taken back, or what sends mail."""

import sys

import typer

from isopolity.command.failure import ExitCode, Failure


def confirmed(question: str, *, yes: bool) -> bool:
    """Whether the person says yes; `yes` answers beforehand. Raises Failure where nobody can be asked."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise Failure(f"{question} Nobody can be asked here; pass --yes to agree.", ExitCode.USAGE)
    return typer.confirm(question, err=True)
