"""Why two members fit, and who would fit one, printed for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Console

from isopolity.command.console import LINE, output, paragraph, row, table

_INDENT: Final = 6
"""The columns that a suggestion's score takes."""


def print_pair(pair: Mapping[str, Any]) -> None:
    """Print why two members fit or do not: the paragraph first, then the facts and the parts of the score."""
    console = output()
    a, b = pair["a"], pair["b"]
    paragraph(console, f"{_name(a)} and {_name(b)}", style="bold")
    figures = f"score {pair['score']:.2f}, confidence {pair['confidence']:.2f}"
    paragraph(console, f"{pair['kind']}, {figures}, {pair['status']}")
    console.print()
    paragraph(console, pair["paragraph"])
    for side in (a, b):
        _list(console, f"What {side['programme_name'] or side['name']} would get", side["gets"])
    if pair.get("connection"):
        _list(console, "How they are connected", [pair["connection"]])
    _list(console, f"What is not known (confidence {pair['confidence']:.2f} of 1)", pair["gaps"])
    _list(console, "Why not the next best", [*(each["text"] for each in pair["next_best"]), *_note(pair)])
    console.print()
    grid = table("part of the score", "value", "weight", "adds", "what it says")
    for part in sorted(pair["parts"], key=lambda each: -each["contribution"]):
        value, weight = f"{part['value']:.2f}", f"{part['weight']:.2f}"
        adds = f"{part['contribution']:.3f}"  # one digit more than the score, so that the sum is seen to be it
        row(grid, part["name"], value, weight, adds, part["text"])
    console.print(grid, width=min(console.width, LINE + 30))


def print_suggestions(name: str, found: Sequence[Mapping[str, Any]], *, supposed: bool) -> None:
    """Print the suggestions for a member, each with its first reason; `supposed` says that there were what-ifs."""
    console = output()
    if not found:
        way_out = "under these what-ifs; leave one out" if supposed else "as things stand"
        paragraph(console, f"Nobody would fit {name} {way_out}.")
        return
    paragraph(console, f"Who would fit {name}", style="bold")
    programmes = {each["own"]["programme_name"] for each in found} - {None}
    for each in found:
        other = each["other"]
        which = f"“{each['own']['programme_name']}” for " if len(programmes) > 1 else ""
        console.print()
        heading = f"{which}{_name(other)}, {each['kind']}, {each['status']}"
        paragraph(console, f"{each['score']:.2f}  {heading}", hanging=_INDENT)
        if each["reasons"]:
            paragraph(console, each["reasons"][0]["text"], indent=_INDENT)


def _note(pair: Mapping[str, Any]) -> Iterator[str]:
    if pair.get("note"):
        yield pair["note"]


def _name(side: Mapping[str, Any]) -> str:
    programme = f"“{side['programme_name']}” of " if side.get("programme_name") else ""
    request = f", for “{side['request_title']}”" if side.get("request_title") else ""
    return f"{programme}{side['name']} ({side['country']}){request}"


def _list(console: Console, heading: str, texts: Sequence[str]) -> None:
    if texts:
        console.print()
        paragraph(console, heading, style="bold")
        for text in texts:
            paragraph(console, text, indent=2)
