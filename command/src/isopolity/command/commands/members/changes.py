"""`isopolity changes`: what members say and staff confirms: new identities, and twinnings that one side claims."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from isopolity.command.console import print_json
from isopolity.command.options import AsJson, Client, Limit, connected

app = typer.Typer(no_args_is_help=True, help="Changes of identity, requests and claimed twinnings that wait for staff.")

ChangeId = Annotated[str, typer.Argument(metavar="ID", help="As `isopolity changes list` shows it.")]
Version = Annotated[
    int | None, typer.Option(metavar="NUMBER", help="The version that you read; needed for a change of identity.")
]

Reason = Annotated[
    str | None, typer.Option(metavar="WORDS", help="Why a change of identity is refused; the member reads it.")
]


@app.command("list")
@connected("staff")
def list_changes(client: Client, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List what waits."""
    from isopolity.command.console import listing, output, row

    changes = list(client.pages("/registry/v1/changes", {}, limit))
    claims = list(client.pages("/registry/v1/twinnings", {"status": "claimed"}, limit))
    if as_json:
        print_json({"changes": changes, "twinnings": claims})
        return
    grid = listing("id", "version", "what", "asked by")
    for change in changes:
        by = _city_of(client, change) if change["member_kind"] == "request" else change["before"]["name"]
        row(grid, change["member_id"], change["version"], _differences(change), by)
    for claim in claims:
        names = {side: client.get(f"/registry/v1/cities/{claim[side]}")["name"] for side in ("city_a", "city_b")}
        side = "city_a" if claim["claimed_by"] == claim["city_a"] else "city_b"
        row(grid, claim["twinning_id"], claim["version"], f"twinned: {names['city_a']}, {names['city_b']}", names[side])
    output().print(grid if changes or claims else "Nothing waits.")


@app.command("approve")
@connected("staff")
def approve(client: Client, change_id: ChangeId, version: Version = None) -> None:
    """Let a change of identity, or a claimed twinning, take effect.

    Example: isopolity changes approve 019ab7c4-0001-7007-801f-5f3c9d2e0001 --version 1
    """
    _decide(client, change_id, version, "approve", "confirm")
    typer.echo(f"{change_id} has taken effect.")


@app.command("refuse")
@connected("staff")
def refuse(client: Client, change_id: ChangeId, version: Version = None, reason: Reason = None) -> None:
    """Refuse a change of identity, or a claimed twinning."""
    _decide(client, change_id, version, "refuse", "refuse", {"reason": reason} if reason else None)
    typer.echo(f"{change_id} is refused.")


def _decide(
    client: Client,
    change_id: str,
    version: int | None,
    of_change: str,
    of_twinning: str,
    words: Mapping[str, str] | None = None,
) -> None:
    from isopolity.command.failure import ExitCode, Failure

    if ":" in change_id:  # the two cities of a twinning
        client.post(f"/registry/v1/twinnings/{change_id}/{of_twinning}")
        return
    if version is None:
        raise Failure("Say with --version which version you read, so that nothing newer is decided.", ExitCode.USAGE)
    client.post(f"/registry/v1/changes/{change_id}/{of_change}", words, headers={"If-Match": f'"{version}"'})


def _city_of(client: Client, change: Mapping[str, Any]) -> str:
    return str(client.get(f"/registry/v1/cities/{change['before']['city_id']}")["name"])


def _differences(change: Mapping[str, Any]) -> str:
    before, wanted = change["before"], change["wanted"]
    return "\n".join(f"{name.replace('_', ' ')}: {before.get(name, '')} → {value}" for name, value in wanted.items())
