"""`isopolity events`: the event streams; `isopolity journey`: one thing in all services; `isopolity audit`: acts.

The services give events masked; `events tail --direct` reads them from the broker itself.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from isopolity.client.operations import audit
from isopolity.client.operations.models import AuditEntry, UnmaskOrder
from isopolity.command import options
from isopolity.command.client.documents import render_document, value_text
from isopolity.command.client.events import Wanted, find_event, follow_events, print_events
from isopolity.command.client.http_client import Client, Pages
from isopolity.command.client.journeys import ask_journey, journey_document, render_journey
from isopolity.command.console import Result, fields_of, listing, rendered
from isopolity.command.options import Limit, Natural, Service, Verbs, chosen_services, option, verb

app, audit_app = Verbs(), Verbs()
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]

_TOPIC = "Only this topic, e.g. matching.proposal; give it again for another."
Topics = Annotated[list[str] | None, option(f"--topic NAME: {_TOPIC}")]
Key = Annotated[str | None, option("--key ID: Only events of this aggregate.")]
Since = Annotated[str | None, option("--since WHEN: From then on: 90s, 15m, 2h, 3d, or an ISO date and time.")]
Unmask = Annotated[str | None, option("--unmask WHY: Mask nothing, for this reason, which the audit keeps.")]
ActsSince = Annotated[datetime | None, option("--since: Only acts from then on, in UTC.", formats=_MOMENTS)]


@app.verb("list", "operator")
def list_events(
    client: Client,
    topic: Topics = None,
    since: Since = None,
    from_start: bool = False,
    key: Key = None,
    kind: str | None = None,
    correlation: str | None = None,
    header: str | None = None,
    where: list[str] | None = None,
    unmask: Unmask = None,
    limit: Limit = 50,
    as_json: options.AsJson = False,
) -> None:
    """List events, in the order of time; what people and sides have said is masked.

    Example: isopolity events list --topic matching.proposal --where "stage = closed" --since 2d

    Options:
        --from-start: Begin with the oldest, not the newest.
        --type NAME: Only this type; `unfit` for records that fit no contract.
        --correlation ID: Only what followed from the request with this X-Correlation-ID.
        --header NAME=VALUE: Only with this header.
        --where CONDITION: Only where this holds, e.g. 'population > 100000'; may be repeated.
    """
    order = UnmaskOrder(
        begin="start" if from_start else "end" if since is None else "time",
        time=since,
        limit=min(limit, 2_000),
        key=key,
        type=kind,
        correlation=correlation,
        header=header,
        where=where or [],
        reason=unmask or "",
    )
    print_events(client, Wanted.of(topic or [], order), as_json=as_json, empty="Nothing fits.")


@app.verb("show", "operator")
def show(client: Client, place: str, unmask: Unmask = None) -> Result:
    """Show one event, masked.

    Example: isopolity events show matching.proposal/3/17

    Options:
        TOPIC/PARTITION/OFFSET
    """
    return rendered(find_event(client, place, unmask or ""), render_document)


@app.verb("tail")
def tail(
    topic: Topics = None,
    key: Key = None,
    since: Since = None,
    last: Natural = 10,
    follow: bool = True,
    direct: bool = False,
    as_json: options.AsJson = False,
    url: options.Url = None,
    token: options.Token = None,
    data: options.Data = options.DEFAULT_DATA,
) -> None:
    """Show events as they go by, masked by the services.

    With --direct it reads the embedded log in the data folder, also while `isopolity up` runs, or Kafka where
    ISOPOLITY_BROKER is set; it joins no group and commits nothing.

    Example: isopolity events tail --topic matching.proposal --since 1h --no-follow

    Options:
        --last: Without --since: how many past events to begin with.
        --follow/--no-follow: Go on with what comes; Ctrl-C ends it.
        --direct: Read the broker itself, unmasked, for when the services are away.
    """
    if direct:
        import asyncio

        from isopolity.command.offline.event_tail import Selection, tail_events

        selection = Selection.parse(topic or [], key=key, since=since, last=last)
        asyncio.run(tail_events(selection, data, follow=follow, as_json=as_json))
        return
    begin = "end" if since is None else "time"
    most = 2_000 if since is not None else max(1, min(last, 2_000))
    wanted = Wanted.of(topic or [], UnmaskOrder(begin=begin, time=since, key=key, limit=most, reason=""))
    client = options.connect(url, token, data, ("operator",))
    wanted = print_events(client, wanted, as_json=as_json, empty="" if follow else "Nothing fits.")
    for _ in follow_events(client, wanted, as_json=as_json) if follow else ():
        pass


@verb("operator:read")
def journey(client: Client, kind: str, identifier: str) -> Result:
    """Follow one member, proposal or mail through all services.

    Its events are listed under their causes, with who has read each: ids, types and moments, but nothing that an
    event says.

    Example: isopolity journey proposal 01a220d2-5b5a-76d4-bb8f-bab7d85ab454

    Options:
        KIND: member, proposal, partnership, mail, correlation or event.
        ID: Its id; of a correlation the X-Correlation-ID of a request.
    """
    found, committed = ask_journey(client, kind, identifier)
    return Result(journey_document(found, committed), render_journey(found, committed))


@audit_app.verb("list", "staff")
def list_entries(
    client: Client,
    service: Service = None,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    since: ActsSince = None,
    until: Annotated[datetime | None, option("--until: Only acts before then, in UTC.", formats=_MOMENTS)] = None,
    limit: Limit = 50,
) -> Result:
    """List entries, the newest first.

    Example: isopolity audit list --actor anna --since 2026-11-01

    Options:
        --actor NAME: Only acts of this subject of a token.
        --action NAME: Only these acts, such as cities.endorse.
        --subject ID: Only what was done to this.
    """
    chosen = chosen_services(service)
    pages = partial(audit.list, actor=actor, action=action, subject=subject, since=_utc(since), until=_utc(until))
    return _entries(client, {name: partial(pages, name) for name in chosen}, limit)


@audit_app.verb("operators", "operator")
def list_acts_of_operators(client: Client, since: ActsSince = None, limit: Limit = 50) -> Result:
    """List what operators did, the newest first; for operators.

    Example: isopolity audit operators --since 2026-11-01
    """
    pages = {name: partial(audit.operators, name, since=_utc(since)) for name in chosen_services(None)}
    return _entries(client, pages, limit)


def _entries(client: Client, lists: Mapping[str, Pages[AuditEntry]], limit: int) -> Result:
    """The newest `limit` entries of the services' lists."""
    found = [(name, entry) for name, pages in lists.items() for entry in client.every(pages, limit)]
    found = sorted(found, key=lambda each: each[1].at, reverse=True)[:limit]
    document = [{"service": name, **fields_of(entry)} for name, entry in found]
    view = listing("at, who, did, to, what changed", map(_cells, found), "There are no such entries.")
    return Result(document, [view])


def _cells(found: tuple[str, AuditEntry]) -> tuple[object, ...]:
    entry = found[1]
    who = f"{entry.actor_kind} {entry.actor}"
    return f"{entry.at:%Y-%m-%dT%H:%M:%S}", who, entry.action, entry.subject_id, _change(entry)


def _change(entry: AuditEntry) -> str:
    before, after = entry.before, entry.after
    if before and after:
        changed = ((name, before.get(name), value) for name, value in after.items() if name != "version")
        return "\n".join(f"{name}: {value_text(old)} → {value_text(new)}" for name, old, new in changed)
    fields = "\n".join(f"{name}: {value_text(value)}" for name, value in (entry.details or {}).items())
    return fields or ("is new" if after else "")


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
