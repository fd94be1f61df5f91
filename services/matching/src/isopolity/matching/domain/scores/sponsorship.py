"""The score of a programme with targets, part by part, and the rules that exclude targets.

The functions named `…_value` serve one programme with many targets here, and many programmes with one target in
`programme_arrays`. Invariant: blockers are decided on the arrays that the score is made of, and neither changes the
other. What a programme does not give counts for nothing: money for a need, or training for a request of money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers, Unsigned16
from isopolity.matching.domain.meaning.own_words import in_common, in_common_with_each
from isopolity.matching.domain.meaning.topic_closeness import (
    NONE,
    BestPair,
    best_pair,
    closeness_to,
    numbers_of,
    topic_numbers,
)
from isopolity.matching.domain.member import Programme
from isopolity.matching.domain.scores import subjects
from isopolity.matching.domain.scores.blockers import Blocker, flagged
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.fit import MetTopics
from isopolity.matching.domain.scores.nearness import MEET, nearness_to_programme, words_matter
from isopolity.matching.domain.scores.programme_eligibility import (
    Grant,
    Granted,
    focus,
    is_open,
    of_cities,
    rates,
)
from isopolity.matching.domain.scores.target_arrays import Target, Targets
from isopolity.matching.domain.scores.wants import Want, WantArrays, given_bits, supports_given
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, UNKNOWN, Scores, Weights, language_value

_CEILING: Final = 0.9
"""The strength of a want of full weight that is all about what the programme supports; below 1, so that a second need
counts."""
_GIVEN: Final = frozenset({"grant", "support", "focus", "language", "network"})
"""The parts that say nothing against a pair that has nothing to do together."""
_GIVEN_COUNTS: Final = 0.6
"""The share of the weight of these parts that a pair has to earn back."""


class Covered(NamedTuple):
    """How well a programme covers what targets want, each as -log(1 - value)."""

    given: Floats
    """By the kinds of support that it gives."""
    wanted: Floats
    """As if it gave every kind of support."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A want of a target that a programme is about, by their subjects or topics, and the strength of that."""

    want: Want
    supported: Mapping[str, str]
    """The subjects of the want that the programme is about, the nearest first, each with the programme's nearest one;
    that is its first one, or empty, where none is near, so that only topics meet."""
    share: float
    """The nearness of what the two are about, in (0, 1]."""
    support: str | None
    """The kind of support by which the programme helps; None if nothing that it gives helps."""
    topics: MetTopics | None
    """The topics that meet."""

    @property
    def subject(self) -> str:
        """The nearest subject of the want."""
        return next(iter(self.supported))

    @property
    def strength(self) -> float:
        """The strength of the want with the programme."""
        return _CEILING * self.share * self.want.counts


def grant_asked(programme: Programme, targets: Targets) -> tuple[Integers, Grant]:
    """The positions of the targets that ask for money, and their amounts converted to the programme's currency."""
    asking = np.flatnonzero(targets.ask_money)
    rate = rates(targets.currency, programme.currency)[targets.currency_of[asking]]
    return asking, Grant(targets.amount_min[asking] * rate, targets.amount_max[asking] * rate)


def shared(programme: Programme, target: Target, today: date, neighbours: float = 1.0) -> Sequence[Shared]:
    """The target's wants that the programme is about, the strongest first, those with which it can help before others.

    A subject or topic may occur several times, for a city may have several needs on it.
    """
    found, given = [], supports_given(programme)
    for want in target.wants(today):
        pair = best_pair(want.topics, programme.topics)
        near = _near_subjects(want, programme, neighbours, pair)
        if near:
            supported = {subject: own for subject, own, _ in near}
            support = next((each for each in want.helped_by if each in given), None)
            met = MetTopics(*pair[:3]) if pair and pair.closeness >= MEET else None
            found.append(Shared(want, supported, near[0][2], support, met))
    return sorted(found, key=_order)


