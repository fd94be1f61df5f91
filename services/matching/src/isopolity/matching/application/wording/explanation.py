"""The explanation of a pair: its score part by part, its blockers, how the two are connected, and the next best.

Invariant: it is made of the profiles, the ties and the weights alone. Nothing of anybody's answers is in it, and a pair
that is closed looks the same whatever the cause.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.matching.application.candidates.candidate import Candidate, SponsorshipCandidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_facts import Connection, sponsorship_facts, twinning_facts
from isopolity.matching.application.candidates.pair_status import NO_CONTACT
from isopolity.matching.application.wording.blocker_sentences import pair_blocker, unmailable
from isopolity.matching.application.wording.exchange_sentences import distinct_matches, exchange
from isopolity.matching.application.wording.explanation_texts import (
    connected,
    exchanged,
    gaps,
    paragraph,
    paragraph_for,
    supported,
)
from isopolity.matching.application.wording.next_best import (
    NextBest,
    contributions,
    next_best_cities,
    next_best_support,
)
from isopolity.matching.application.wording.pair_reasons import needs_supported
from isopolity.matching.application.wording.sides import sponsorship_sides, twinning_sides
from isopolity.matching.application.wording.sponsorship_parts import sponsorship_part
from isopolity.matching.application.wording.twinning_parts import twinning_part
from isopolity.matching.domain.member import City
from isopolity.matching.domain.scores.confidence import of_pair
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.side import Side
from isopolity.wording import phrases
from isopolity.wording.exchanges import Party

_LONGEST_PATH: Final = 3
_EXCHANGES_EACH_WAY: Final = 3
_NOTE: Final = "A round weighs all members together, so the best partner of one may be proposed to another."


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPart:
    """A part of the score: `value` in [0, 1], `weight` in the whole, what it adds to the score, and a sentence."""

    name: str
    value: float
    weight: float
    contribution: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedBlocker:
    """A blocker that speaks against the pair, whatever its score."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairExplanation:
    """A pair explained, whether or not it is a candidate."""

    kind: str
    a: Side
    """With the reasons that it reads; in a sponsorship the programme."""
    b: Side
    status: str
    score: float
    confidence: float
    """The confidence in the two profiles, in [0, 1]; no part of the score."""
    gaps: Sequence[str]
    """The gaps of the two profiles, in sentences."""
    parts: Sequence[ExplainedPart]
    """The parts of the score; their contributions add up to it."""
    blockers: Sequence[ExplainedBlocker]
    unmailable: Mapping[str, ExplainedBlocker]
    """By side: that its member cannot be mailed, for its own eyes or staff's."""
    gets_a: Sequence[str]
    """The strongest of what `a` would get from `b`; in a sponsorship there is none."""
    gets_b: Sequence[str]
    """The strongest of what `b` would get from `a`."""
    connection: str | None
    """The connection of the two by at most three ties, in a sentence."""
    next_best: Sequence[NextBest]
    note: str | None
    """Why there may be a better partner than the one proposed, where there is one."""
    paragraph: str
    """The pair in one paragraph, for a mail to anybody."""
    told_a: str
    """For a mail to `a`, as “you”; empty where something speaks against the pair."""
    told_b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedPair:
    """A pair with what stands against it and the other candidates of its sides."""

    candidate: Candidate
    status: str
    blockers: Collection[str]
    """The codes of blockers that its members may see."""
    others: Sequence[Candidate]
    """The candidates of both sides."""
    minimum: float
    """The score from which pairs are proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """The sentences about a pair, of either kind."""

    a: Side
    b: Side
    texts: Mapping[str, str]
    """The sentences of the score's parts, by name."""
    gets_a: Sequence[str]
    gets_b: Sequence[str]
    connection: Connection | None
    what: tuple[Sequence[str], Sequence[str], Sequence[str]]
    """In brief, what one could give the other: in words for anybody, for `a`, for `b`."""
    lead: Sequence[str] = ()
    """The proposal in words for anybody, used where nothing speaks against it."""
    next_best: Sequence[NextBest]


