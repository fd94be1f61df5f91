"""Grafana's JSON of a dashboard, by Grafana's own SDK; it reads whichever Prometheus is chosen on it."""

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import GraphTresholdsStyleMode, LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef, Threshold, ThresholdsMode

from deploy.generation.dashboards import Board, Chart

_SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")


def grafana_json(board: Board) -> str:
    """The dashboard as Grafana imports it."""
    built = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags(["isopolity"])
        .refresh("30s")
        .time("now-6h", "now")
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    )
    for title, charts in board.rows.items():
        built.with_row(dashboard.Row(title))
        for chart in charts:
            built.with_panel(_panel(chart))
    return JSONEncoder(sort_keys=True, indent=2).encode(built.build()) + "\n"


def _panel(chart: Chart) -> stat.Panel | timeseries.Panel:
    panel = _number() if chart.kind == "number" else _lines(chart)
    panel.title(chart.title).description(chart.description).unit(chart.unit)
    panel.span(chart.width).height(8).datasource(_SOURCE).thresholds(_thresholds(chart)).no_value("none")
    for number, (legend, query) in enumerate(chart.queries.items()):
        target = prometheus.Dataquery().expr(query).legend_format(legend).ref_id(chr(ord("A") + number))
        panel.with_target(target)
    return panel


def _number() -> stat.Panel:
    return stat.Panel().reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))


def _lines(chart: Chart) -> timeseries.Panel:
    """Lines over time, with a line where red begins."""
    legend = common.VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.LIST)
    panel = timeseries.Panel().min(0).legend(legend.placement(LegendPlacement.BOTTOM))
    if chart.red_from is not None:
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.LINE))
    return panel


def _thresholds(chart: Chart) -> dashboard.ThresholdsConfig:
    steps = [Threshold(value=None, color="green")]
    if chart.red_from is not None:
        steps.append(Threshold(value=chart.red_from, color="red"))
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)
