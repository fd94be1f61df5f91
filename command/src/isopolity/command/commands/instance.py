"""Verbs about an instance as a whole: `isopolity up`, `status`, `doctor` and `republish`."""

import asyncio
import gc
from typing import Annotated

from isopolity.command.client.http_client import Client
from isopolity.command.client.status.questions import PORTAL, ask_status
from isopolity.command.client.status.report import render_parts, render_status, troubles
from isopolity.command.console import Result, fields_of
from isopolity.command.failure import ExitCode, Misuse
from isopolity.command.options import DEFAULT_DATA, AsJson, Bounds, Data, Positive, option, verb
from isopolity.contracts.event_types import SERVICES, whole_name


@verb()
def up(
    data: Data = DEFAULT_DATA,
    port: Annotated[int, option("--port", Bounds(1, 65535), envvar="ISOPOLITY_PORT")] = 8000,
    demo: bool = True,
    once: bool = False,
    deadline: Annotated[float, Bounds(1)] = 120,
    as_json: AsJson = False,
) -> None:
    """Start all services in one process, with the embedded broker.

    The first start loads a demo network of some 500 cities, so that there is something to look at:
    then open http://127.0.0.1:8000, or the link that it prints to look around as a coordinator, a foundation, staff
    or an operator. Nothing leaves this machine: mails go to a mail box on disk.

    Ctrl-C stops it cleanly with exit code 0. With --once it ends with 0 when all counts add up, with 1 when they do
    not or when work is left at the deadline, with 130 when it is interrupted.

    Examples:

        isopolity up --port 8080 --data /srv/isopolity

        isopolity up --once --json

    Options:
        --demo/--no-demo: Load the demo network into an empty data folder.
        --once: Work until nothing is left to do, print counts and end.
        --deadline SECONDS: With --once: give up after this time.
    """
    gc.disable()  # what is imported stays; looking through it for garbage would take a quarter of the time
    from isopolity.command.hosting.up import Plan, run

    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 20, 20)
    run(Plan(data=data, port=port, demo=demo, once=once, deadline=deadline, as_json=as_json))


@verb("operator")
def status(client: Client) -> Result:
    """Show the status: what works, and what is pending.

    For each part of the network: does it answer, with its database and broker, how many processes of it run, and of
    which release; the mail server. For each service: does it get its events, how old is the oldest thing that waits,
    and how many are waiting; dead letters by reason; mails of which it is unknown whether they arrived. All parts are
    asked at once, each for 5 seconds at most, and what is known is printed also where some do not answer.

    Exit codes: 0 all parts answer and everything flows; 1 all parts answer, and something does not flow; 3 a service,
    a database, the broker or the portal does not answer, or nothing does.
    """
    asked = ask_status(client, SERVICES)
    found = [*asked.silent.values(), *troubles(asked.reports, asked.silent)]
    processes = {part: [fields_of(each) for each in known] for part, known in asked.processes.items()}
    parts = {"health": asked.health, "processes": processes}

    away = [service for service in SERVICES if service not in asked.reports]
    view = (*render_parts(asked, [*SERVICES, PORTAL]), *render_status(asked.reports, found, away))
    code = ExitCode.UNREACHABLE if asked.silent else ExitCode.WRONG if found else ExitCode.DONE
    document = {"services": asked.documents, **parts, "silent": asked.silent, "troubles": found}
    return Result(document, view, code)


@verb()
def doctor(data: Data = DEFAULT_DATA) -> Result:
    """Check all settings, databases and servers, and say what to change.

    That is each setting, database, broker and mail server. It also says how long the network keeps what.

    It reads ISOPOLITY_… as the services do, changes nothing, and sends no mail. The exit code is 1 when something
    must be changed.
    """
    from isopolity.command.offline.doctor import diagnose, render_findings

    findings = asyncio.run(diagnose(data))
    code = ExitCode.DONE if all(finding.fine for finding in findings) else ExitCode.WRONG
    return Result([finding._asdict() for finding in findings], render_findings(findings), code)


@verb()
def republish(
    service: str | None = None,
    topic: list[str] | None = None,
    restored: bool = False,
    step: Positive | None = None,
    dry_run: bool = False,
    data: Data = DEFAULT_DATA,
) -> Result:
    """Publish all state again, under the same versions.

    Consumers that know it take it as no change. It works on the databases that the settings name. They may be in use,
    unless they are SQLite's. With --restored the service must stand still: it takes in what topics know and its
    database has lost, lists what cannot be recovered, and lifts all versions, so that consumers go back to what the
    database says. The events go out when the service runs. The runbook's section "Restore" says in which order to work.

    Examples:

        isopolity republish --service registry --topic registry.city

        isopolity republish --service notify --restored --dry-run

    Options:
        --service NAME: Only this service: registry, matching or notify.
        --topic NAME: Only this topic; may be given several times.
        --restored: The service's database was restored to an older state.
        --step: With --restored: by how much versions are lifted; 1000 if not given.
        --dry-run: Only show what would be published and found.
    """
    from isopolity.command.offline import republication

    if restored and topic:
        raise Misuse("--restored goes for a whole service; leave --topic out.")
    if restored and service is None:
        raise Misuse("Name with --service which service was restored.")
    if step is not None and not restored:
        raise Misuse("--step goes with --restored only.")
    topics = tuple(map(whole_name, topic or ()))
    work = republication.republish(data, service, topics, restored=restored, step=step, dry_run=dry_run)
    reports = asyncio.run(work)
    return Result([report.document() for report in reports], republication.render_reports(reports))
