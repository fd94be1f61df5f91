"""`isopolity republish`: services publish all their state again."""

from typing import Annotated

import typer

from isopolity.command.console import print_json
from isopolity.command.options import DEFAULT_DATA, AsJson, Data
from isopolity.contracts.event_types import whole_name


def republish(
    service: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this service: registry, matching or notify.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this topic; may be given several times.")
    ] = None,
    restored: Annotated[
        bool, typer.Option("--restored", help="The service's database was restored to an older state.")
    ] = False,
    step: Annotated[
        int | None, typer.Option(min=1, help="With --restored: by how much versions are lifted; 1000 if not given.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be published and found.")] = False,
    as_json: AsJson = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Publish all state again, under the same versions: consumers that know it take it as no change.

    It works on the databases that the settings name. They may be in use, but SQLite's. With --restored the
    service must stand still: it takes in what topics know and its database has lost, lists what cannot be
    recovered, and lifts all versions, so that consumers go back to what the database says. The events go out
    when the service runs. The runbook's section "Restore" says in which order to work.

    Examples:

        isopolity republish --service registry --topic registry.city

        isopolity republish --service notify --restored --dry-run
    """
    import asyncio

    from isopolity.command.failure import ExitCode, Failure
    from isopolity.command.offline.republication import print_reports
    from isopolity.command.offline.republication import republish as publish_again

    if restored and topic:
        raise Failure("--restored goes for a whole service; leave --topic out.", ExitCode.USAGE)
    if restored and service is None:
        raise Failure("Name with --service which service was restored.", ExitCode.USAGE)
    if step is not None and not restored:
        raise Failure("--step goes with --restored only.", ExitCode.USAGE)
    topics = tuple(map(whole_name, topic or ()))
    work = publish_again(data, service, topics, restored=restored, step=step, dry_run=dry_run)
    reports = asyncio.run(work)
    if as_json:
        print_json([report.document() for report in reports])
    else:
        print_reports(reports)
