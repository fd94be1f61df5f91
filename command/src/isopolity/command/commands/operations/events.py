"""`isopolity events`: the event streams, read directly from the broker."""

from typing import Annotated

import typer

from isopolity.command.options import DEFAULT_DATA, AsJson, Data

app = typer.Typer(no_args_is_help=True, help="The event streams, read directly from either broker.")


@app.command("tail")
def tail(
    topic: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this topic, e.g. matching.proposal; give it again for another."),
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="ID", help="Only events of this aggregate.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="From then on: 90s, 15m, 2h, 3d, or an ISO date and time.")
    ] = None,
    last: Annotated[int, typer.Option(min=0, help="Without --since: how many past events to begin with.")] = 10,
    follow: Annotated[bool, typer.Option(help="Go on with what comes; Ctrl-C ends it.")] = True,
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Show events as they go by.

    Reads the embedded log in the data folder, also while `isopolity up` runs, or Kafka where ISOPOLITY_BROKER is set.
    It joins no group and commits nothing.

    Example: isopolity events tail --topic matching.proposal --since 1h --no-follow
    """
    import asyncio

    from isopolity.command.offline.event_tail import Selection, tail_events

    selection = Selection.parse(topic or [], key=key, since=since, last=last)
    asyncio.run(tail_events(selection, data, follow=follow, as_json=as_json))
