"""Answers of the services, printed for people: any document, a proposal, a pair, suggestions, and a round."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from rich.console import Console

from isopolity.client.matching.models import (
    MemberView,
    PairSide,
    PairView,
    ProposalView,
    RoundView,
    SideView,
    SuggestionView,
)
from isopolity.client.model import Model
from isopolity.command.console import LINE, cell, fields_of, output, paragraph, print_json, row, table


def print_document(document: Model | Mapping[str, object], *, as_json: bool) -> None:
    """Print `document` as JSON, or as a table with a line for each field; items of a list stand below each other."""
    if as_json:
        print_json(document)
        return
    grid = table("field", "value")
    for name, value in (fields_of(document) if isinstance(document, Model) else document).items():
        parts = value if isinstance(value, Mapping) else {}
        row(grid, name.replace("_", " "), "" if parts else value_text(value, between="\n"))
        for part, inner in parts.items():
            row(grid, f"  {part.replace('_', ' ')}", value_text(inner, between="\n"))
    output().print(grid)


def value_text(value: object, *, between: str = "; ") -> str:
    """A value of a document as a text: the parts of an object with their names; `between` the items of a list."""
    if isinstance(value, Mapping):
        parts = ((name, part) for name, part in value.items() if part not in (None, [], {}))
        return ", ".join(f"{name}: {value_text(part)}" for name, part in parts)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return between.join(value_text(part) for part in value) or cell(None)
    return cell(value)


def print_proposal(proposal: ProposalView) -> None:
    """Print a proposal: the two sides, the reasons that each is told, and the parts of the score."""
    console = output()
    first, second = proposal.sides
    console.print(f"{proposal.kind}: {first.name} and {second.name}", style="bold", markup=False)
    until = f", answers until {moment(proposal.answer_by)}" if proposal.answer_by else ""
    console.print(f"{proposal.stage}, score {proposal.score:.2f}{until}", markup=False)
    for side in (first, second):
        console.print(f"\n{side.name} ({side.country}), answer: {cell(side.answer)}", markup=False)
        for reason in side.reasons:
            console.print(f"  {reason.text}", markup=False)
    grid = table("part of the score", "value", "weight")
    for part in proposal.parts:
        row(grid, part.name, f"{part.value:.2f}", f"{part.weight:.2f}")
    console.print(grid)


def print_round(known: RoundView) -> None:
    """Print a round's figures, the sentence on what is proved, and what the network gains."""
    console = output()
    paragraph(console, f"Round {known.round_id}: {known.status}", style="bold")
    if known.failure:
        paragraph(console, known.failure)
    grid = table("figure", "")
    for name, value in _figures(known):
        row(grid, name, value)
    console.print(grid)
    if known.proved:
        paragraph(console, known.proved)
    for sentence in known.blocked or ():
        paragraph(console, sentence, indent=2, hanging=2)
    print_rules(known)
    if known.gains_told and known.proposed:
        console.print("\nIf everybody says yes:", markup=False)
        for sentence in known.gains_told:
            paragraph(console, sentence, indent=2, hanging=2)


def print_rules(known: RoundView) -> None:
    """Print what became of each rule of a round, or of its draft, and what all of them cost."""
    console = output()
    if known.price:
        paragraph(console, known.price.told)
    if known.rules:
        console.print("\nUnder these rules:", markup=False)
    above = ""
    for rule in known.rules:
        if rule.rule != above:  # a rule by region is told once, with what became of it in each
            above = rule.rule
            paragraph(console, above, indent=2, hanging=2)
        if rule.told:
            paragraph(console, rule.told, indent=4, hanging=2, style="" if rule.holds else "bold")


def print_pairs(proposals: Sequence[ProposalView], whole: int) -> None:
    """Print some pairs of a round that has `whole` pairs."""
    console = output()
    grid = table("score", "kind", "a", "b", "stage")
    for proposal in proposals:
        first, second = proposal.sides
        score = f"{proposal.score:.2f}"
        row(grid, score, proposal.kind, _side(first), _side(second), proposal.stage)
    console.print(grid)
    if len(proposals) < whole:
        console.print(f"{len(proposals)} of {whole} pairs; --limit shows more.", markup=False)


def best_first(proposals: Iterable[ProposalView]) -> list[ProposalView]:
    """The proposals in descending order of their scores."""
    return sorted(proposals, key=lambda each: (-each.score, each.proposal_id))


def moment(at: datetime) -> str:
    """A moment in the time zone of this machine."""
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}"


