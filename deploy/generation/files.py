"""The generated files and their text."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

import yaml

from deploy.generation import kafka_rights
from deploy.generation.alerts import ALERTS, Alert
from deploy.generation.dashboards import BOARDS
from deploy.generation.grafana import grafana_json

RULES: Final = PurePosixPath("deploy/prometheus/alerts.yaml")
RIGHTS: Final = PurePosixPath("deploy/kafka/rights.sh")
DASHBOARDS: Final = PurePosixPath("deploy/grafana")
RUNBOOK: Final = PurePosixPath("docs/runbook.md")
_NOTICE: Final = "# Generated from deploy/generation: change that and run `make generate`.\n"


def generated_files() -> Mapping[PurePosixPath, str]:
    """The text of every generated file, by its path in the repository."""
    return {
        RULES: _NOTICE + yaml.safe_dump(_rules(), sort_keys=False, allow_unicode=True, width=116),
        RIGHTS: kafka_rights.script(),
        **{DASHBOARDS / f"{board.uid}.json": grafana_json(board) for board in BOARDS},
    }


def _rules() -> dict[str, Any]:
    return {"groups": [{"name": "isopolity", "interval": "30s", "rules": [_rule(alert) for alert in ALERTS]}]}


def _rule(alert: Alert) -> dict[str, Any]:
    """The alert in Prometheus' own words."""
    return {
        "alert": alert.name,
        "expr": alert.expression,
        "for": f"{alert.seconds}s",
        "labels": {"severity": alert.severity, **alert.labels},
        "annotations": {
            "summary": alert.summary,
            "runbook": f"{RUNBOOK}#{alert.step}",
        },
    }
