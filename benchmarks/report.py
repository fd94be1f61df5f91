"""What a benchmark found: rows, kept as JSON a benchmark, and one table of them all in docs/benchmarks.md.

Its invariant: the table is made from the JSON files only, so that no figure in it was typed.
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

HERE = Path(__file__).parent
RESULTS = HERE / "results"
DOCUMENT = HERE.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: begin (make bench) -->\n", "<!-- figures: end -->\n"
PACKAGES = ("aiokafka", "asyncpg", "fastapi", "faststream", "pydantic", "sqlalchemy", "uvicorn", "uvloop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the figure (or the ratio) should reach."""

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


def write_results(name: str, rows: Sequence[Row]) -> None:
    """Keep the rows of one benchmark, with the day and the machine."""
    RESULTS.mkdir(exist_ok=True)
    result = {
        "benchmark": name,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": {package: version(package) for package in PACKAGES},
        "rows": [row.as_json() for row in rows],
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def machine() -> str:
    """What it ran on, in one line."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def write_table(names: Sequence[str]) -> None:
    """Put the table of all results into the document, in the order of `names`."""
    files = [RESULTS / f"{name}.json" for name in names]
    results = [json.loads(file.read_text()) for file in files if file.exists()]
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(before + BEGIN + table(results) + END + after)


def table(results: Sequence[dict[str, Any]]) -> str:
    """The rows of all results as one Markdown table, with the days and machines that they come from."""
    lines = ["| what | size | ours | peer | ratio | target | reached |", "|---|---|---|---|---|---|---|"]
    lines += [_line(row) for result in results for row in result["rows"]]
    origins = sorted({f"{result['machine']}; {result['measured_at'][:10]}" for result in results})
    return "\n".join([*lines, "", *(f"Measured on: {origin}." for origin in origins), ""])


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
