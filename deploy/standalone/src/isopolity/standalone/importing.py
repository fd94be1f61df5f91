"""Sends a file to registry's import, tells how far it is, and shows what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isopolity.standalone.client import Client
from isopolity.standalone.console import cell, messages, output, table
from isopolity.standalone.reporting import Progress

_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to import and how."""

    kind: str
    dry_run: bool = False
    skip_invalid: bool = False
    endorse: bool = False


def import_file(client: Client, order: Order, file: Path, progress: Progress) -> Mapping[str, Any]:
    """The report of the import. Raises Failure if the file as a whole cannot be taken."""
    progress.step(f"Importing {order.kind}")
    parameters = {
        "kind": order.kind,
        "dry_run": order.dry_run,
        "skip_invalid": order.skip_invalid,
        "endorse": order.endorse,
    }
    with file.open("rb") as content:
        response = client.request("POST", "/registry/v1/imports", params=parameters, content=content.read())
    report: Mapping[str, Any] = response.json()
    return report


def print_report(report: Mapping[str, Any], order: Order) -> None:
    """What was imported, and a table of the rows that are wrong."""
    problems = report["problems"]
    if problems:
        grid = table("line", "column", "what to change")
        for problem in problems[:_SHOWN]:
            grid.add_row(str(problem["line"]), cell(problem["column"]), problem["detail"])
        output().print(grid)
    done = "would be " if order.dry_run else ""
    summary = ", ".join(f"{report[name]} {done}{name}" for name in ("created", "revised", "unchanged"))
    output().print(f"{order.kind}: {summary}.", markup=False)
    if problems and not order.skip_invalid:
        messages().print("Nothing was imported: correct these rows, or pass --skip-invalid to leave them out.")
