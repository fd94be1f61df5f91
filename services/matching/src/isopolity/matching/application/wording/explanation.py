"""Why a pair: its score part by part, what speaks against it, how the two are connected, and why not the next best.

Its invariant: it is made of the profiles, the ties and the weights alone. Nothing of anybody's answers is in it, and a
pair that is closed looks the same whatever the cause.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isopolity.matching.application.candidates.candidate_search import Candidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.visible_blockers import NO_CONTACT
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.blocker_sentences import blocker, no_contact
from isopolity.matching.application.wording.connections import Connection, connected
from isopolity.matching.application.wording.exchanges import exchange, told
from isopolity.matching.application.wording.gaps import gaps
from isopolity.matching.application.wording.new_proposal import draft
from isopolity.matching.application.wording.next_best import cities_facts, contributions, difference, support_facts
from isopolity.matching.application.wording.paragraphs import exchanged, paragraph, supported, told_to
from isopolity.matching.application.wording.sponsorship_parts import sponsorship_part
from isopolity.matching.application.wording.sponsorship_reasons import needs_supported
from isopolity.matching.application.wording.twinning_parts import twinning_part
from isopolity.matching.application.wording.voices import Party
from isopolity.matching.domain.member import City
from isopolity.matching.domain.proposal import Side
from isopolity.matching.domain.scores.confidence import of_pair
from isopolity.matching.domain.scores.fit import Match

_LONGEST_PATH: Final = 3
_TOLD_EACH_WAY: Final = 3
_NOTE: Final = "A round weighs all members together, so the best partner of one may be proposed to another."


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPart:
    """A part of the score: `value` in [0, 1], `weight` in the whole, what it adds to the score, and a sentence."""

    name: str
    value: float
    weight: float
    contribution: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBlocker:
    """What speaks against the pair, whatever its score."""

    code: str
    text: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PairExplanation:
    """A pair explained, whether or not it is a candidate."""

    kind: str
    a: Side
    """With the reasons told to it; in a sponsorship the programme."""
    b: Side
    status: str
    score: float
    confidence: float
    """How well the two are known, in [0, 1]; no part of the score."""
    gaps: Sequence[str]
    """What the two profiles do not tell."""
    parts: Sequence[ToldPart]
    """They add up to the score."""
    blockers: Sequence[ToldBlocker]
    unmailable: Mapping[str, ToldBlocker]
    """By side: that its member cannot be mailed, for its own eyes or staff's."""
    gets_a: Sequence[str]
    """The strongest of what `a` would get from `b`; in a sponsorship there is none."""
    gets_b: Sequence[str]
    """The strongest of what `b` would get from `a`."""
    connection: str | None
    """How the two are connected already, by at most three ties."""
    next_best: Sequence[NextBest]
    note: str | None
    """Why there may be a better partner than the one proposed, where there is one."""
    paragraph: str
    """For a mail to anybody."""
    told_a: str
    """For a mail to `a`, as “you”; empty where something speaks against the pair."""
    told_b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A pair with what stands against it and who else fits its sides."""

    candidate: Candidate
    status: str
    blockers: Collection[str]
    """The codes that may be shown."""
    others: Sequence[Candidate]
    """The candidates of both sides."""
    minimum: float
    """The score from which pairs are proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """What both kinds of pairs have to tell."""

    parts: Sequence[ToldPart]
    gets_a: Sequence[str]
    gets_b: Sequence[str]
    connection: Connection | None
    what: tuple[Sequence[str], Sequence[str], Sequence[str]]
    """What one could give the other, in brief: told to anybody, to `a`, to `b`."""
    lead: Sequence[str] = ()
    """What is proposed, told to anybody where nothing speaks against it."""


