"""`isopolity status`: whether everything flows, on one screen."""

import typer

from isopolity.command.console import fields_of, print_json
from isopolity.command.options import AsJson, Client, connected
from isopolity.contracts.event_types import SERVICES


@connected("operator")
def status(client: Client, as_json: AsJson = False) -> None:
    """Tell whether everything flows, and what waits.

    For each part of the network: does it answer, with its database and broker, how many processes of it run, and of
    which release; the mail server. For each service: does it get its events, how old is the oldest thing that waits,
    and how many are waiting; dead letters by reason; mails of which nobody knows whether they arrived. All parts are
    asked at once, each for 5 seconds at most, and what is known is printed also where some do not answer.

    Exit codes: 0 all parts answer and everything flows; 1 all parts answer, and something does not flow; 3 a service,
    a database, the broker or the portal does not answer, or nothing does.
    """
    from isopolity.command.client.status.questions import PORTAL, ask_status
    from isopolity.command.client.status.report import print_parts, print_status, troubles
    from isopolity.command.failure import ExitCode

    asked = ask_status(client, SERVICES)
    found = [*asked.silent.values(), *troubles(asked.reports, asked.silent)]
    if as_json:
        processes = {part: [fields_of(each) for each in found] for part, found in asked.processes.items()}
        parts = {"health": asked.health, "processes": processes}
        print_json({"services": asked.documents, **parts, "silent": asked.silent, "troubles": found})
    else:
        print_parts(asked, [*SERVICES, PORTAL])
        print_status(asked.reports, found, [service for service in SERVICES if service not in asked.reports])
    if asked.silent:
        raise typer.Exit(ExitCode.UNREACHABLE)
    if found:
        raise typer.Exit(ExitCode.WRONG)
