"""`isopolity events`: the event streams, as the services tell them, masked; or read directly from the broker."""

from typing import Annotated

import typer

from isopolity.command.options import DEFAULT_DATA, AsJson, Client, Data, Limit, Token, Url, connect, connected

app = typer.Typer(no_args_is_help=True, help="The event streams: list, show and follow what was written to the log.")

Topics = Annotated[
    list[str] | None,
    typer.Option("--topic", metavar="NAME", help="Only this topic, e.g. matching.proposal; give it again for another."),
]
Key = Annotated[str | None, typer.Option(metavar="ID", help="Only events of this aggregate.")]
Since = Annotated[
    str | None, typer.Option(metavar="WHEN", help="From then on: 90s, 15m, 2h, 3d, or an ISO date and time.")
]
Unmask = Annotated[
    str | None, typer.Option("--unmask", metavar="WHY", help="Mask nothing, for this reason, which the audit keeps.")
]


@app.command("list")
@connected("operator")
def list_events(
    client: Client,
    topic: Topics = None,
    since: Since = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the oldest, not the newest.")] = False,
    key: Key = None,
    kind: Annotated[
        str | None,
        typer.Option("--type", metavar="NAME", help="Only this type; `unfit` for records that fit no contract."),
    ] = None,
    correlation: Annotated[
        str | None, typer.Option(metavar="ID", help="Only what followed from the request with this X-Correlation-ID.")
    ] = None,
    header: Annotated[str | None, typer.Option(metavar="NAME=VALUE", help="Only with this header.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="CONDITION", help="Only where this holds, e.g. 'population > 100000'; may be repeated."),
    ] = None,
    unmask: Unmask = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List events, in the order of time; what people and sides have said is masked.

    Example: isopolity events list --topic matching.proposal --where "stage = closed" --since 2d
    """
    from isopolity.command.client.events import Filters, Wanted, print_events

    begin = "start" if from_start else "end" if since is None else "time"
    filters = Filters(
        begin=begin,
        time=since,
        limit=min(limit, 2_000),
        key=key,
        type=kind,
        correlation=correlation,
        header=header,
        where=where or [],
    )
    print_events(client, Wanted.of(topic or [], unmask, filters), as_json=as_json, empty="Nothing fits.")


@app.command("show")
@connected("operator")
def show(
    client: Client,
    place: Annotated[str, typer.Argument(metavar="TOPIC/PARTITION/OFFSET")],
    unmask: Unmask = None,
    as_json: AsJson = False,
) -> None:
    """Show one event, masked.

    Example: isopolity events show matching.proposal/3/17
    """
    from isopolity.command.client.documents import print_document
    from isopolity.command.client.events import shown_event

    print_document(shown_event(client, place, unmask), as_json=as_json)


@app.command("tail")
def tail(
    topic: Topics = None,
    key: Key = None,
    since: Since = None,
    last: Annotated[int, typer.Option(min=0, help="Without --since: how many past events to begin with.")] = 10,
    follow: Annotated[bool, typer.Option(help="Go on with what comes; Ctrl-C ends it.")] = True,
    direct: Annotated[
        bool, typer.Option("--direct", help="Read the broker itself, unmasked, for when the services are away.")
    ] = False,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Show events as they go by, masked, as the services tell them.

    With --direct it reads the embedded log in the data folder, also while `isopolity up` runs, or Kafka where
    ISOPOLITY_BROKER is set; it joins no group and commits nothing.

    Example: isopolity events tail --topic matching.proposal --since 1h --no-follow
    """
    if direct:
        import asyncio

        from isopolity.command.offline.event_tail import Selection, tail_events

        selection = Selection.parse(topic or [], key=key, since=since, last=last)
        asyncio.run(tail_events(selection, data, follow=follow, as_json=as_json))
        return
    from isopolity.command.client.events import Filters, Wanted, follow_events, print_events

    begin = "end" if since is None else "time"
    most = 2_000 if since is not None else max(1, min(last, 2_000))
    wanted = Wanted.of(topic or [], None, Filters(begin=begin, time=since, key=key, limit=most))
    client = connect(url, token, data, ("operator",))
    wanted = print_events(client, wanted, as_json=as_json, empty="" if follow else "Nothing fits.")
    for _ in follow_events(client, wanted, as_json=as_json) if follow else ():
        pass
