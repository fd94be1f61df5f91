"""Figures of the benchmarks: kept as JSON, a file for each benchmark, and shown as tables in docs/benchmarks.md.

Invariant: the tables are made from the JSON files only, so that no figure in them was typed.
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from benchmarks.headlines import HEADLINES, Headline

HERE = Path(__file__).parent
RESULTS = HERE / "results"
DOCUMENT = HERE.parent / "docs" / "benchmarks.md"
HEADLINE_MARKS = "<!-- figures: begin (make bench) -->\n", "<!-- figures: end -->\n"
OTHER_MARKS = "<!-- other figures: begin (make bench) -->\n", "<!-- other figures: end -->\n"
HEAD = ("| what | size | ours | peer | ratio | target | reached |", "|---|---|---|---|---|---|---|")
PACKAGES = ("aiokafka", "asyncpg", "fastapi", "faststream", "pydantic", "sqlalchemy", "uvicorn", "uvloop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The bound that the figure (or the ratio) should reach."""

    of: Literal["figure", "ratio"]
    sense: Literal["≤", "≥"]
    value: float

    def reached(self, measured: float) -> bool:
        return measured <= self.value if self.sense == "≤" else measured >= self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; `note` says what the ratio means, `work_ratio` is the same in processor time."""

    what: str
    size: str
    unit: str
    ours: float
    peer_name: str = ""
    peer: float | None = None
    ratio: float | None = None
    work_ratio: float | None = None
    target: Target | None = None
    note: str = ""
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        measured = self.ratio if self.target is not None and self.target.of == "ratio" else self.ours
        return None if self.target is None or measured is None else self.target.reached(measured)

    def as_json(self) -> dict[str, Any]:
        """The row with its verdict."""
        return asdict(self) | {"reached": self.reached}


def result_of(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    """The rows of one benchmark, with the day and the machine."""
    return {
        "benchmark": name,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": {package: version(package) for package in PACKAGES},
        "rows": [row.as_json() for row in rows],
    }


def write_result(result: dict[str, Any]) -> None:
    """Write the result of one benchmark into its file in `RESULTS`."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{result['benchmark']}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def machine() -> str:
    """The machine, in one line."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def write_tables(names: Sequence[str]) -> None:
    """Renew the tables in the document: headlines, then all other rows in the order of `names`."""
    results = read_results(names)
    text = between(DOCUMENT.read_text(), HEADLINE_MARKS, headline_tables(results))
    DOCUMENT.write_text(between(text, OTHER_MARKS, table(results, without_headlines=True)))


def read_results(names: Sequence[str]) -> Sequence[dict[str, Any]]:
    """The results of these benchmarks that have been kept."""
    files = [RESULTS / f"{name}.json" for name in names]
    return [json.loads(file.read_text()) for file in files if file.exists()]


def headline_tables(results: Sequence[dict[str, Any]]) -> str:
    """A Markdown table for each group of headlines, and where their figures come from."""
    found = {_headline(row): row for result in results for row in result["rows"]}
    lines: list[str] = []
    for title, headlines in HEADLINES.items():
        rows = [found[headline] for headline in headlines if headline in found]
        lines += [f"**{title}**", "", *HEAD, *map(_line, rows), ""]
    return "\n".join([*lines, *_origins(results), ""])


def table(results: Sequence[dict[str, Any]], *, without_headlines: bool = False) -> str:
    """The rows of all results as one Markdown table, with the days and machines that they come from."""
    left_out = {headline for headlines in HEADLINES.values() for headline in headlines} if without_headlines else set()
    rows = [row for result in results for row in result["rows"] if _headline(row) not in left_out]
    return "\n".join([*HEAD, *map(_line, rows), "", *_origins(results), ""])


def _headline(row: dict[str, Any]) -> Headline:
    return row["what"], row["size"], row["peer_name"]


def _origins(results: Sequence[dict[str, Any]]) -> Sequence[str]:
    origins = sorted({f"{result['machine']}; {result['measured_at'][:10]}" for result in results})
    return [f"Measured on: {origin}." for origin in origins]


def between(text: str, marks: tuple[str, str], inside: str) -> str:
    """`text` with what stands between the two marks replaced by `inside`."""
    begin, end = marks
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return before + begin + inside + end + after


def _line(row: dict[str, Any]) -> str:
    unit, peer, target = row["unit"], row["peer"], row["target"]
    cells = [
        row["what"],
        row["size"],
        f"{_number(row['ours'])} {unit}",
        "" if peer is None else f"{row['peer_name']}: {_number(peer)} {unit}",
        _ratio(row),
        "told" if target is None else _target(target, unit),
        {None: "", True: "yes", False: "**no**"}[row["reached"]],
    ]
    return "| " + " | ".join(cells) + " |"


def _ratio(row: dict[str, Any]) -> str:
    if row["ratio"] is None:
        return str(row["note"])
    work = "" if row["work_ratio"] is None else f" (processor time: {row['work_ratio']:.2f}x)"
    return f"{row['ratio']:.2f}x {row['note']}{work}"


def _target(target: dict[str, Any], unit: str) -> str:
    return f"{target['sense']} " + (f"{target['value']}x" if target["of"] == "ratio" else f"{target['value']:,} {unit}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
