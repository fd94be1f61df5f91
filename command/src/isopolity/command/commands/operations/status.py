"""`isopolity status`: whether everything flows, on one screen."""

import typer

from isopolity.command.console import print_json
from isopolity.command.options import AsJson, Client, connected
from isopolity.contracts.event_types import SERVICES


@connected("operator")
def status(client: Client, as_json: AsJson = False) -> None:
    """Tell whether everything flows, and what waits.

    For each service: does it get its events, how old is the oldest thing that waits, and how many are waiting;
    dead letters by reason; mails of which nobody knows whether they arrived. The exit code is 1 when something does
    not flow.
    """
    from isopolity.command.client.status_report import ask_status, print_status, troubles

    reports = ask_status(client, SERVICES)
    found = list(troubles(reports))
    if as_json:
        print_json({"services": reports, "troubles": found})
    else:
        print_status(reports, found)
    if found:
        raise typer.Exit(1)
