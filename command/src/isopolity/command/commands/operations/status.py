"""`isopolity status`: whether everything flows, on one screen."""

import typer

from isopolity.command.console import print_json
from isopolity.command.options import AsJson, Client, connected
from isopolity.contracts.event_types import SERVICES


@connected("operator")
def status(client: Client, as_json: AsJson = False) -> None:
    """Tell whether everything flows, and what waits.

    For each service: does it get its events, how old is the oldest thing that waits, and how many are waiting;
    dead letters by reason; mails of which nobody knows whether they arrived. All parts are asked at once, and what is
    known is printed also where some do not answer. The exit code is 1 when something does not flow, and 3 when a
    part of the network does not answer.
    """
    from isopolity.command.client.status_questions import ask_status
    from isopolity.command.client.status_report import print_status, troubles
    from isopolity.command.failure import ExitCode

    asked = ask_status(client, SERVICES)
    found = [*asked.silent.values(), *troubles(asked.reports)]
    if as_json:
        print_json({"services": asked.reports, "silent": asked.silent, "troubles": found})
    else:
        print_status(asked.reports, found)
    if asked.silent:
        raise typer.Exit(ExitCode.UNREACHABLE)
    if found:
        raise typer.Exit(ExitCode.WRONG)
