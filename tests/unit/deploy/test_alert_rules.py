"""The alert rules ring when something does not flow, once for each thing, and never for silence."""

import re
from pathlib import Path
from typing import Final

import pytest
import yaml

from deploy.generation.alerts import ALERTS, SERVICES
from isopolity.observability.catalogue import METRICS, MetricKind
from tests.support.promtool import RULES, expect_never_ringing, expect_ringing, run

REPOSITORY: Final = Path(__file__).parents[3]
RUNBOOK: Final = (REPOSITORY / "docs" / "runbook.md").read_text("utf-8")
BACK: Final = 'isopolity_canary_returned_timestamp_seconds{service="matching"}'
COMPLETE: Final = 'isopolity_answers_complete_timestamp_seconds{service="matching"}'
FAILED: Final = 'isopolity_round_seconds_count{service="matching",status="failed"}'
READS: Final = {"matching": "isopolity.matching", "notify": "isopolity.notify"}


def gauge(name: str, service: str, **labels: str) -> str:
    told = {"service": service, **labels}
    return f"isopolity_{name}{{{','.join(f'{key}={value!r}' for key, value in told.items())}}}".replace("'", '"')


def up(service: str, instance: str = "a") -> str:
    return f'up{{job="isopolity-{service}",instance="{instance}"}}'


SEEN: Final = gauge("canary_timestamp_seconds", "matching")
RELAYED: Final = gauge("canary_timestamp_seconds", "notify")


def calm(minutes: int = 120, step: int = 60) -> dict[str, str]:
    """All services at work for so long, and nothing happens but the canary; a sample each `step` seconds."""
    turns = minutes * 60 // step
    now, one, zero = f"0+{step}x{turns}", f"1+0x{turns}", f"0+0x{turns}"
    series = {SEEN: now, RELAYED: now, BACK: now, COMPLETE: now, FAILED: zero}
    for service in SERVICES:
        series |= {up(service): one, gauge("live", service): one, gauge("store_writable", service): one}
        series |= {gauge("measured_timestamp_seconds", service): now, gauge("sampled_timestamp_seconds", service): now}
        series |= {gauge("broker_answers", service): one, gauge("outbox_depth", service): zero}
    for service, group in READS.items():
        series |= {gauge("group_ready", service, group=group): one, gauge("group_paused", service, group=group): zero}
    return series


def rung(folder: Path, changes: dict[str, str], expected: dict[str, list[str]]) -> None:
    """With these series in the place of calm ones, these alerts and no others fire at each time."""
    expect_ringing(folder, calm() | changes, expected)


STOPPED_AT_30M: Final = "0+60x30 1800+0x90"
"""A moment that stands still from half an hour on."""
OFF_AT_30M: Final = "1+0x30 0+0x90"
AWAY_AT_30M: Final = "1+0x30 stale"


def test_the_rules_are_well_formed() -> None:
    assert f"{len(ALERTS)} rules found" in run("check", "rules", str(RULES))


def test_six_weeks_of_silence_ring_nothing(tmp_path: Path) -> None:
    minutes = 6 * 7 * 24 * 60
    expect_never_ringing(tmp_path, calm(minutes, step=240), f"{minutes}m", scrape="4m", evaluate="4h")


def test_a_slow_topic_rings_nothing(tmp_path: Path) -> None:
    """Five hundred records always wait, the oldest for four minutes; elsewhere an event comes once a week."""
    slow = gauge("group_oldest_timestamp_seconds", "registry", group="isopolity.matching")
    count = gauge("group_waiting", "registry", group="isopolity.matching", topic="isopolity.registry.city")
    outbox = gauge("outbox_oldest_timestamp_seconds", "registry")
    rare = gauge("events_published_total", "notify")
    changes = {slow: "_x4 0+60x116", count: "500+0x120", outbox: "_x4 0+60x116", rare: "1+0x120"}
    expect_never_ringing(tmp_path, calm() | changes, "120m", scrape="1m", evaluate="30s")


def test_a_canary_that_stops_rings_once_within_six_minutes(tmp_path: Path) -> None:
    changes = dict.fromkeys((SEEN, RELAYED, BACK), STOPPED_AT_30M)
    rung(tmp_path, changes, {"32m": [], "36m": ["IsopolityCanaryLate"], "60m": ["IsopolityCanaryLate"]})