def explanation(pair: ExaminedPair, market: Market) -> PairExplanation:
    """The explanation of a pair, whose facts are built once."""
    candidate = pair.candidate
    if isinstance(candidate, TwinningCandidate):
        story = _of_cities(candidate, pair.others, market)
    else:
        story = _of_support(candidate, pair.others, market)
    a, b, adds = story.a, story.b, contributions(candidate)
    parts = [
        ExplainedPart(
            name=part.name,
            value=part.value,
            weight=part.weight,
            contribution=adds[part.name],
            text=story.texts[part.name],
        )
        for part in candidate.parts
    ]
    blockers = [
        ExplainedBlocker(code=code, text=pair_blocker(code, candidate, market.profiles.legal_acts))
        for code in pair.blockers
    ]
    against = [each.text for each in blockers] or _too_weak(pair, a, b)
    connection = None if story.connection is None else connected(story.connection)
    to_anybody, to_a, to_b = story.what
    what = to_anybody if against else [*story.lead, *to_anybody]
    texts = {part.name: (part.value, part.text) for part in parts}
    languages = [member.languages for member in candidate.members]
    return PairExplanation(
        kind=candidate.kind,
        a=a,
        b=b,
        status=pair.status,
        score=candidate.score,
        confidence=of_pair(*candidate.members, market.today),
        gaps=gaps(candidate.members, market.today),
        parts=parts,
        blockers=blockers,
        unmailable={
            side.side: ExplainedBlocker(
                code=NO_CONTACT, text=unmailable(side.name, has_contact=side.member_id in market.unconfirmed)
            )
            for side in (a, b)
            if side.member_id in market.unmailable
        },
        gets_a=story.gets_a,
        gets_b=story.gets_b,
        connection=connection,
        next_best=story.next_best,
        note=_NOTE if not against and any(each.is_better for each in story.next_best) else None,
        paragraph=paragraph(against, what, connection, texts, no_language=phrases.share_no_language(*languages)),
        told_a=paragraph_for(a, to_a, against),
        told_b=paragraph_for(b, to_b, against),
    )


def _too_weak(pair: ExaminedPair, a: Side, b: Side) -> Sequence[str]:
    if pair.candidate.score >= pair.minimum:
        return ()
    score, least = f"{pair.candidate.score:.2f}", f"{pair.minimum:.2f}"
    less = f"{score}, less" if score != least else "a little less"
    return (phrases.sentence(f"{a.name} and {b.name} score {less} than the {least} from which pairs are proposed"),)


def _of_cities(candidate: TwinningCandidate, others: Sequence[Candidate], market: Market) -> _Story:
    facts = twinning_facts(candidate, market, _LONGEST_PATH)
    side_a, side_b = twinning_sides(facts)
    a, b = facts.me, facts.other
    values = {part.name: part.value for part in candidate.parts}
    return _Story(
        a=side_a,
        b=side_b,
        texts={name: twinning_part(name, values, facts) for name in values},
        gets_a=_exchanges(facts.met, a, b),
        gets_b=_exchanges(facts.wanted, b, a),
        connection=facts.connection,
        what=(exchanged(facts, reads=False), exchanged(facts, reads=True), exchanged(facts.turned, reads=True)),
        next_best=next_best_cities(candidate, facts, others, market),
    )


def _of_support(candidate: SponsorshipCandidate, others: Sequence[Candidate], market: Market) -> _Story:
    facts = sponsorship_facts(candidate, market, _LONGEST_PATH)
    a, b = sponsorship_sides(facts)
    gets = needs_supported(facts)
    lead = f"{facts.programme.partner_name} could support {facts.target.city.name} with “{facts.programme.name}”"
    return _Story(
        a=a,
        b=b,
        texts={part.name: sponsorship_part(part.name, part.value, facts) for part in candidate.parts},
        gets_a=(),
        gets_b=gets,
        connection=facts.connection,
        what=(gets[:1], supported(a), supported(b)),
        lead=[phrases.sentence(lead)] if gets else (),
        next_best=next_best_support(candidate, facts, others, market),
    )


def _exchanges(matches: Sequence[Match], needer: City, offerer: City) -> Sequence[str]:
    one, other, rated = Party(name=needer.name), Party(name=offerer.name), offerer.shows_ratings
    return [exchange(match, one, other, rated=rated) for match in distinct_matches(matches, _EXCHANGES_EACH_WAY)]
