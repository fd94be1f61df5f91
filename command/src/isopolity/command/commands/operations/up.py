"""`isopolity up`: everything in one process."""

import gc
from typing import Annotated

import typer

from isopolity.command.options import DEFAULT_DATA, AsJson, Data

EPILOG = (
    "Ctrl-C stops it cleanly with exit code 0. With --once it ends with 0 when all counts add up, with 1 when they do "
    "not or when work is left at the deadline, with 130 when it is interrupted."
)


def up(
    data: Data = DEFAULT_DATA,
    port: Annotated[int, typer.Option(envvar="ISOPOLITY_PORT", show_envvar=False, min=1, max=65535)] = 8000,
    demo: Annotated[bool, typer.Option(help="Load the demo network into an empty data folder.")] = True,
    once: Annotated[
        bool, typer.Option("--once", help="Work until nothing is left to do, print counts, and end.")
    ] = False,
    deadline: Annotated[
        float, typer.Option(min=1, metavar="SECONDS", help="With --once: give up after this time.")
    ] = 120,
    as_json: AsJson = False,
) -> None:
    """Start all services in one process, with the embedded broker.

    The first start loads a demo network of some 500 cities, so that there is something to look at:
    then open http://127.0.0.1:8000, or the link that it prints to look around as a coordinator, a foundation, staff
    or an operator. Nothing leaves this machine: mails go to a mail box on disk.

    Examples:

        isopolity up --port 8080 --data /srv/isopolity

        isopolity up --once --json
    """
    gc.disable()  # what is imported stays; looking through it for garbage would take a quarter of the time
    from isopolity.command.hosting.up import Plan, run

    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 20, 20)
    run(Plan(data=data, port=port, demo=demo, once=once, deadline=deadline, as_json=as_json))
