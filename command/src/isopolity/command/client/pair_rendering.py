"""Pairs rendered for people: why two members fit, who would fit one, why a member finds none, and portfolios."""

from collections.abc import Sequence
from typing import Final

from rich.constrain import Constrain

from isopolity.client.matching import models
from isopolity.command.console import LINE, Paragraph, View, cell, items, moment, section, table, title

_INDENT: Final = 6
"""The columns that a suggestion's score takes."""


def render_pair(pair: models.PairView) -> View:
    """Why two members fit or do not: the paragraph first, then the facts and the parts of the score."""
    a, b = pair.a, pair.b
    yield title(f"{_name(a)} and {_name(b)}")
    yield f"{pair.kind}, score {pair.score:.2f}, confidence {pair.confidence:.2f}, {pair.status}"
    yield ""
    yield pair.paragraph
    for side in (a, b):
        yield from _part(f"What {side.programme_name or side.name} would get", side.gets)
    yield from _part("How they are connected", [pair.connection])
    yield from _part(f"What is not known (confidence {pair.confidence:.2f} of 1)", pair.gaps)
    yield from _part("What would help", [pair.change_text])
    yield from _part("Why not the next best", [*(each.text for each in pair.next_best), pair.note])
    yield ""
    rows = [
        # one digit more than the score, so that the sum can be checked
        (part.name, f"{part.value:.2f}", f"{part.weight:.2f}", f"{part.contribution:.3f}", part.text)
        for part in sorted(pair.parts, key=lambda each: -each.contribution)
    ]
    yield Constrain(table("part of the score, value, weight, adds, what it says", rows), LINE + 30)


def render_suggestions(name: str, found: Sequence[models.SuggestionView], *, supposed: bool) -> View:
    """The suggestions for a member, each with its first reason; `supposed` says that there were what-ifs."""
    if not found:
        yield f"No member would fit {name} {'under these what-ifs; leave one out' if supposed else 'as things stand'}."
        return
    yield title(f"Who would fit {name}")
    programmes = {each.own.programme_name for each in found} - {None}
    for each in found:
        which = f"“{each.own.programme_name}” for " if len(programmes) > 1 else ""
        heading = f"{each.score:.2f}  {which}{_name(each.other)}, {each.kind}, {each.status}"
        yield ""
        yield Paragraph(heading, hanging=_INDENT)
        if each.reasons:
            yield Paragraph(each.reasons[0].text, _INDENT)


def _name(side: models.MemberView | models.PairSide) -> str:
    programme = f"“{side.programme_name}” of " if side.programme_name else ""
    request = f", for “{side.request_title}”" if side.request_title else ""
    return f"{programme}{side.name} ({side.country}){request}"


def _part(heading: str, texts: Sequence[str | None]) -> View:
    return section(title(heading), (Paragraph(text, indent=2) for text in texts if text))


def render_absence(found: models.AbsenceView) -> View:
    """Why a member finds no partner: how many each rule keeps out, and the one change that would help most."""
    yield title(f"Why {found.name} finds nobody, or few")
    yield from found.own
    for owner in found.owners:
        for partners in owner.partners:
            yield from ("", partners.text)
            yield from items((each.text for each in partners.ruled_out), indent=2)
        if owner.change_text:
            yield from ("", owner.change_text)


def render_standing(found: models.StandingView) -> View:
    """Why a member, or a pair, is not in a round."""
    yield from items(found.told or ["All candidates that it had are forbidden in this round."])


def render_portfolio(known: models.PortfolioView) -> View:
    """Its sentences, then the grants, the best first."""
    yield title(f"“{known.programme_name}”")
    yield from items(known.told)
    if known.grants:
        yield table(f"city, for, score, first tie, least, most, amount ({known.currency})", map(_cells, known.grants))


def _cells(grant: models.GrantView) -> Sequence[object]:
    amounts = [f"{amount:,}" for amount in (grant.least, grant.most, grant.amount or 0)]
    who = f"{grant.city_name} ({grant.country})"
    return [who, grant.request_title or "its needs", f"{grant.score:.2f}", grant.first_tie, *amounts]


def render_proposal(proposal: models.ProposalView) -> View:
    """The two sides of a proposal, the reasons that each reads, and the parts of the score."""
    first, second = proposal.sides
    yield title(f"{proposal.kind}: {first.name} and {second.name}")
    until = f", answers until {moment(proposal.answer_by)}" if proposal.answer_by else ""
    yield f"{proposal.stage}, score {proposal.score:.2f}{until}"
    for side in (first, second):
        yield from ("", f"{side.name} ({side.country}), answer: {cell(side.answer)}")
        yield from items((reason.text for reason in side.reasons), indent=2)
    parts = [(part.name, f"{part.value:.2f}", f"{part.weight:.2f}") for part in proposal.parts]
    yield table("part of the score, value, weight", parts)
