"""Dashboards, panel by panel, in PromQL; ages are `time()` minus the moments that services report.

Invariant: thresholds are those of the alerts, so that what is red here rings.
"""

from dataclasses import dataclass
from typing import Final, Literal

from isopolity.observability import catalogue as metrics
from isopolity.web.operations.troubles import ANSWERS_LATE, CANARY_LATE, OLD, STALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One panel."""

    title: str
    description: str
    queries: dict[str, str]
    """PromQL by the legend of its series."""
    kind: Literal["number", "line"] = "line"
    unit: str = "short"
    """Of Grafana: `s`, `short`, `reqps` and so on."""
    red_from: float | None = None
    """From this value on it is red; None: never."""
    width: int = 12
    """Of 24."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One dashboard, its charts by the titles of rows."""

    uid: str
    title: str
    description: str
    rows: dict[str, tuple[Chart, ...]]

    @property
    def charts(self) -> tuple[Chart, ...]:
        return tuple(chart for row in self.rows.values() for chart in row)


def _age(moment: str, *by: str) -> str:
    return f"time() - min by ({', '.join(by)}) ({moment})" if by else f"time() - min({moment})"


def _rate(metric: str, *by: str) -> str:
    return f"sum by ({', '.join(by)}) (rate({metric}[5m]))"


def _slowest(metric: str, *by: str, share: float = 0.95) -> str:
    """The time within which this share of them is done."""
    return f"histogram_quantile({share}, sum by ({', '.join((*by, 'le'))}) (rate({metric}_bucket[5m])))"


def _seen(service: str) -> str:
    return f'{metrics.CANARY.name}{{service="{service}"}}'


