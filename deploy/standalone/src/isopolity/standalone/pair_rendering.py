"""Why two members fit, and who would fit one, as a person reads it in a terminal of any width."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from isopolity.standalone.console import output, row, table

_LINE: Final = 100
"""Longer lines are hard to read."""


def print_pair(pair: Mapping[str, Any]) -> None:
    """The paragraph first, then what stands behind it."""
    console = output()
    a, b = pair["a"], pair["b"]
    _line(console, f"{_name(a)} and {_name(b)}", style="bold")
    _line(console, f"{pair['kind']}, score {pair['score']:.2f}, confidence {pair['confidence']:.2f}, {pair['status']}")
    _paragraph(console, pair["paragraph"])
    for side in (a, b):
        _list(console, f"What {side['programme_name'] or side['name']} would get", side["gets"])
    if pair.get("connection"):
        _list(console, "How they are connected", [pair["connection"]])
    _list(console, "What speaks against it", [blocker["text"] for blocker in pair["blockers"]])
    _list(console, f"What is not known (confidence {pair['confidence']:.2f} of 1)", pair["gaps"])
    _list(console, "Why not the next best", [*(each["text"] for each in pair["next_best"]), *_note(pair)])
    console.print()
    grid = table("part of the score", "value", "weight", "adds", "what it says")
    for part in sorted(pair["parts"], key=lambda each: -each["contribution"]):
        numbers = (f"{part[name]:.2f}" for name in ("value", "weight", "contribution"))
        row(grid, part["name"], *numbers, part["text"])
    console.print(grid, width=min(console.width, _LINE + 30))


def print_suggestions(name: str, found: Sequence[Mapping[str, Any]]) -> None:
    """Who would fit, the best first, each with the weightiest reason."""
    console = output()
    if not found:
        _line(console, f"Nobody would fit {name} as things stand.")
        return
    _line(console, f"Who would fit {name}", style="bold")
    programmes = {each["own"]["programme_name"] for each in found} - {None}
    for each in found:
        other = each["other"]
        which = f"“{each['own']['programme_name']}” for " if len(programmes) > 1 else ""
        _line(console, f"\n{each['score']:.2f}  {which}{_name(other)}, {each['kind']}, {each['status']}")
        if each["reasons"]:
            _indented(console, each["reasons"][0]["text"], 6)


def _note(pair: Mapping[str, Any]) -> Iterator[str]:
    if pair.get("note"):
        yield pair["note"]


def _name(side: Mapping[str, Any]) -> str:
    programme = f"“{side['programme_name']}” of " if side.get("programme_name") else ""
    request = f", for “{side['request_title']}”" if side.get("request_title") else ""
    return f"{programme}{side['name']} ({side['country']}){request}"


def _list(console: Console, heading: str, texts: Sequence[str]) -> None:
    if texts:
        _line(console, f"\n{heading}", style="bold")
        for text in texts:
            _indented(console, text, 2)


def _paragraph(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text), width=min(console.width, _LINE))


def _indented(console: Console, text: str, by: int) -> None:
    console.print(Padding(Text(text), (0, 0, 0, by), expand=False), width=min(console.width, _LINE))


def _line(console: Console, text: str, style: str | None = None) -> None:
    console.print(Text(text, style=style or ""), width=min(console.width, _LINE))