def _near_subjects(
    want: Want, programme: Programme, neighbours: float, pair: BestPair | None
) -> Sequence[tuple[str, str, float]]:
    """The want's subjects that the programme is about, the nearest first: each with the programme's nearest subject and
    the nearness of the two, put right by their own words and by the topics of both, of which `pair` is the best.
    """
    closeness = 0.0 if pair is None else pair.in_all
    named, is_precise = bool(numbers_of(want.topics)), bool(numbers_of(programme.topics))
    words = in_common(want.words, programme.words)
    nearest = [(subject, *_nearest(subject, programme, neighbours)) for subject in want.subjects]
    by_share = sorted(nearest, key=lambda each: (-each[2], each[0]))
    said = (words is not None, words or 0.0)
    near = [
        (subject, own, float(nearness_to_programme(share, closeness, named, is_precise, *said)))
        for subject, own, share in by_share
    ]
    return [each for each in near if each[2] > 0]


def _order(found: Shared) -> tuple[bool, float, str, str]:
    return found.support is None, -found.strength, found.subject, found.want.need.mode if found.want.need else ""


def blockers(
    programme: Programme, profiles: Profiles, targets: Targets, today: date, neighbours: float = 1.0
) -> Unsigned16:
    """The blockers of each target that come from the programme and the target, as bits."""
    closed = np.uint16(0) if is_open(programme, today) else Blocker.PERIOD.bit
    found = _rules_broken(programme, profiles, targets, grant_asked(programme, targets))
    return found | coverage_blockers(_covered(programme, targets, neighbours), targets.ask_money) | closed


def allowed(programme: Programme, profiles: Profiles, targets: Targets, scored: Scores) -> Booleans:
    """Whether each target is excluded by no rule of the programme; the period of applications is not checked."""
    broken = _rules_broken(programme, profiles, targets, grant_asked(programme, targets))
    return np.asarray((broken == 0) & (scored.parts["subjects"] > 0), bool)


