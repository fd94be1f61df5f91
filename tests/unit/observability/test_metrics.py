"""Metrics: an incident shows in those of the service that it happened in."""

from isopolity.messaging.broker import TopicPartition
from isopolity.observability.catalogue import METRICS, MetricKind
from isopolity.observability.metrics import ServiceMetrics


def value(metrics: ServiceMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, {"service": "notify", **labels})


def test_consumers_are_counted_by_group_and_topic() -> None:
    metrics = ServiceMetrics("notify")
    metrics.consumed("g", "t", 3)
    metrics.consumed("g", "t", 2)
    metrics.handled("g", "t", 5, 0.004)
    metrics.failed("g", "t", "ZeroDivisionError")
    metrics.dead_lettered("g", "t", "invalid-data")
    assert value(metrics, "isopolity_events_consumed_total", group="g", topic="t") == 5
    assert value(metrics, "isopolity_handler_seconds_count", group="g", topic="t") == 1
    assert value(metrics, "isopolity_handler_failures_total", group="g", topic="t", error="ZeroDivisionError") == 1
    assert value(metrics, "isopolity_dead_letters_total", group="g", topic="t", reason="invalid-data") == 1


def test_lag_is_summed_over_partitions() -> None:
    metrics = ServiceMetrics("notify")
    metrics.lag("g", {TopicPartition("t", 0): 3, TopicPartition("t", 1): 4, TopicPartition("u", 0): 0})
    assert value(metrics, "isopolity_consumer_lag", group="g", topic="t") == 7
    assert value(metrics, "isopolity_consumer_lag", group="g", topic="u") == 0


def test_lag_of_partitions_that_went_to_another_instance_is_not_kept() -> None:
    metrics = ServiceMetrics("notify")
    metrics.lag("g", {TopicPartition("t", 0): 3})
    metrics.lag("g", {})
    assert value(metrics, "isopolity_consumer_lag", group="g", topic="t") == 0


def test_relay_mails_and_requests_are_counted() -> None:
    metrics = ServiceMetrics("notify")
    metrics.published(7)
    metrics.stalled("BrokerUnavailable")
    metrics.mailed("sent")
    metrics.request("GET", "/notify/v1/mails/{id}", 200, 0.02)
    assert value(metrics, "isopolity_events_published_total") == 7
    assert value(metrics, "isopolity_relay_stalls_total", reason="BrokerUnavailable") == 1
    assert value(metrics, "isopolity_mails_total", outcome="sent") == 1
    labels = {"method": "GET", "route": "/notify/v1/mails/{id}", "status": "200"}
    assert value(metrics, "isopolity_http_request_seconds_count", **labels) == 1


def test_several_services_in_one_process_keep_their_figures_apart() -> None:
    notify, registry = ServiceMetrics("notify"), ServiceMetrics("registry")
    notify.mailed("sent")
    assert b'service="notify"' in notify.text()
    assert b'service="notify"' not in registry.text()


def test_every_metric_of_the_catalogue_is_exposed_with_its_help() -> None:
    text = ServiceMetrics("notify").text().decode()
    for metric in METRICS:
        assert f"# HELP {metric.name} {metric.help}" in text
        assert f"# TYPE {metric.name} {metric.kind}" in text


def test_names_follow_prometheus_custom() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith("isopolity_")
        assert metric.name.endswith("_total") == (metric.kind is MetricKind.COUNTER)
        assert "service" not in metric.labels
