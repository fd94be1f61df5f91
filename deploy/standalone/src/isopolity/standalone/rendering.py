"""Documents of the services as a person reads them in a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from isopolity.standalone.console import cell, output, row, table


def print_document(document: Mapping[str, Any]) -> None:
    """Every field of `document`, one a line; lists of things below each other."""
    grid = table("field", "value")
    for name, value in document.items():
        row(grid, name.replace("_", " "), _value(value))
    output().print(grid)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_value(entry)}" for name, entry in value.items() if entry not in (None, [], {}))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(_value(entry) for entry in value) or cell(None)
    return cell(value)


def print_proposal(proposal: Mapping[str, Any]) -> None:
    """A proposal: what it is, what each side is told, and how the score is made."""
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
