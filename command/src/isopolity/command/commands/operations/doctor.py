"""`isopolity doctor`: tries everything that the settings name."""

import typer

from isopolity.command.console import print_json
from isopolity.command.options import DEFAULT_DATA, AsJson, Data


def doctor(as_json: AsJson = False, data: Data = DEFAULT_DATA) -> None:
    """Try every setting, database, broker and mail server, say how long what is kept, and say what to change.

    It reads ISOPOLITY_… as the services do, changes nothing, and sends no mail. The exit code is 1 when something
    must be changed.
    """
    import asyncio

    from isopolity.command.offline.doctor import diagnose, print_findings

    findings = asyncio.run(diagnose(data))
    if as_json:
        print_json([finding.document() for finding in findings])
    else:
        print_findings(findings)
    if not all(finding.fine for finding in findings):
        raise typer.Exit(1)
