"""Observability: what people and probes see of a running service.

- `catalogue`: all metrics: names, meaning, labels.
- `metrics`: one service's metrics.
- `logs`: one line an event, with the ids of what the task does; spans, by OpenTelemetry.
- `canary`: an event each minute that crosses every hop and mails nobody.
"""