@pytest.mark.parametrize(
    ("path", "stopped"),
    [
        ("registry to matching", (SEEN, RELAYED, BACK)),
        ("matching to notify", (RELAYED, BACK)),
        ("notify to matching", (BACK,)),
    ],
)
def test_a_path_that_breaks_rings_once_and_is_named(tmp_path: Path, path: str, stopped: tuple[str, ...]) -> None:
    changes = dict.fromkeys(stopped, STOPPED_AT_30M)
    expect_ringing(tmp_path, calm() | changes, {"29m": [], "37m": [path]}, by="path")


@pytest.mark.parametrize("missing", [(SEEN, RELAYED, BACK), (RELAYED, BACK), (BACK,)])
def test_a_canary_that_never_came_rings_once(tmp_path: Path, missing: tuple[str, ...]) -> None:
    series = {name: values for name, values in calm().items() if name not in missing}
    expect_ringing(tmp_path, series, {"1m": [], "6m": ["IsopolityCanaryLate"]})


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_away_rings_alone_for_it(tmp_path: Path, service: str) -> None:
    away = [name for name in calm() if f'"{service}"' in name and not name.startswith("up")]
    changes = dict.fromkeys(away, "0+60x30 stale")
    canaries = {"registry": (SEEN, RELAYED, BACK), "matching": (RELAYED,), "notify": (BACK,), "portal": ()}
    changes |= {name: STOPPED_AT_30M for name in canaries[service] if name not in changes}
    changes |= {name: "1+0x30 stale" for name in away if "timestamp" not in name}
    changes[up(service)] = "1+0x30 0+0x90" if service == "portal" else AWAY_AT_30M
    rung(tmp_path, changes, {"31m": [], "36m": ["IsopolityServiceAway"]})


@pytest.mark.parametrize(
    ("name", "changes", "within"),
    [
        ("IsopolityProcessAway", {up("matching", "b"): OFF_AT_30M}, "36m"),
        ("IsopolityProcessMissing", {gauge("processes_missing", "matching"): "0+0x30 1+0x90"}, "36m"),
        ("IsopolityNotLive", {gauge("live", "notify"): OFF_AT_30M}, "32m"),
        ("IsopolityGroupStopped", {gauge("group_ready", "notify", group="isopolity.notify"): OFF_AT_30M}, "34m"),
        ("IsopolityStoreUnwritable", {gauge("store_writable", "registry"): OFF_AT_30M}, "32m"),
        ("IsopolityBrokerAway", {gauge("broker_answers", "registry"): OFF_AT_30M}, "34m"),
        ("IsopolityUnmeasured", {gauge("measured_timestamp_seconds", "notify"): STOPPED_AT_30M}, "34m"),
        ("IsopolityUnsampled", {gauge("sampled_timestamp_seconds", "notify"): STOPPED_AT_30M}, "34m"),
        ("IsopolityCannotPublish", {gauge("outbox_oldest_timestamp_seconds", "notify"): "_x30 1800+0x90"}, "36m"),
        (
            "IsopolityGroupBehind",
            {gauge("group_oldest_timestamp_seconds", "matching", group="isopolity.notify"): "_x30 1800+0x90"},
            "38m",
        ),
        ("IsopolityAnswersIncomplete", {COMPLETE: STOPPED_AT_30M}, "61m"),
        ("IsopolityAnswersUnknown", {COMPLETE: "0+60x30 stale"}, "66m"),
        ("IsopolityDeadLetters", {gauge("dead_letters_waiting", "matching", reason="poison"): "0+0x30 1+0x90"}, "32m"),
        (
            "IsopolityMembersWait",
            {
                gauge(name, "matching", reason="handler-failed"): "0+0x30 2+0x90"
                for name in ("dead_letters_waiting", "dead_letter_members")
            },
            "32m",
        ),
        ("IsopolityMailsUnknown", {gauge("mails_unknown", "notify"): "0+0x30 1+0x90"}, "32m"),
        ("IsopolityMailServerAway", {gauge("mail_server_away_timestamp_seconds", "notify"): "_x29 1740+0x91"}, "34m"),
        ("IsopolityMailsWait", {gauge("mails_late_timestamp_seconds", "notify"): "_x29 1740+0x91"}, "46m"),
        ("IsopolityStrangersSlowed", {gauge("strangers_share", "registry", what="codes"): "0.9+0x30 1+0x90"}, "32m"),
        ("IsopolityRoundFailed", {FAILED: "0+0x30 1+0x90"}, "32m"),
    ],
)
def test_each_trouble_rings_alone(tmp_path: Path, name: str, changes: dict[str, str], within: str) -> None:
    rung(tmp_path, changes, {"29m": [], within: [name]})


