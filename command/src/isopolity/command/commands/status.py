"""`isopolity status`: one screen on whether everything flows."""

import typer

from isopolity.command.options import DEFAULT_DATA, DEFAULT_URL, AsJson, Data, Token, Url, connect, print_json


def status(
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Tell whether everything flows, and what waits.

    For each service: does it get its events, how old is the oldest thing that waits, and how many are waiting;
    dead letters by reason; mails of which nobody knows whether they arrived. The exit code is 1 when something does
    not flow.
    """
    from isopolity.command.client.status_report import ask, print_flow, troubles

    reports = ask(connect(url, token, data, ("operator",)))
    found = list(troubles(reports))
    if as_json:
        print_json({"services": reports, "troubles": found})
    else:
        print_flow(reports, found)
    if found:
        raise typer.Exit(1)
