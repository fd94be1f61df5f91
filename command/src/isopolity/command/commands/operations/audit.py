"""`isopolity audit`: who did what to whom, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, Limit, chosen_services, connected

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
    moments = {"since": _utc(since), "until": _utc(until)}
    wanted = {"actor": actor, "action": action, "subject": subject, **moments}
    _print(client, "audit", chosen_services(service), wanted, limit, as_json=as_json)


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
    _print(client, "audit/operators", chosen_services(None), {"since": _utc(since)}, limit, as_json=as_json)


def _print(
    client: Client, path: str, services: Sequence[str], wanted: Mapping[str, object], limit: int, *, as_json: bool
) -> None:
    found: list[dict[str, Any]] = [
        {"service": name, **entry} for name in services for entry in client.pages(f"/{name}/v1/{path}", wanted, limit)
    ]
    found = sorted(found, key=lambda entry: entry["at"], reverse=True)[:limit]
    columns = ("at", "who", "did", "to", "what changed")
    print_list(found, columns, _cells, empty="There are no such entries.", as_json=as_json)


def _cells(entry: dict[str, Any]) -> Sequence[object]:
    who = f"{entry['actor_kind']} {entry['actor']}"
    return [entry["at"][:19], who, entry["action"], entry["subject_id"], _change(entry)]


def _change(entry: dict[str, Any]) -> str:
    from isopolity.command.client.rendering import value_text

    before, after = entry["before"], entry["after"]
    if before and after:
        changed = ((name, before.get(name), value) for name, value in after.items() if name != "version")
        return "\n".join(f"{name}: {value_text(old)} → {value_text(new)}" for name, old, new in changed)
    details = entry["details"] or {}
    fields = "\n".join(f"{name}: {value_text(value)}" for name, value in details.items())
    return fields or ("is new" if after else "")


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.isoformat()}Z"
