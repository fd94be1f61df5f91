"""`isopolity token`: bearer tokens signed with the network's own key."""

from typing import Annotated

import typer

from isopolity.standalone.failure import ExitCode, Failure
from isopolity.standalone.options import DEFAULT_DATA, Data

app = typer.Typer(no_args_is_help=True, help="Bearer tokens for people and programs.")


@app.command("create")
def create(
    scope: Annotated[
        list[str],
        typer.Option(metavar="SCOPE", help="member, staff, operator or contacts:read; give it again for another."),
    ],
    subject: Annotated[str, typer.Option(metavar="NAME", help="Who uses it; stands in the logs.")] = "operator",
    member: Annotated[
        str | None, typer.Option(metavar="ID", help="The member that a token with the scope member speaks for.")
    ] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366, help="How long it is valid.")] = 12,
    data: Data = DEFAULT_DATA,
) -> None:
    """Print a new token.

    It is signed with the first of ISOPOLITY_TOKEN_KEYS, or with the key in the data folder.

    Example: isopolity token create --scope staff --subject anna --hours 8
    """
    from datetime import timedelta

    from isopolity.standalone.credentials import require_keys, sign
    from isopolity.web.tokens import SCOPES

    wrong = sorted(set(scope) - SCOPES.keys())
    if wrong:
        raise Failure(f"There is no scope {wrong[0]}; choose from {', '.join(SCOPES)}.", ExitCode.USAGE)
    if "member" in scope and member is None:
        raise Failure("The scope member needs --member with the member's id.", ExitCode.USAGE)
    typer.echo(sign(require_keys(data), subject, scope, member=member, lifetime=timedelta(hours=hours)))