_RIGHT_NOW: Final = (
    Chart(
        title="Alerts that ring",
        description="By name; the runbook has a step for each",
        kind="number",
        queries={"{{alertname}}": 'count by (alertname) (ALERTS{alertstate="firing",alertname=~"Isopolity.+"})'},
        red_from=1,
        width=8,
    ),
    Chart(
        title="Processes that answer",
        description="Of each service",
        kind="number",
        queries={"{{job}}": 'sum by (job) (up{job=~"isopolity-.+"})'},
        width=8,
    ),
    Chart(
        title="Dead letters",
        description="That nobody has redriven or settled, by service and reason",
        kind="number",
        queries={
            "{{service}} {{reason}}": f"max by (service, reason) ({metrics.DEAD_LETTERS_WAITING.name})",
            "mails unknown": f"max({metrics.MAILS_UNKNOWN.name})",
        },
        red_from=1,
        width=8,
    ),
)
_PATH: Final = (
    Chart(
        title="The canary, path by path",
        description="How late it is: at matching by the clock, on each later path behind the path before",
        unit="s",
        queries={
            "registry to matching": f"time() - max({_seen('matching')})",
            "matching to notify": f"max({_seen('matching')}) - max({_seen('notify')})",
            "notify to matching": f"max({_seen('notify')}) - max({metrics.CANARY_RETURNED.name})",
        },
        red_from=CANARY_LATE,
    ),
    Chart(
        title="Longest wait",
        description="Of events in an outbox or for a group, and of mails; no line while nothing waits",
        unit="s",
        queries={
            "outbox of {{service}}": _age(metrics.OUTBOX_OLDEST.name, "service"),
            "for {{group}}": _age(metrics.GROUP_OLDEST.name, "group"),
            "mail server away": _age(metrics.MAIL_SERVER_AWAY.name),
            "mail that nobody tries": _age(metrics.MAILS_LATE.name),
        },
        red_from=OLD,
    ),
    Chart(
        title="Members waiting",
        description="Members that the waiting events are about, by group",
        queries={"{{group}}": f"max by (group) ({metrics.GROUP_MEMBERS_WAITING.name})"},
    ),
    Chart(
        title="Events waiting",
        description="In outboxes, for a group by topic, and parked for another event",
        queries={
            "outbox of {{service}}": f"max by (service) ({metrics.OUTBOX_DEPTH.name})",
            "{{group}} {{topic}}": f"max by (group, topic) ({metrics.GROUP_WAITING.name}) > 0",
            "parked at {{service}}": f"max by (service) ({metrics.PARKED.name})",
        },
    ),
    Chart(
        title="Answers are complete up to",
        description="How long ago; no deadline after that is settled",
        unit="s",
        queries={"ago": f"time() - max({metrics.ANSWERS_COMPLETE.name})"},
        red_from=ANSWERS_LATE,
    ),
    Chart(
        title="Age of gauges and samples",
        description="Since gauges were read from the database, and since streams were sampled",
        unit="s",
        queries={
            "gauges of {{service}}": f"time() - max by (service) ({metrics.MEASURED.name})",
            "streams of {{service}}": f"time() - max by (service) ({metrics.SAMPLED.name})",
        },
        red_from=STALE,
    ),
)
_TRAFFIC: Final = (
    Chart(
        title="Events published",
        description="A second; silence is no trouble",
        unit="eps",
        queries={"{{service}}": _rate(metrics.PUBLISHED.name, "service")},
    ),
    Chart(
        title="Events settled",
        description="A second: handled, skipped or dead-lettered",
        unit="eps",
        queries={"{{group}} {{topic}}": _rate(metrics.CONSUMED.name, "group", "topic")},
    ),
    Chart(
        title="Mails",
        description="Attempts to hand one over, a second, by outcome",
        unit="eps",
        queries={"{{outcome}}": _rate(metrics.MAILS.name, "outcome")},
    ),
    Chart(
        title="Attempts that failed",
        description="A second, by the class of the error",
        unit="eps",
        queries={"{{group}} {{error}}": _rate(metrics.FAILED.name, "group", "error")},
    ),
)
_REQUESTS: Final = (
    Chart(
        title="Requests",
        description="A second, by service and status",
        unit="reqps",
        queries={"{{service}} {{status}}": _rate(f"{metrics.REQUEST_SECONDS.name}_count", "service", "status")},
    ),
    Chart(
        title="Time of 95 % of requests",
        description="By service",
        unit="s",
        queries={"{{service}}": _slowest(metrics.REQUEST_SECONDS.name, "service")},
    ),
    Chart(
        title="Slowest routes",
        description="Time of 95 % of the requests of each of the ten slowest",
        unit="s",
        queries={
            "{{service}} {{method}} {{route}}": "topk(10, "
            + _slowest(metrics.REQUEST_SECONDS.name, "service", "method", "route")
            + ")"
        },
    ),
    Chart(
        title="Requests that we failed",
        description="Answered with 500 or more, a second, by route",
        unit="reqps",
        queries={
            "{{service}} {{route}} {{status}}": _rate(
                f'{metrics.REQUEST_SECONDS.name}_count{{status=~"5.."}}', "service", "route", "status"
            )
        },
    ),
)
_WORK: Final = (
    Chart(
        title="Time of 95 % of batches",
        description="Of events, transaction included, by group and topic",
        unit="s",
        queries={"{{group}} {{topic}}": _slowest(metrics.HANDLER_SECONDS.name, "group", "topic")},
    ),
    Chart(
        title="Relay stalls",
        description="In the last hour, by reason",
        queries={"{{service}} {{reason}}": f"sum by (service, reason) (increase({metrics.RELAY_STALLS.name}[1h])) > 0"},
    ),
    Chart(
        title="Rounds",
        description="That ended in the last day, by what became of them",
        queries={"{{status}}": f"sum by (status) (increase({metrics.ROUND_SECONDS.name}_count[1d]))"},
    ),
    Chart(
        title="The last round",
        description="Its proposals",
        kind="number",
        queries={"proposals": f"max({metrics.ROUND_PAIRS.name})"},
        width=6,
    ),
    Chart(
        title="Its distance to the best possible",
        description="At most",
        kind="number",
        unit="percentunit",
        queries={"at most": f"max({metrics.ROUND_GAP.name})"},
        width=6,
    ),
)

BOARDS: Final = (
    Board(
        uid="isopolity-flow",
        title="Isopolity: flow",
        description="The flow from member to mail and back: backlogs, their ages, and traffic",
        rows={"Right now": _RIGHT_NOW, "From member to mail and back": _PATH, "Traffic": _TRAFFIC},
    ),
    Board(
        uid="isopolity-services",
        title="Isopolity: services",
        description="Requests, handlers and rounds of the services",
        rows={"Requests": _REQUESTS, "Work": _WORK},
    ),
)
