"""`isopolity keys`: makes the network's keys, and shows their public halves."""

from typing import Annotated

import typer

from isopolity.command.failure import ExitCode, Failure
from isopolity.command.options import DEFAULT_DATA, Data

app = typer.Typer(no_args_is_help=True, help="The network's keys: what signs its tokens and answer links.")


@app.command("make")
def make(
    holder: Annotated[
        str | None, typer.Argument(metavar="HOLDER", help="registry, command or notify; all of them if not given.")
    ] = None,
) -> None:
    """Print fresh secrets as settings, and the public halves that belong to them; nothing is kept.

    Give each secret to its holder alone, and ISOPOLITY_PUBLIC_KEYS to all services. Keys for answer
    links that were made from ISOPOLITY_TOKEN_KEYS follow the new one, so that links in mails stay valid.

    Example: isopolity keys make notify
    """
    from isopolity.command.offline.network_keys import SETTINGS, fresh_settings

    if holder is not None and holder not in SETTINGS:
        raise Failure(f"There is no key of {holder}; choose from {', '.join(SETTINGS)}.", ExitCode.USAGE)
    for name, value in fresh_settings([holder] if holder else list(SETTINGS)).items():
        typer.echo(f"{name}={value}")


@app.command("show")
def show(data: Data = DEFAULT_DATA) -> None:
    """Print the public half of each secret that is set here, or kept in the data folder, as ISOPOLITY_PUBLIC_KEYS."""
    from isopolity.command.offline.network_keys import public_halves

    halves = public_halves(data)
    if not halves:
        raise Failure("No secret is set here: set ISOPOLITY_COMMAND_KEY, or name a data folder with --data.")
    typer.echo(f"ISOPOLITY_PUBLIC_KEYS={','.join(halves)}")
