"""The parts of the network on one table: services, portal, their databases and broker, processes; and the mail server.

Invariant: a part without an answer, or without a sample, is printed as not known, never as working.
"""

from collections.abc import Sequence
from typing import Final

from isopolity.client.operations.models import ProcessReport, StreamsReport
from isopolity.command.client.status.questions import WELL, Asked
from isopolity.command.console import alarm, output, row, table
from isopolity.web.operations.troubles import AWAY, FRESH

_UNKNOWN: Final = "not known"
_MAILS: Final = "notify"
"""The service that knows the mail server."""


def print_parts(asked: Asked, parts: Sequence[str]) -> None:
    """Print how each part is, as far as it is known."""
    grid = table("part", "answers", "database", "broker", "processes", "release")
    for part in parts:
        processes = asked.processes.get(part)
        row(
            grid,
            part,
            "yes" if part in asked.health or part in asked.reports else alarm("no"),
            _health(asked, part, "database"),
            _health(asked, part, "broker"),
            _UNKNOWN if processes is None else _counted(processes),
            _UNKNOWN if processes is None else _releases(processes),
        )
    output().print(grid)
    output().print(mail_server(asked.reports.get(_MAILS)), markup=False)


def mail_server(report: StreamsReport | None) -> str:
    """A sentence on the mail server, by the counts of notify. It counts as away after `AWAY` seconds without answer."""
    counts = {} if report is None else report.counts
    if "mail_server_away_seconds" not in counts:
        return f"Whether the mail server takes mails is not known: {_MAILS} does not report it."
    away = counts["mail_server_away_seconds"] or 0.0
    if away <= AWAY:
        return "The mail server takes mails."
    reason = f" ({counts['mail_server_reason']})" if counts.get("mail_server_reason") else ""
    waiting = counts.get("mails_without_server") or 0
    mails = "no mail waits" if not waiting else "1 mail waits" if waiting == 1 else f"{waiting:,} mails wait"
    return f"The mail server has taken no mail for {age_of(away)}{reason}; {mails} for it."


def _health(asked: Asked, part: str, of_part: str) -> object:
    found = asked.health.get(part, {}).get(of_part)
    if found is None:
        return _UNKNOWN
    return WELL if found == WELL else alarm(found)


def _counted(processes: Sequence[ProcessReport]) -> object:
    """The number of processes that answer, and of all of them where some are missing."""
    answering = sum(each.age_seconds <= FRESH for each in processes)
    missing = sum(each.is_missing for each in processes)
    return f"{answering}" if not missing else alarm(f"{answering} of {answering + missing}")


def _releases(processes: Sequence[ProcessReport]) -> str:
    """Releases of the processes that answer; several during an upgrade."""
    found = {each.release for each in processes if each.age_seconds <= FRESH}
    return ", ".join(sorted(release for release in found if release)) or _UNKNOWN


def age_of(seconds: float) -> str:
    """An age in words: seconds, or minutes."""
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"
