"""Documents of the services, printed for people: any document by its fields, and a proposal."""

from collections.abc import Mapping, Sequence
from typing import Any

from isopolity.command.console import cell, output, print_json, row, table


def print_document(document: Mapping[str, Any], *, as_json: bool) -> None:
    """Print `document` as JSON, or as a table with a line for each field; items of a list stand below each other."""
    if as_json:
        print_json(document)
        return
    grid = table("field", "value")
    for name, value in document.items():
        parts = value if isinstance(value, Mapping) else {}
        row(grid, name.replace("_", " "), "" if parts else value_text(value, between="\n"))
        for part, inner in parts.items():
            row(grid, f"  {part.replace('_', ' ')}", value_text(inner, between="\n"))
    output().print(grid)


def value_text(value: Any, *, between: str = "; ") -> str:
    """A value of a document as a text: the parts of an object with their names; `between` the items of a list."""
    if isinstance(value, Mapping):
        parts = ((name, part) for name, part in value.items() if part not in (None, [], {}))
        return ", ".join(f"{name}: {value_text(part)}" for name, part in parts)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return between.join(value_text(part) for part in value) or cell(None)
    return cell(value)


def print_proposal(proposal: Mapping[str, Any]) -> None:
    """Print a proposal: the two sides, the reasons that each is told, and the parts of the score."""
    console = output()
    first, second = proposal["sides"]
    console.print(f"{proposal['kind']}: {first['name']} and {second['name']}", style="bold", markup=False)
    console.print(f"{proposal['stage']}, score {proposal['score']:.2f}, answers until {proposal.get('answer_by')}")
    for side in (first, second):
        console.print(f"\n{side['name']} ({side['country']}), answer: {cell(side.get('answer'))}", markup=False)
        for reason in side.get("reasons", ()):
            console.print(f"  {reason['text']}", markup=False)
    grid = table("part of the score", "value", "weight")
    for part in proposal.get("parts", ()):
        row(grid, part["name"], f"{part['value']:.2f}", f"{part['weight']:.2f}")
    console.print(grid)
