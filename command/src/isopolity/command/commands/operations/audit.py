"""`isopolity audit`: who did what to whom, and when."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import fields_of, print_json, print_list
from isopolity.command.options import AsJson, Client, Limit, chosen_services, connected

if TYPE_CHECKING:
    from isopolity.client.call import Call
    from isopolity.client.operations.models import AuditEntry, AuditPage

app = typer.Typer(
    no_args_is_help=True, help="The audit: acts of staff, operators, members and holders of mailed links."
)
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


@app.command("list")
@connected("staff")
def list_entries(
    client: Client,
    service: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only that of this service: registry, matching or notify.")
    ] = None,
    actor: Annotated[str | None, typer.Option(metavar="NAME", help="Only acts of this subject of a token.")] = None,
    action: Annotated[str | None, typer.Option(metavar="NAME", help="Only these acts, such as cities.endorse.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="ID", help="Only what was done to this.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="Only acts from then on, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="Only acts before then, in UTC.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List entries, the newest first.

    Example: isopolity audit list --actor anna --since 2026-11-01
    """
    from isopolity.client.operations import audit

    def listing(name: str, cursor: str | None, most: int) -> "Call[AuditPage]":
        return audit.list(
            name,
            actor=actor,
            action=action,
            subject=subject,
            since=_utc(since),
            until=_utc(until),
            cursor=cursor,
            limit=most,
        )

    _print(client, chosen_services(service), listing, limit, as_json=as_json)


@app.command("operators")
@connected("operator")
def list_acts_of_operators(
    client: Client,
    since: Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="Only acts from then on, in UTC.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List what operators did, the newest first; for operators.

    Example: isopolity audit operators --since 2026-11-01
    """
    from isopolity.client.operations import audit

    def listing(name: str, cursor: str | None, most: int) -> "Call[AuditPage]":
        return audit.operators(name, since=_utc(since), cursor=cursor, limit=most)

    _print(client, chosen_services(None), listing, limit, as_json=as_json)


def _print(
    client: Client,
    services: Sequence[str],
    listing: "Callable[[str, str | None, int], Call[AuditPage]]",
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Print the newest `limit` entries of the services' lists."""
    found = [(name, entry) for name in services for entry in client.every(partial(listing, name), limit)]
    found = sorted(found, key=lambda each: each[1].at, reverse=True)[:limit]
    if as_json:
        print_json([{"service": name, **fields_of(entry)} for name, entry in found])
        return
    columns = ("at", "who", "did", "to", "what changed")
    print_list([entry for _, entry in found], columns, _cells, empty="There are no such entries.", as_json=False)


def _cells(entry: "AuditEntry") -> Sequence[object]:
    who = f"{entry.actor_kind} {entry.actor}"
    return [f"{entry.at:%Y-%m-%dT%H:%M:%S}", who, entry.action, entry.subject_id, _change(entry)]


def _change(entry: "AuditEntry") -> str:
    from isopolity.command.client.documents import value_text

    before, after = entry.before, entry.after
    if before and after:
        changed = ((name, before.get(name), value) for name, value in after.items() if name != "version")
        return "\n".join(f"{name}: {value_text(old)} → {value_text(new)}" for name, old, new in changed)
    details = entry.details or {}
    fields = "\n".join(f"{name}: {value_text(value)}" for name, value in details.items())
    return fields or ("is new" if after else "")


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
