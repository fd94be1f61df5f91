"""Observability: the metrics, logs and traces of a running service.

- `catalogue`: all metrics: names, meaning, labels.
- `metrics`: one service's metrics.
- `logs`: one line an event, with the ids of the task's request or event; spans, by OpenTelemetry.
- `canary`: an event each minute that crosses every hop and mails nobody.
"""
