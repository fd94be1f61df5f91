"""`isopolity journey`: one thing through all services, and where it stands."""

from typing import Annotated

import typer

from isopolity.command.console import print_json
from isopolity.command.options import AsJson, Client, connected


@connected("operator:read")
def journey(
    client: Client,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="member, proposal, partnership, mail, correlation or event.")
    ],
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="Its id; of a correlation the X-Correlation-ID of a request.")
    ],
    as_json: AsJson = False,
) -> None:
    """Follow one thing through all services: its events under their causes, and who has read each.

    Ids, types and moments are shown, and nothing that an event says.

    Example: isopolity journey proposal 01a220d2-5b5a-76d4-bb8f-bab7d85ab454
    """
    from isopolity.command.client.journeys import ask_journey, journey_document, print_journey

    found, committed = ask_journey(client, kind, identifier)
    if as_json:
        print_json(journey_document(found, committed))
    else:
        print_journey(found, committed)
