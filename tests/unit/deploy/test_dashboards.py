"""The dashboards ask for what services show, in PromQL that parses."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

from deploy.generation.alerts import ALERTS
from deploy.generation.dashboards import BOARDS, Board
from isopolity.observability.catalogue import METRICS, MetricKind
from tests.support.promtool import run

REPOSITORY: Final = Path(__file__).parents[3]
ADDED: Final = {"service", "job", "instance"}
"""Labels of every metric: its service, and those that Prometheus adds."""


def shown() -> dict[str, set[str]]:
    """The labels of each series that services and Prometheus show, by its name."""
    series = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate"}}
    for metric in METRICS:
        labels = {*metric.labels, *ADDED}
        if metric.kind is MetricKind.HISTOGRAM:
            series |= {f"{metric.name}_{part}": labels for part in ("count", "sum")}
            series[f"{metric.name}_bucket"] = {*labels, "le"}
        else:
            series[metric.name] = labels
    return series


def queries(board: Board) -> Iterator[tuple[str, str]]:
    """Each query with its legend."""
    for chart in board.charts:
        yield from chart.queries.items()


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_query_asks_for_series_and_labels_that_there_are(board: Board) -> None:
    known = shown()
    for legend, query in queries(board):
        names = re.findall(r"\b(?:isopolity_\w+|up|ALERTS)\b", re.sub(r'"[^"]*"', "", query))
        assert names, query
        assert set(names) <= known.keys(), query
        there = set[str]().union(*(known[name] for name in names))
        grouped = {label for found in re.findall(r"by \((.*?)\)", query) for label in found.split(", ")}
        matched = set(re.findall(r'(\w+)=~?"', query))
        assert {*grouped, *matched} <= there, query
        assert set(re.findall(r"{{(\w+)}}", legend)) <= grouped, legend


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_query_parses(board: Board, tmp_path: Path) -> None:
    """As recording rules, which promtool checks all at once."""
    rules = [{"record": f"query:{number}", "expr": query} for number, (_, query) in enumerate(queries(board))]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": board.uid, "rules": rules}]}), "utf-8")
    assert f"{len(rules)} rules found" in run("check", "rules", str(file))


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_grafana_gets_every_query_of_a_board(board: Board) -> None:
    document = json.loads((REPOSITORY / "deploy" / "grafana" / f"{board.uid}.json").read_text("utf-8"))
    asked = [target["expr"] for panel in document["panels"] for target in panel.get("targets", [])]
    assert asked == [query for _, query in queries(board)]
    assert document["uid"] == board.uid


def test_what_is_red_on_a_board_is_judged_by_an_alert() -> None:
    """Where a chart turns red by a moment or a count, an alert reads the same metric."""
    judged = {name for alert in ALERTS for name in re.findall(r"\bisopolity_\w+", alert.expression)}
    for board in BOARDS:
        for chart in board.charts:
            if chart.red_from is not None and chart.title != "Alerts that ring":
                for query in chart.queries.values():
                    assert set(re.findall(r"\bisopolity_\w+", query)) <= judged, query
