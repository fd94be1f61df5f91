"""The score of a programme with targets, part by part, and the rules that exclude targets.

The functions named `…_value` serve one programme with many targets here, and many programmes with one target in
`programme_arrays`. Invariant: blockers are decided on the arrays that the score is made of, and neither changes the
other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from isopolity.matching.arrays import Booleans, Floats, Integers, Unsigned16
from isopolity.matching.domain.member import Programme
from isopolity.matching.domain.scores import subjects
from isopolity.matching.domain.scores.blockers import Blocker, flagged
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.programme_eligibility import (
    Grant,
    Granted,
    focus,
    is_open,
    of_cities,
    rates,
)
from isopolity.matching.domain.scores.target_arrays import Target, Targets
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, UNKNOWN, Scores, Weights, language_value

_CEILING: Final = 0.9
"""The strength of a subject of full weight that the programme supports itself; below 1, so that a second one counts."""
_OTHER_SUPPORT: Final = 0.3
"""The value of the part `support` if the programme gives none of the wanted kinds of support."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A subject of a target that a programme supports, itself or by a neighbour, and the strength of that."""

    subject: str
    supported: str
    """The programme's subject."""
    share: float
    """The nearness of the two subjects: 1 if they are the same, less if they are neighbours."""
    strength: float


def grant_asked(programme: Programme, targets: Targets) -> tuple[Integers, Grant]:
    """The positions of the targets that are requests, and their amounts converted to the programme's currency."""
    asking = np.flatnonzero(targets.currency_of >= 0)
    rate = rates(targets.currency, programme.currency)[targets.currency_of[asking]]
    return asking, Grant(targets.amount_min[asking] * rate, targets.amount_max[asking] * rate)


def shared(programme: Programme, target: Target, today: date, neighbours: float = 1.0) -> Sequence[Shared]:
    """The target's subjects that the programme supports, itself or by a neighbour, those of greatest weight first."""
    found = []
    for subject, counts in target.subjects(today).items():
        share, supported = _nearest(subject, programme, neighbours)
        if share > 0:
            found.append(Shared(subject, supported, share, _CEILING * share * counts))
    return sorted(found, key=lambda each: (-each.strength, each.subject))


def blockers(
    programme: Programme, profiles: Profiles, targets: Targets, today: date, neighbours: float = 1.0
) -> Unsigned16:
    """The blockers of each target that come from the programme and the target, as bits."""
    closed = np.uint16(0) if is_open(programme, today) else Blocker.PERIOD.bit
    covered, asked = _covered(programme, targets, neighbours), grant_asked(programme, targets)
    return _rules_broken(programme, profiles, targets, covered, asked) | closed


def allowed(programme: Programme, profiles: Profiles, targets: Targets, scored: Scores) -> Booleans:
    """Whether each target is excluded by no rule of the programme; the period of applications is not checked."""
    covered, asked = scored.parts["subjects"], grant_asked(programme, targets)
    return np.asarray(_rules_broken(programme, profiles, targets, covered, asked) == 0, bool)


def scores(
    programme: Programme,
    profiles: Profiles,
    targets: Targets,
    partner_component: int,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Scores:
    """The whole score of the programme with every target; `partner_component` is the partner's in the network."""
    subjects_covered = _covered(programme, targets, weights.neighbours)
    everybody = np.arange(len(subjects_covered))
    granted = _granted(programme, targets, *grant_asked(programme, targets))
    parts = {
        "subjects": subjects_covered,
        **_beyond_subjects(programme, profiles, targets, everybody, granted, partner_component),
    }
    return Scores(parts, weights.sponsorship, weights.version)


def scores_of_allowed(
    programme: Programme, profiles: Profiles, targets: Targets, partner_component: int, weights: Weights
) -> tuple[Integers, Scores]:
    """The positions of the targets that are `allowed`, and their `scores`; excluded targets cost next to nothing."""
    covered = _covered(programme, targets, weights.neighbours)
    asked = grant_asked(programme, targets)
    kept = np.flatnonzero(_rules_broken(programme, profiles, targets, covered, asked) == 0)
    granted = _granted(programme, targets, *asked)
    beyond = _beyond_subjects(programme, profiles, targets, kept, granted[kept], partner_component)
    parts = {"subjects": covered[kept], **beyond}
    return kept, Scores(parts, weights.sponsorship, weights.version)


def unmet(counts: Floats | float, share: Floats | float) -> Floats:
    """The unmet share of a subject; `counts` is its weight in the target, `share` the nearness of the programme."""
    left: Floats = np.multiply(counts, np.multiply(-_CEILING, share))
    left += 1
    return left


def support_value(suits: Booleans) -> Floats:
    """The part `support`, by whether the programme gives any support that is wanted."""
    return np.where(suits, 1.0, _OTHER_SUPPORT)


def network_value(has_tie: Booleans | bool, joined: Booleans) -> Floats:
    """The part `network`: half for the city's first tie, half for joining two components of the network."""
    return np.asarray(0.5 * np.logical_not(has_tie) + 0.5 * joined, np.float64)


def _rules_broken(
    programme: Programme, profiles: Profiles, targets: Targets, covered: Floats, asked: tuple[Integers, Grant]
) -> Unsigned16:
    """The rules that exclude each target, as bits, from its part `subjects` and the result of `grant_asked`."""
    asking, grant = asked
    found = of_cities(programme, profiles)[targets.city] | flagged(Blocker.SUBJECTS, covered == 0)
    found[asking] |= flagged(Blocker.AMOUNT, ~grant.fits(Granted.by(programme)))
    return found


def _beyond_subjects(
    programme: Programme, profiles: Profiles, targets: Targets, some: Integers, granted: Floats, partner_component: int
) -> Mapping[str, Floats]:
    """The parts of the score besides `subjects`, for the targets at `some`; `granted` holds their part `grant`."""
    city = targets.city[some]
    suits = np.zeros(len(some), bool)
    for support in programme.supports:
        if support in targets.supports:
            suits |= targets.supports[support][some]
    return {
        "grant": granted,
        "support": support_value(suits),
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


def _covered(programme: Programme, targets: Targets, neighbours: float) -> Floats:
    """The part `subjects`: 1 - prod(1 - strength) over the subjects of each target, as for the needs of two cities."""
    missed, near = np.ones(len(targets.targets)), subjects.near(programme.subjects, neighbours)
    for subject, counts in targets.subjects.items():
        if share := near.get(subject, 0.0):
            missed *= unmet(counts, share)
    return 1 - missed


def _nearest(subject: str, programme: Programme, neighbours: float) -> tuple[float, str]:
    """The largest share of a subject that one of the programme's meets, and that subject; 0 if none is near."""
    near = ((subjects.share(subject, own, neighbours), own) for own in sorted(programme.subjects))
    return max(near, key=lambda each: each[0], default=(0.0, ""))
