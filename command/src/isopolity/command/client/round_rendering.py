"""A round, printed for people: its figures, what the network gains, and its pairs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from isopolity.command.console import output, paragraph, row, table


def print_round(known: Mapping[str, Any]) -> None:
    """Print a round's figures, the sentence on what is proved, and what the network gains."""
    console = output()
    paragraph(console, f"Round {known['round_id']}: {known['status']}", style="bold")
    if known.get("failure"):
        paragraph(console, known["failure"])
    grid = table("figure", "")
    for name, value in _figures(known):
        row(grid, name, value)
    console.print(grid)
    if known.get("proved"):
        paragraph(console, known["proved"])
    if known.get("gains_told") and known["proposed"]:
        console.print("\nIf everybody says yes:", markup=False)
        for sentence in known["gains_told"]:
            paragraph(console, sentence, indent=2, hanging=2)


def print_pairs(proposals: Sequence[Mapping[str, Any]], whole: int) -> None:
    """Print some pairs of a round that has `whole` pairs."""
    console = output()
    grid = table("score", "kind", "a", "b", "stage")
    for proposal in proposals:
        first, second = proposal["sides"]
        score = f"{proposal['score']:.2f}"
        row(grid, score, proposal["kind"], _side(first), _side(second), proposal["stage"])
    console.print(grid)
    if len(proposals) < whole:
        console.print(f"{len(proposals)} of {whole} pairs; --limit shows more.", markup=False)


def best_first(proposals: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The proposals in descending order of their scores."""
    return sorted(proposals, key=lambda each: (-each["score"], each["proposal_id"]))


def moment(text: str) -> str:
    """A time as the services write it, in the time zone of this machine."""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M %Z}"


def percent(share: float) -> str:
    """A share in per cent, in the form of the sentence on what is proved: “0.0047 %”."""
    return f"{100 * share:.4f} %"


def _figures(known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = " and ".join(f"{kind}s" for kind in known["kinds"])
    yield "asked for", f"{kinds}, {known['mode']}, seed {known['seed']}"
    yield "ordered at", moment(known["ordered_at"])
    if known.get("step"):
        yield "now" if known["status"] == "running" else "got as far as", f"{known['step']}, {known['done']:.0%}"
    if known.get("members") is None:
        return
    yield "weighed", f"{known['candidates']:,} pairs of {known['members']:,} members with free capacity"
    held = known["proposed"] - known["issued"]
    states = [f"{known['issued']:,} sent"] * bool(known["issued"]) + [f"{held:,} held for approval"] * bool(held)
    yield "proposals", ", ".join(states) or "none"
    if known.get("skipped"):
        yield "skipped", f"{known['skipped']:,}, because somebody was faster"
    if known.get("value") is not None:
        yield "value, bound", f"{known['value']:.4f} of at most {known['bound']:.4f}: gap {percent(known['gap'])}"


def _side(side: Mapping[str, Any]) -> str:
    programme = f": {side['programme_name']}" if side.get("programme_name") else ""
    return f"{side['name']}{programme} ({side['country']})"
