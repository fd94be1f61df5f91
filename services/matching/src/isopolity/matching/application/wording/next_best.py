"""Why this pair and not the next best: the part of the score that decides between two partners of one member.

Its invariant: the part named is the one that moves the score most in the direction in which it differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from isopolity.matching.application.candidates.candidate_search import Candidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.wording.new_proposal import sponsorship_facts, twinning_facts
from isopolity.matching.application.wording.sponsorship_clauses import TwoSponsorships, sponsorship_clause
from isopolity.matching.application.wording.sponsorship_reasons import SponsorshipFacts
from isopolity.matching.application.wording.twinning_clauses import TwoCities, twinning_clause
from isopolity.matching.application.wording.twinning_reasons import TwinningFacts
from isopolity.matching.domain.member import City, Programme

_FIT: Final = ("needs-a", "needs-b", "balance")
"""The parts of a twinning that say what the two can give each other; they move together, so they are told as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How another partner compares with this one."""

    score: float
    """The other's score minus this one's."""
    part: str
    """The part that decides; `gets` and `gives` for what the member would get or give."""
    clause: str

    @property
    def is_told(self) -> bool:
        """Whether two decimals show it."""
        return f"{abs(self.score):.2f}" != "0.00"

    @property
    def text(self) -> str:
        """“would score 0.03 less: nobody there looks for literacy”."""
        if not self.is_told:
            return "would score the same"
        return f"would score {abs(self.score):.2f} {'less' if self.score < 0 else 'more'}: {self.clause}"


def difference(this: Candidate, other: Candidate, holder: str, market: Market) -> Difference:
    """How `other` compares with `this`; both are of one kind and hold `holder`."""
    lower = other.score < this.score
    sign = -1 if lower else 1
    ours, theirs = _told_parts(this, holder), _told_parts(other, holder)
    part = max(ours, key=lambda name: (sign * (theirs[name] - ours[name]), name))
    if part == "fit":
        gains, other_gains = _directions(this, holder), _directions(other, holder)
        part = max(gains, key=lambda name: sign * (other_gains[name] - gains[name]))
    clause = _clause(part, this, other, holder, market, lower)
    return Difference(score=other.score - this.score, part=part, clause=clause)


def contributions(candidate: Candidate) -> Mapping[str, float]:
    """What each part adds to the score; they sum to it."""
    parts = candidate.scores.parts_of(candidate.position)
    whole = sum(part.weight for part in parts)
    return {part.name: part.weight * part.value / whole for part in parts}


def cities_facts(candidate: Candidate, holder: str, market: Market, longest: int = 2) -> TwinningFacts:
    """What is known of a twinning, from the side of `holder`."""
    a, b = candidate.partner, candidate.city
    assert isinstance(a, City)  # noqa: S101 - a twinning joins two cities
    me, other = (a, b) if candidate.a == holder else (b, a)
    return twinning_facts(me, other, market, longest)


def support_facts(candidate: Candidate, market: Market, longest: int = 2) -> SponsorshipFacts:
    """What is known of a sponsorship."""
    programme, target = candidate.partner, candidate.target
    assert isinstance(programme, Programme) and target is not None  # noqa: S101, PT018 - as for twinnings
    return sponsorship_facts(programme, target, market, longest)


def _told_parts(candidate: Candidate, holder: str) -> Mapping[str, float]:
    found = contributions(candidate)
    if candidate.target is not None:
        return found
    return {"fit": sum(found[name] for name in _FIT)} | {name: found[name] for name in found if name not in _FIT}


def _directions(candidate: Candidate, holder: str) -> Mapping[str, float]:
    values = {part.name: part.value for part in candidate.scores.parts_of(candidate.position)}
    gets, gives = values["needs-a"], values["needs-b"]
    return {"gets": gets, "gives": gives} if candidate.a == holder else {"gets": gives, "gives": gets}


def _clause(part: str, this: Candidate, other: Candidate, holder: str, market: Market, lower: bool) -> str:
    if this.target is None:
        ours, theirs = cities_facts(this, holder, market), cities_facts(other, holder, market)
        return twinning_clause(part, TwoCities(this=ours, other=theirs, lower=lower, today=market.today))
    of_city = holder == this.b
    pair = TwoSponsorships(
        this=support_facts(this, market), other=support_facts(other, market), lower=lower, of_city=of_city
    )
    return sponsorship_clause(part, pair)