def test_partitions_that_a_store_holds_up_ring_for_the_store_alone(tmp_path: Path) -> None:
    held = {gauge("group_ready", "notify", group="isopolity.notify"): OFF_AT_30M}
    rung(tmp_path, held | {gauge("store_writable", "notify"): OFF_AT_30M}, {"36m": ["IsopolityStoreUnwritable"]})


@pytest.mark.parametrize(("service", "stopped"), [("matching", (SEEN, RELAYED, BACK)), ("notify", (RELAYED, BACK))])
def test_a_paused_group_rings_alone_and_late(tmp_path: Path, service: str, stopped: tuple[str, ...]) -> None:
    group = READS[service]
    changes = dict.fromkeys(stopped, STOPPED_AT_30M)
    changes[gauge("group_paused", service, group=group)] = "0+0x30 1+0x90"
    changes[gauge("group_oldest_timestamp_seconds", service, group=group)] = "_x30 1800+0x90"
    rung(tmp_path, changes, {"88m": [], "92m": ["IsopolityGroupPaused"]})


def test_a_mail_server_that_is_away_rings_while_it_is_and_one_that_restarts_rings_nothing(tmp_path: Path) -> None:
    away = gauge("mail_server_away_timestamp_seconds", "notify")
    rung(tmp_path, {away: "_x29 1740+0x2 stale"}, {"31m": [], "36m": [], "60m": []})
    outage = {away: "_x29 1740+0x11 stale"}
    rung(
        tmp_path, outage, {"30m": [], "34m": ["IsopolityMailServerAway"], "39m": ["IsopolityMailServerAway"], "42m": []}
    )


def test_an_event_that_is_parked_for_a_day_rings(tmp_path: Path) -> None:
    parked = gauge("events_parked_oldest_timestamp_seconds", "notify")
    series = calm(1500, step=240) | {parked: "0+0x375"}
    expected: dict[str, list[str]] = {"1439m": [], "1450m": ["IsopolityParkedLong"]}
    expect_ringing(tmp_path, series, expected, scrape="4m", evaluate="4m")


def test_a_database_that_is_away_hides_nothing(tmp_path: Path) -> None:
    """Alerts on a backlog go on while the database is away; gauges that stand still have an alert of their own."""
    stopped = {name: STOPPED_AT_30M for name in calm() if '"notify"' in name and "timestamp" in name}
    stopped.pop(RELAYED)
    waiting = {gauge("outbox_oldest_timestamp_seconds", "notify"): "_x29 1740+0x91"}
    rung(tmp_path, stopped | waiting, {"36m": ["IsopolityUnmeasured", "IsopolityCannotPublish"]})


def test_every_alert_has_a_test_that_makes_it_ring() -> None:
    assert {alert.name for alert in ALERTS} == set(re.findall(r'"(Isopolity\w+)"', Path(__file__).read_text("utf-8")))


def test_every_alert_names_a_step_that_the_runbook_has() -> None:
    rules = yaml.safe_load(RULES.read_text("utf-8"))["groups"][0]["rules"]
    for rule in rules:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert f'<a id="{anchor}"></a>' in (REPOSITORY / page).read_text("utf-8"), anchor


def test_every_metric_of_a_rule_is_in_the_catalogue() -> None:
    """A running service exports them all: `tests/integration/service/operations/test_gauges.py`."""
    told = {metric.name for metric in METRICS if metric.kind is not MetricKind.HISTOGRAM}
    told |= {f"{metric.name}_count" for metric in METRICS if metric.kind is MetricKind.HISTOGRAM}
    for alert in ALERTS:
        assert set(re.findall(r"\bisopolity_\w+", alert.expression)) <= told, alert.name
