"""Alerts of Prometheus: the condition of each, how long it must hold, and its step in the runbook.

The console and `isopolity status` judge by the same numbers. Invariant: no alert rings for silence: only backlogs,
parts that cannot go on, and the canary are judged. One broken part rings as few alerts as possible.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from isopolity.observability import catalogue as metrics
from isopolity.web.operations.troubles import ANSWERS_LATE, AWAY, CANARY_LATE, OLD, PARKED_LONG, STALE

SERVICES: Final = ("registry", "matching", "notify", "portal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert."""

    name: str
    expression: str
    seconds: int = 0
    """How long the expression must hold."""
    severity: Literal["page", "ticket"]
    """`page`: wake somebody; `ticket`: look the same day."""
    step: str
    """The anchor of its step in the runbook."""
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict)


def _up(service: str) -> str:
    return f'up{{job="isopolity-{service}"}}'


def _away(service: str) -> str:
    """1 while no process of the service answers, whether Prometheus knows one or not."""
    return f"absent({_up(service)} == 1)"


def _since(moment: str, *by: str) -> str:
    """Seconds since the oldest of these moments."""
    grouped = f" by ({', '.join(by)}) " if by else ""
    return f"time() - min{grouped}({moment})"


_STALE_GAUGES: Final = f"time() - max by (service) ({metrics.MEASURED.name}) > {STALE:.0f}"


def _services_away() -> Iterator[Alert]:
    for service in SERVICES:
        yield Alert(
            name="IsopolityServiceAway",
            expression=_away(service),
            seconds=120,
            severity="page",
            step="away",
            labels={"service": service},
            summary=f"No process of {service} answers Prometheus",
        )


def _canary(origin: str, target: str, late: str, seen: str, before: str) -> Alert:
    """The canary's alert for one path: it comes late to `target`, or has never come.

    It is silent where `origin` or `target` is away or the group of `target` is paused: that has an alert of its own.
    """
    never = f"absent({seen}) and on () max({_up(target)}) == 1 and on () {before}"
    paused = f'{metrics.GROUP_PAUSED.name}{{group="isopolity.{target}"}}'
    return Alert(
        name="IsopolityCanaryLate",
        expression=f"(({late}) or ({never}))\nunless on () ({_away(origin)} or {_away(target)} or max({paused}) == 1)",
        seconds=120,
        severity="page",
        step="canary-not-back" if origin == "notify" else "canary-late",
        labels={"path": f"{origin} to {target}"},
        summary=f"The canary does not come from {origin} to {target}",
    )


def _canaries() -> Iterator[Alert]:
    """One a path; each is measured from where the one before it ends, so that one break rings once."""
    at_matching, at_notify = (f'{metrics.CANARY.name}{{service="{name}"}}' for name in ("matching", "notify"))
    back = metrics.CANARY_RETURNED.name
    late = f"{CANARY_LATE:.0f}"
    yield _canary(
        "registry", "matching", f"time() - max({at_matching}) > {late}", at_matching, f"max({_up('registry')}) == 1"
    )
    yield _canary(
        "matching", "notify", f"max({at_matching}) - max({at_notify}) > {late}", at_notify, f"max({at_matching})"
    )
    yield _canary("notify", "matching", f"max({at_notify}) - max({back}) > {late}", back, f"max({at_notify})")


