"""`isopolity changes`: what members say and staff confirms: new identities, and twinnings that one side claims."""

from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import print_json
from isopolity.command.options import AsJson, Client, Limit, connected

if TYPE_CHECKING:
    from isopolity.client.registry.models import ChangeDocument

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
    from isopolity.client.registry import changes, twinnings
    from isopolity.command.console import listing, output, row

    waiting = list(client.every(lambda cursor, most: changes.list(cursor=cursor, limit=most), limit))
    claims = list(client.every(lambda cursor, most: twinnings.list(status="claimed", cursor=cursor, limit=most), limit))
    if as_json:
        print_json({"changes": waiting, "twinnings": claims})
        return
    grid = listing("id", "version", "what", "asked by")
    for change in waiting:
        by = _name_of(client, change.before["city_id"]) if change.member_kind == "request" else change.before["name"]
        row(grid, change.member_id, change.version, _differences(change), by)
    for claim in claims:
        a, b = _name_of(client, claim.city_a), _name_of(client, claim.city_b)
        by = a if claim.claimed_by == claim.city_a else b
        row(grid, claim.twinning_id, claim.version, f"twinned: {a}, {b}", by)
    output().print(grid if waiting or claims else "Nothing waits.")


@app.command("approve")
@connected("staff")
def approve(client: Client, change_id: ChangeId, version: Version = None) -> None:
    """Let a change of identity, or a claimed twinning, take effect.

    Example: isopolity changes approve 019ab7c4-0001-7007-801f-5f3c9d2e0001 --version 1
    """
    from isopolity.client.registry import changes, twinnings

    if _is_twinning(change_id):
        client.send(twinnings.confirm(change_id))
    else:
        client.send(changes.approve(change_id, version=_read_version(version)))
    typer.echo(f"{change_id} has taken effect.")


@app.command("refuse")
@connected("staff")
def refuse(client: Client, change_id: ChangeId, version: Version = None, reason: Reason = None) -> None:
    """Refuse a change of identity, or a claimed twinning."""
    from isopolity.client.registry import changes, twinnings
    from isopolity.client.registry.models import ChangeRefusal

    if _is_twinning(change_id):
        client.send(twinnings.refuse(change_id))
    else:
        words = ChangeRefusal(reason=reason) if reason else None
        client.send(changes.refuse(change_id, words, version=_read_version(version)))
    typer.echo(f"{change_id} is refused.")


def _is_twinning(change_id: str) -> bool:
    """Whether the id names the two cities of a twinning."""
    return ":" in change_id


def _read_version(version: int | None) -> int:
    """The version that the caller read. Raises Failure without one."""
    from isopolity.command.failure import ExitCode, Failure

    if version is None:
        raise Failure("Say with --version which version you read, so that nothing newer is decided.", ExitCode.USAGE)
    return version


def _name_of(client: Client, city_id: str) -> str:
    from isopolity.client.registry import cities

    return client.send(cities.read(city_id)).name


def _differences(change: "ChangeDocument") -> str:
    before, wanted = change.before, change.wanted
    return "\n".join(f"{name.replace('_', ' ')}: {before.get(name, '')} → {value}" for name, value in wanted.items())