def explanation(weighed: Weighed, market: Market, now: datetime) -> PairExplanation:
    """The explanation of a pair."""
    candidate = weighed.candidate
    drawn = draft(candidate, market, "", None, now)
    a, b = drawn.a, drawn.b
    story = _of_cities(candidate, market) if candidate.target is None else _of_support(candidate, market, a, b)
    blockers = [
        ToldBlocker(code=code, text=blocker(code, a=a.name, b=b.name, programme=a.programme_name))
        for code in weighed.blockers
    ]
    against = [each.text for each in blockers] or _too_weak(weighed, a, b)
    next_best = [found for side in "ab" if (found := _next_best(side, weighed, market)) is not None]
    connection = None if story.connection is None else connected(story.connection)
    to_anybody, to_a, to_b = story.what
    what = to_anybody if against else [*story.lead, *to_anybody]
    return PairExplanation(
        kind=candidate.kind,
        a=a,
        b=b,
        status=weighed.status,
        score=candidate.score,
        confidence=of_pair(candidate.partner, candidate.city, market.today),
        gaps=gaps((candidate.partner, candidate.city), market.today),
        parts=story.parts,
        blockers=blockers,
        unmailable={
            side.side: ToldBlocker(code=NO_CONTACT, text=no_contact(side.name))
            for side in (a, b)
            if side.member_id in market.unmailable
        },
        gets_a=story.gets_a,
        gets_b=story.gets_b,
        connection=connection,
        next_best=next_best,
        note=_NOTE if not against and any(each.is_better for each in next_best) else None,
        paragraph=paragraph(against, what, connection, {p.name: (p.value, p.text) for p in story.parts}),
        told_a=told_to(a, to_a, against),
        told_b=told_to(b, to_b, against),
    )


def _too_weak(weighed: Weighed, a: Side, b: Side) -> Sequence[str]:
    if weighed.candidate.score >= weighed.minimum:
        return ()
    score, least = f"{weighed.candidate.score:.2f}", f"{weighed.minimum:.2f}"
    less = f"{score}, less" if score != least else "a little less"
    return (phrases.sentence(f"{a.name} and {b.name} score {less} than the {least} from which pairs are proposed"),)


def _of_cities(candidate: Candidate, market: Market) -> _Story:
    facts = cities_facts(candidate, candidate.a, market, _LONGEST_PATH)
    a, b = Party(name=facts.me.name), Party(name=facts.other.name)
    values = {part.name: part.value for part in candidate.scores.parts_of(candidate.position)}
    return _Story(
        parts=_parts(candidate, {name: twinning_part(name, values, facts) for name in values}),
        gets_a=_exchanges(facts.met, a, b),
        gets_b=_exchanges(facts.wanted, b, a),
        connection=facts.connection,
        what=(exchanged(facts, reads=False), exchanged(facts, reads=True), exchanged(facts.turned, reads=True)),
    )


def _of_support(candidate: Candidate, market: Market, a: Side, b: Side) -> _Story:
    facts = support_facts(candidate, market, _LONGEST_PATH)
    values = {part.name: part.value for part in candidate.scores.parts_of(candidate.position)}
    gets = needs_supported(facts)
    lead = f"{facts.programme.partner_name} could support {facts.target.city.name} with “{facts.programme.name}”"
    return _Story(
        parts=_parts(candidate, {name: sponsorship_part(name, value, facts) for name, value in values.items()}),
        gets_a=(),
        gets_b=gets,
        connection=facts.connection,
        what=(gets[:1], supported(a), supported(b)),
        lead=[phrases.sentence(lead)] if gets else (),
    )


def _exchanges(matches: Sequence[Match], needer: Party, offerer: Party) -> Sequence[str]:
    return [exchange(match, needer, offerer) for match in told(matches, _TOLD_EACH_WAY)]


def _parts(candidate: Candidate, texts: Mapping[str, str]) -> Sequence[ToldPart]:
    adds = contributions(candidate)
    return [
        ToldPart(
            name=part.name,
            value=part.value,
            weight=part.weight,
            contribution=adds[part.name],
            text=texts[part.name],
        )
        for part in candidate.scores.parts_of(candidate.position)
    ]


def _next_best(side: str, weighed: Weighed, market: Market) -> NextBest | None:
    this = weighed.candidate
    holder, own = (this.a, this.partner.name) if side == "a" else (this.b, this.city.name)
    others = [
        other
        for other in weighed.others
        if other.kind == this.kind and other.key != this.key and holder in (other.a, other.b)
    ]
    if not others:
        return None
    best = min(others, key=lambda other: (-other.score, other.key))
    name, found = _partner_of(holder, best), difference(this, best, holder, market)
    me = f"“{own}”" if side == "a" and this.target is not None else own
    return NextBest(
        side=side,
        holder=best.b if best.a == holder else best.a,
        name=name,
        score=best.score,
        part=found.part,
        is_better=found.is_told and found.score > 0,
        text=phrases.sentence(f"For {me}, {name} {found.text}"),
    )


def _partner_of(holder: str, candidate: Candidate) -> str:
    partner = candidate.partner
    if candidate.a == holder:
        return candidate.city.name
    return partner.name if isinstance(partner, City) else f"“{partner.name}” of {partner.partner_name}"
