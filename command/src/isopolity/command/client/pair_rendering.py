"""Pairs printed for people: why two members fit, who would fit one, why a member finds none, and portfolios."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console

from isopolity.client.matching import models
from isopolity.command.console import LINE, cell, moment, output, paragraph, row, table

_INDENT: Final = 6
"""The columns that a suggestion's score takes."""


def print_pair(pair: models.PairView) -> None:
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
        adds = f"{part.contribution:.3f}"  # one digit more than the score, so that the sum can be checked
        row(grid, part.name, value, weight, adds, part.text)
    console.print(grid, width=min(console.width, LINE + 30))


def print_suggestions(name: str, found: Sequence[models.SuggestionView], *, supposed: bool) -> None:
    """Print the suggestions for a member, each with its first reason; `supposed` says that there were what-ifs."""
    console = output()
    if not found:
        way_out = "under these what-ifs; leave one out" if supposed else "as things stand"
        paragraph(console, f"No member would fit {name} {way_out}.")
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


def _note(pair: models.PairView) -> Iterator[str]:
    if pair.note:
        yield pair.note


def _name(side: models.MemberView | models.PairSide) -> str:
    programme = f"“{side.programme_name}” of " if side.programme_name else ""
    request = f", for “{side.request_title}”" if side.request_title else ""
    return f"{programme}{side.name} ({side.country}){request}"


def _list(console: Console, heading: str, texts: Sequence[str]) -> None:
    if texts:
        console.print()
        paragraph(console, heading, style="bold")
        for text in texts:
            paragraph(console, text, indent=2)


def print_absence(found: models.AbsenceView) -> None:
    """Print why a member finds no partner: how many each rule keeps out, and the one change that would help most."""
    console = output()
    paragraph(console, f"Why {found.name} finds nobody, or few", style="bold")
    for sentence in found.own:
        paragraph(console, sentence)
    for owner in found.owners:
        for partners in owner.partners:
            console.print()
            paragraph(console, partners.text)
            for each in partners.ruled_out:
                paragraph(console, each.text, indent=2, hanging=2)
        if owner.change_text:
            console.print()
            paragraph(console, owner.change_text)


def print_standing(found: models.StandingView) -> None:
    """Print why a member, or a pair, is not in a round."""
    console = output()
    for sentence in found.told:
        paragraph(console, sentence, hanging=2)
    if not found.told:
        paragraph(console, "All candidates that it had are forbidden in this round.")


def print_portfolio(known: models.PortfolioView) -> None:
    """Print its sentences, then the grants, the best first."""
    console = output()
    paragraph(console, f"“{known.programme_name}”", style="bold")
    for sentence in known.told:
        paragraph(console, sentence, hanging=2)
    if known.grants:
        grid = table("city", "for", "score", "first tie", "least", "most", f"amount ({known.currency})")
        for grant in known.grants:
            row(grid, *_cells(grant))
        console.print(grid)


def _cells(grant: models.GrantView) -> Sequence[object]:
    amounts = [f"{amount:,}" for amount in (grant.least, grant.most, grant.amount or 0)]
    who = f"{grant.city_name} ({grant.country})"
    return [who, grant.request_title or "its needs", f"{grant.score:.2f}", grant.first_tie, *amounts]


def print_proposal(proposal: models.ProposalView) -> None:
    """Print a proposal: the two sides, the reasons that each reads, and the parts of the score."""
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