def scores(
    programme: Programme,
    profiles: Profiles,
    targets: Targets,
    partner_component: int,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Scores:
    """The whole score of the programme with every target; `partner_component` is the partner's in the network."""
    covered = _covered(programme, targets, weights.neighbours)
    everybody = np.arange(len(targets.targets))
    granted = _granted(programme, targets, *grant_asked(programme, targets))
    parts = _parts(programme, profiles, targets, everybody, covered, granted, partner_component)
    return scored(parts, weights)


def scores_of_allowed(
    programme: Programme, profiles: Profiles, targets: Targets, partner_component: int, weights: Weights
) -> tuple[Integers, Scores]:
    """The positions of the targets that are `allowed`, and their `scores`; excluded targets cost next to nothing."""
    covered = _covered(programme, targets, weights.neighbours)
    asked = grant_asked(programme, targets)
    kept = np.flatnonzero((covered.given > 0) & (_rules_broken(programme, profiles, targets, asked) == 0))
    granted = _granted(programme, targets, *asked)
    parts = _parts(programme, profiles, targets, kept, covered, granted, partner_component)
    return kept, scored(parts, weights)


def scored(parts: Mapping[str, Floats], weights: Weights) -> Scores:
    """The scores of pairs with these parts."""
    return Scores(parts, weights.sponsorship, weights.version, _GIVEN, _GIVEN_COUNTS)


def nearest_wants(programme: Programme, targets: Targets, neighbours: float) -> Floats:
    """The nearness, in [0, 1], of the want of each target that is nearest to the programme; 0 without wants."""
    found = np.zeros(len(targets.targets))
    np.maximum.at(found, targets.wants.target, _nearness(programme, targets.wants, neighbours))
    return found


def coverage_value(covered: Covered) -> Floats:
    """The part `subjects`, from what the programme gives."""
    return np.asarray(-np.expm1(-covered.given), np.float64)


def support_value(covered: Covered) -> Floats:
    """The part `support`: how much of what is wanted on the programme's subjects it gives in a form that helps."""
    return np.divide(covered.given, covered.wanted, out=np.zeros(len(covered.given)), where=covered.wanted > 0)


def coverage_blockers(covered: Covered, ask_money: Booleans | bool) -> Unsigned16:
    """The blockers of targets that the programme is not about, or that it could help with money alone."""
    found = flagged(Blocker.SUBJECTS, covered.wanted == 0)
    unasked = (covered.wanted > 0) & (covered.given == 0) & np.logical_not(ask_money)
    return np.asarray(found | flagged(Blocker.NO_MONEY_ASKED, unasked), np.uint16)


def weight_of(counts: Floats | float, nearness_of_it: Floats) -> Floats:
    """-log(1 - strength) of wants with a weight and a nearness, so that the wants of a target add up."""
    return np.asarray(-np.log1p(np.multiply(counts, np.multiply(-_CEILING, nearness_of_it))), np.float64)


def network_value(has_tie: Booleans | bool, joined: Booleans) -> Floats:
    """The part `network`: half for the city's first tie, half for joining two components of the network."""
    return np.asarray(0.5 * np.logical_not(has_tie) + 0.5 * joined, np.float64)


def _rules_broken(
    programme: Programme, profiles: Profiles, targets: Targets, asked: tuple[Integers, Grant]
) -> Unsigned16:
    """The rules on places, sizes and amounts that exclude each target, as bits, from the result of `grant_asked`."""
    asking, grant = asked
    found = of_cities(programme, profiles)[targets.city]
    found[asking] |= flagged(Blocker.AMOUNT, ~grant.fits(Granted.by(programme)))
    return found


def _parts(
    programme: Programme,
    profiles: Profiles,
    targets: Targets,
    some: Integers,
    covered: Covered,
    granted: Floats,
    partner_component: int,
) -> Mapping[str, Floats]:
    """The parts of the score for the targets at `some`; `covered` and `granted` are of all targets."""
    city = targets.city[some]
    covers = Covered(covered.given[some], covered.wanted[some])
    return {
        "subjects": coverage_value(covers),
        "grant": granted[some],
        "support": support_value(covers),
        "focus": focus(programme, profiles)[city],
        "language": _spoken(programme, profiles, city, targets.speaks[some]),
        "network": network_value(profiles.has_tie[city], profiles.component[city] != partner_component),
    }


def _granted(programme: Programme, targets: Targets, asking: Integers, grant: Grant) -> Floats:
    values = np.full(len(targets.targets), UNKNOWN)
    if len(asking):
        values[asking] = grant.value(Granted.by(programme))
    return values


def _spoken(programme: Programme, profiles: Profiles, city: Integers, speaks: Booleans) -> Floats:
    """The part `language`: 1 with a common language, 0 without, UNKNOWN if a side has named no language."""
    if not programme.languages:
        return np.full(len(city), UNKNOWN)
    common, numbers = np.zeros(len(city), bool), profiles.numbers["language"]
    for code in programme.languages:
        if code in numbers:
            common |= profiles.languages[city, numbers[code]]
    found: Floats = language_value(speaks, common)
    return found


def _covered(programme: Programme, targets: Targets, neighbours: float) -> Covered:
    """How well the programme covers each target: 1 - prod(1 - strength) over its wants, as for the needs of cities."""
    wants = targets.wants
    near = _nearness(programme, wants, neighbours)
    some = np.flatnonzero(near)
    weight, target = weight_of(wants.counts[some], near[some]), wants.target[some]
    helps = (wants.helped_by[some] & np.uint8(given_bits(programme))) != 0
    sums = [np.bincount(target, each, len(targets.targets)) for each in (weight * helps, weight)]
    return Covered(*(np.asarray(each, np.float64) for each in sums))


def _nearness(programme: Programme, wants: WantArrays, neighbours: float) -> Floats:
    """The nearness of each want to the programme."""
    share = wants.shares(programme.subjects, neighbours)
    own = topic_numbers([programme.topics])[0]
    closeness, is_precise = closeness_to(own, wants.topics), own[0] != NONE
    about = (share, closeness, wants.name_topics, is_precise)
    own_words = in_common_with_each(programme.words, wants.words, wants.language, words_matter(*about))
    near = nearness_to_programme(*about, *own_words)
    return np.asarray(near, np.float64)


def _nearest(subject: str, programme: Programme, neighbours: float) -> tuple[str, float]:
    """The programme's subject that meets the largest share of a subject, and that share; empty if it names none."""
    near = ((own, subjects.share(subject, own, neighbours)) for own in sorted(programme.subjects))
    return max(near, key=lambda each: each[1], default=("", 0.0))
