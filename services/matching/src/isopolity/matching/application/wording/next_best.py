"""The next best: the best other partner of each side, and the part of the score that decides between the two.

Invariant: the part named is the one that moves the score most in the direction in which it differs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from isopolity.matching.application.candidates.candidate import Candidate, SponsorshipCandidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_facts import (
    SponsorshipFacts,
    TwinningFacts,
    sponsorship_facts,
    twinning_facts,
)
from isopolity.matching.application.wording.sponsorship_parts import TwoSponsorships, sponsorship_clause
from isopolity.matching.application.wording.twinning_parts import TwoCities, twinning_clause
from isopolity.wording import phrases

_FIT: Final = "fit"
_FIT_PARTS: Final = ("needs-a", "needs-b", "balance")
"""The parts of a twinning on what the two can give each other; they move together, so one name stands for them."""
Kind = TypeVar("Kind", TwinningCandidate, SponsorshipCandidate)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextBest:
    """The best other partner of one side, and what decides between the two."""

    side: str
    """The side, `a` or `b`, whose other partner it is."""
    holder: str
    name: str
    score: float
    part: str
    """The part that decides; `gets` and `gives` for what the side would get or give."""
    is_better: bool
    """Whether it scores more than the pair that is explained, as far as two decimals show."""
    text: str


def contributions(candidate: Candidate) -> Mapping[str, float]:
    """The contribution of each part to the score; they add up to it."""
    weighed = _weighed(candidate)
    whole = sum(weighed.values())
    return {name: candidate.score * value / whole if whole else 0.0 for name, value in weighed.items()}


def _weighed(candidate: Candidate) -> Mapping[str, float]:
    """The value of each part, times its weight."""
    return {part.name: part.weight * part.value for part in candidate.parts}


def next_best_cities(
    this: TwinningCandidate, facts: TwinningFacts, others: Sequence[Candidate], market: Market
) -> Sequence[NextBest]:
    """The next best of each of two cities among `others`, where there is one; `facts` are from the side of city a."""
    found = []
    for side, holder, ours in (("a", this.a, facts), ("b", this.b, facts.turned)):
        best = _best(this, holder, others)
        if best is None:
            continue
        theirs = twinning_facts(best, market)
        theirs = theirs if best.a == holder else theirs.turned
        is_lower = best.score < this.score
        part = _deciding_in_twinning(this, best, holder, is_lower=is_lower)
        clause = twinning_clause(part, TwoCities(this=ours, other=theirs, lower=is_lower, today=market.today))
        other = theirs.other
        found.append(_in_words(side, ours.me.name, other.twinning_holder, other.name, part, clause, (this, best)))
    return found


def next_best_support(
    this: SponsorshipCandidate, facts: SponsorshipFacts, others: Sequence[Candidate], market: Market
) -> Sequence[NextBest]:
    """The next best of a programme and of a city among `others`, where there is one."""
    found = []
    for side, holder, me in (("a", this.a, f"“{this.programme.name}”"), ("b", this.b, this.city.name)):
        best = _best(this, holder, others)
        if best is None:
            continue
        theirs, is_lower = sponsorship_facts(best, market), best.score < this.score
        part = _deciding(_weighed(this), _weighed(best), is_lower=is_lower)
        pair = TwoSponsorships(this=facts, other=theirs, lower=is_lower, of_city=side == "b")
        other, name = (best.b, best.city.name) if side == "a" else (best.a, _named(best))
        found.append(_in_words(side, me, other, name, part, sponsorship_clause(part, pair), (this, best)))
    return found


def _best(this: Kind, holder: str, others: Sequence[Candidate]) -> Kind | None:
    fitting = [
        other
        for other in others
        if isinstance(other, type(this)) and other.key != this.key and holder in (other.a, other.b)
    ]
    return min(fitting, key=lambda other: (-other.score, other.key), default=None)


def _deciding(ours: Mapping[str, float], theirs: Mapping[str, float], *, is_lower: bool) -> str:
    sign = -1 if is_lower else 1
    return max(ours, key=lambda name: (sign * (theirs[name] - ours[name]), name))


def _deciding_in_twinning(this: TwinningCandidate, other: TwinningCandidate, holder: str, *, is_lower: bool) -> str:
    part = _deciding(_with_fit_as_one(this), _with_fit_as_one(other), is_lower=is_lower)
    if part != _FIT:
        return part
    sign, ours, theirs = -1 if is_lower else 1, _directions(this, holder), _directions(other, holder)
    return max(ours, key=lambda name: sign * (theirs[name] - ours[name]))


def _with_fit_as_one(candidate: TwinningCandidate) -> Mapping[str, float]:
    found = _weighed(candidate)
    others = {name: found[name] for name in found if name not in _FIT_PARTS}
    return {_FIT: sum(found[name] for name in _FIT_PARTS), **others}


def _directions(candidate: TwinningCandidate, holder: str) -> Mapping[str, float]:
    values = {part.name: part.value for part in candidate.parts}
    gets, gives = values["needs-a"], values["needs-b"]
    return {"gets": gets, "gives": gives} if candidate.a == holder else {"gets": gives, "gives": gets}


def _named(candidate: SponsorshipCandidate) -> str:
    return f"“{candidate.programme.name}” of {candidate.programme.partner_name}"


def _in_words(
    side: str, me: str, holder: str, name: str, part: str, clause: str, pair: tuple[Candidate, Candidate]
) -> NextBest:
    """The next best in a sentence; `pair` are this candidate and the other one, with their scores."""
    this, other = pair
    more = other.score - this.score
    differs = f"{abs(more):.2f}" != "0.00"
    less_or_more = f"would score {abs(more):.2f} {'less' if more < 0 else 'more'}: {clause}"
    return NextBest(
        side=side,
        holder=holder,
        name=name,
        score=other.score,
        part=part,
        is_better=differs and more > 0,
        text=phrases.sentence(f"For {me}, {name} {less_or_more if differs else 'would score the same'}"),
    )