def percent(share: float) -> str:
    """A share in per cent, in the form of the sentence on what is proved: “0.0047 %”."""
    return f"{100 * share:.4f} %"


def counted(number: int, noun: str) -> str:
    """A number with its noun, whose plural ends in s: “1 pair”, “3 pairs”."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _figures(known: RoundView) -> Iterator[tuple[str, str]]:
    kinds = " and ".join(f"{kind}s" for kind in known.kinds)
    yield "asked for", f"{kinds}, {known.mode}, seed {known.seed}"
    yield "ordered at", moment(known.ordered_at)
    if known.step:
        yield "now" if known.status == "running" else "got as far as", f"{known.step}, {known.done:.0%}"
    if known.members is None:
        return
    yield "pairs weighed", f"{known.candidates or 0:,}, of {known.members:,} members with free capacity"
    issued, skipped = known.issued or 0, known.skipped or 0
    held = (known.proposed or 0) - issued
    states = [f"{issued:,} sent"] * bool(issued) + [f"{held:,} in its draft"] * bool(held)
    yield "proposals", ", ".join(states) or "none"
    if skipped:
        yield "skipped", f"{skipped:,}, because somebody was faster"
    if known.value is not None and known.bound is not None and known.gap is not None:
        yield "value, bound", f"{known.value:.4f} of at most {known.bound:.4f}: gap {percent(known.gap)}"


def _side(side: SideView) -> str:
    programme = f": {side.programme_name}" if side.programme_name else ""
    return f"{side.name}{programme} ({side.country})"


_INDENT: Final = 6
"""The columns that a suggestion's score takes."""


def print_pair(pair: PairView) -> None:
    """Print why two members fit or do not: the paragraph first, then the facts and the parts of the score."""
    console = output()
    a, b = pair.a, pair.b
    paragraph(console, f"{_name(a)} and {_name(b)}", style="bold")
    figures = f"score {pair.score:.2f}, confidence {pair.confidence:.2f}"
    paragraph(console, f"{pair.kind}, {figures}, {pair.status}")
    console.print()
    paragraph(console, pair.paragraph)
    for side in (a, b):
        _list(console, f"What {side.programme_name or side.name} would get", side.gets)
    if pair.connection:
        _list(console, "How they are connected", [pair.connection])
    _list(console, f"What is not known (confidence {pair.confidence:.2f} of 1)", pair.gaps)
    if pair.change_text:
        _list(console, "What would help", [pair.change_text])
    _list(console, "Why not the next best", [*(each.text for each in pair.next_best), *_note(pair)])
    console.print()
    grid = table("part of the score", "value", "weight", "adds", "what it says")
    for part in sorted(pair.parts, key=lambda each: -each.contribution):
        value, weight = f"{part.value:.2f}", f"{part.weight:.2f}"
        adds = f"{part.contribution:.3f}"  # one digit more than the score, so that the sum is seen to be it
        row(grid, part.name, value, weight, adds, part.text)
    console.print(grid, width=min(console.width, LINE + 30))


def print_suggestions(name: str, found: Sequence[SuggestionView], *, supposed: bool) -> None:
    """Print the suggestions for a member, each with its first reason; `supposed` says that there were what-ifs."""
    console = output()
    if not found:
        way_out = "under these what-ifs; leave one out" if supposed else "as things stand"
        paragraph(console, f"Nobody would fit {name} {way_out}.")
        return
    paragraph(console, f"Who would fit {name}", style="bold")
    programmes = {each.own.programme_name for each in found} - {None}
    for each in found:
        other = each.other
        which = f"“{each.own.programme_name}” for " if len(programmes) > 1 else ""
        console.print()
        heading = f"{which}{_name(other)}, {each.kind}, {each.status}"
        paragraph(console, f"{each.score:.2f}  {heading}", hanging=_INDENT)
        if each.reasons:
            paragraph(console, each.reasons[0].text, indent=_INDENT)


def _note(pair: PairView) -> Iterator[str]:
    if pair.note:
        yield pair.note


def _name(side: MemberView | PairSide) -> str:
    programme = f"“{side.programme_name}” of " if side.programme_name else ""
    request = f", for “{side.request_title}”" if side.request_title else ""
    return f"{programme}{side.name} ({side.country}){request}"


def _list(console: Console, heading: str, texts: Sequence[str]) -> None:
    if texts:
        console.print()
        paragraph(console, heading, style="bold")
        for text in texts:
            paragraph(console, text, indent=2)
