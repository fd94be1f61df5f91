"""`promtool`, Prometheus' own checker: tests which alerts fire over time, and whether queries parse.

Series are given by the minute in promtool's notation; time starts at 0.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

RULES: Final = Path(__file__).parents[2] / "deploy" / "prometheus" / "alerts.yaml"
Series = Mapping[str, str]
"""Values by their series."""


def promtool() -> str:
    """The path of promtool; the test is skipped where it is missing."""
    path = os.environ.get("ISOPOLITY_TEST_PROMTOOL") or shutil.which("promtool")
    if path is None:
        pytest.skip("needs promtool: install it, or set ISOPOLITY_TEST_PROMTOOL to its path")
    return path


def run(*arguments: str) -> str:
    """The output of promtool, which must succeed."""
    # it ends soon: collecting garbage would take a third of its time
    environment = os.environ | {"GOGC": "off", "GOMEMLIMIT": "1GiB"}
    done = subprocess.run([promtool(), *arguments], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def expect_ringing(
    folder: Path,
    series: Series,
    expected: Mapping[str, Iterable[str]],
    *,
    by: str = "alertname",
    scrape: str = "1m",
    evaluate: str = "30s",
) -> None:
    """Fail unless, at each time in `expected`, exactly these alerts fire, by name or by the value of another label."""
    checks = [
        {
            "expr": f'group by ({by}) (ALERTS{{alertstate="firing"}})',
            "eval_time": moment,
            "exp_samples": [{"labels": f'{{{by}="{name}"}}', "value": 1} for name in names],
        }
        for moment, names in expected.items()
    ]
    _expect(folder, series, {"promql_expr_test": checks}, scrape, evaluate)


def expect_never_ringing(folder: Path, series: Series, until: str, *, scrape: str, evaluate: str) -> None:
    """Fail if any alert fires up to this time."""
    never = {"expr": f'count_over_time(ALERTS{{alertstate="firing"}}[{until}])', "eval_time": until, "exp_samples": []}
    _expect(folder, series, {"promql_expr_test": [never]}, scrape, evaluate)


def _expect(folder: Path, series: Series, checks: Mapping[str, Any], scrape: str, evaluate: str) -> None:
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": evaluate,
        "tests": [
            {
                "interval": scrape,
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                **checks,
            }
        ],
    }
    file = folder / "rules.test.yaml"
    file.write_text(yaml.safe_dump(test), "utf-8")
    run("test", "rules", str(file))