ALERTS: Final[tuple[Alert, ...]] = (
    *_services_away(),
    Alert(
        name="IsopolityProcessAway",
        expression='up{job=~"isopolity-.+"} == 0 and on (job) max by (job) (up{job=~"isopolity-.+"}) == 1',
        seconds=300,
        severity="ticket",
        step="away",
        summary="{{ $labels.instance }} of {{ $labels.job }} does not answer, others do",
    ),
    Alert(
        name="IsopolityProcessMissing",
        expression=f"max by (service) ({metrics.PROCESSES_MISSING.name}) > 0\n"
        'unless on () (up{job=~"isopolity-.+"} == 0)',
        seconds=300,
        severity="ticket",
        step="process-missing",
        summary="{{ $value }} processes of {{ $labels.service }} answer no more, others do",
    ),
    Alert(
        name="IsopolityNotLive",
        expression=f"{metrics.LIVE.name} == 0",
        seconds=60,
        severity="page",
        step="not-live",
        summary="{{ $labels.instance }} of {{ $labels.service }} needs a restart or a person",
    ),
    *_canaries(),
    Alert(
        name="IsopolityUnmeasured",
        expression=_STALE_GAUGES,
        seconds=120,
        severity="page",
        step="unmeasured",
        summary="{{ $labels.service }} has not read its database for {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="IsopolityUnsampled",
        expression=f"time() - max by (service) ({metrics.SAMPLED.name}) > {STALE:.0f}\n"
        f"unless on (service) {_STALE_GAUGES}",
        seconds=120,
        severity="ticket",
        step="unsampled",
        summary="{{ $labels.service }} has not looked at its streams for {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="IsopolityBrokerAway",
        expression=f"min by (service) ({metrics.BROKER_ANSWERS.name}) == 0",
        seconds=120,
        severity="page",
        step="broker-away",
        summary="The broker does not answer {{ $labels.service }}",
    ),
    Alert(
        name="IsopolityStoreUnwritable",
        expression=f"min by (service) ({metrics.STORE_WRITABLE.name}) == 0",
        seconds=60,
        severity="page",
        step="unwritable",
        summary="A store of {{ $labels.service }} takes no changes",
    ),
    Alert(
        name="IsopolityCannotPublish",
        expression=f"{_since(metrics.OUTBOX_OLDEST.name, 'service')} > {OLD:.0f}",
        severity="page",
        step="cannot-publish",
        summary="Events of {{ $labels.service }} have waited to be published for {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="IsopolityGroupStopped",
        expression=f"min by (service, group) ({metrics.GROUP_READY.name}) == 0\n"
        f"unless on (service) min by (service) ({metrics.STORE_WRITABLE.name}) == 0",
        seconds=120,
        severity="page",
        step="stopped",
        summary="A process of {{ $labels.service }} does not read for {{ $labels.group }}",
    ),
    Alert(
        name="IsopolityGroupPaused",
        expression=f"max by (service, group) ({metrics.GROUP_PAUSED.name}) == 1",
        seconds=3600,  # who pauses one for a reset needs some minutes
        severity="ticket",
        step="paused",
        summary="{{ $labels.group }} has been paused for an hour or more",
    ),
    Alert(
        name="IsopolityGroupBehind",
        expression=f"{_since(metrics.GROUP_OLDEST.name, 'group')} > {OLD:.0f}\n"
        f"unless on (group) max by (group) ({metrics.GROUP_PAUSED.name}) == 1",
        seconds=120,
        severity="ticket",
        step="behind",
        summary="An event has waited for {{ $labels.group }} for {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="IsopolityAnswersIncomplete",
        expression=f"time() - max({metrics.ANSWERS_COMPLETE.name}) > {ANSWERS_LATE:.0f}",
        severity="page",
        step="answers-incomplete",
        summary="Matching has all answers up to {{ $value | humanizeDuration }} ago only: no deadline is settled",
    ),
    Alert(
        name="IsopolityAnswersUnknown",
        expression=f"absent({metrics.ANSWERS_COMPLETE.name}) and on () max({_up('matching')}) == 1",
        seconds=int(ANSWERS_LATE),
        severity="page",
        step="answers-unknown",
        summary="Matching does not know up to when it has all answers: no deadline is settled",
    ),
    Alert(
        name="IsopolityDeadLetters",
        expression=f"max by (service, reason) ({metrics.DEAD_LETTERS_WAITING.name}) > 0\n"
        f"unless on (service, reason) max by (service, reason) ({metrics.DEAD_LETTER_MEMBERS.name}) > 0",
        severity="ticket",
        step="dead-letters",
        summary="{{ $value }} dead letters of {{ $labels.service }}: {{ $labels.reason }}",
    ),
    Alert(
        name="IsopolityMembersWait",
        expression=f"max by (service, reason) ({metrics.DEAD_LETTER_MEMBERS.name}) > 0",
        severity="ticket",
        step="dead-letters",
        summary="{{ $value }} cities or programmes wait for a person: their changes lie in dead letters of "
        "{{ $labels.service }}: {{ $labels.reason }}",
    ),
    Alert(
        name="IsopolityMailsUnknown",
        expression=f"max({metrics.MAILS_UNKNOWN.name}) > 0",
        severity="ticket",
        step="mails-unknown",
        summary="{{ $value }} mails may or may not have gone out; a person must find out",
    ),
    Alert(
        name="IsopolityMailServerAway",
        expression=f"{_since(metrics.MAIL_SERVER_AWAY.name)} > {AWAY:.0f}",
        seconds=120,  # a mail server restarts; it is tried each minute
        severity="page",  # nobody comes in without a mailed link
        step="mails-wait",
        summary="The mail server has taken no mail for {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="IsopolityMailsWait",
        expression=f"{_since(metrics.MAILS_LATE.name)} > {OLD:.0f}",
        seconds=600,
        severity="page",  # nobody comes in without a mailed link
        step="mails-wait",
        summary="Mails do not go out; the oldest has waited for {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="IsopolityStrangersSlowed",
        expression=f"max by (what) ({metrics.STRANGERS.name}) >= 1",
        severity="ticket",
        step="strangers",
        summary="Strangers are slowed down: {{ $labels.what }} are {{ $value | humanizePercentage }} of a day's limit",
    ),
    Alert(
        name="IsopolityParkedLong",
        expression=f"{_since(metrics.PARKED_OLDEST.name, 'service')} > {PARKED_LONG:.0f}",
        severity="ticket",
        step="parked-long",
        summary="An event of {{ $labels.service }} has waited for another one for {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="IsopolityRoundFailed",
        expression=f'sum(increase({metrics.ROUND_SECONDS.name}_count{{status="failed"}}[1h])) > 0',
        severity="ticket",
        step="round-failed",
        summary="A round failed within the last hour",
    ),
)
