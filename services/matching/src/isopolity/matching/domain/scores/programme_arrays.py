"""The programmes as arrays, so that one target is scored with all of them at once.

Invariant: rules come from `programme_eligibility`, and values from `sponsorship`, which scores one programme with many
targets.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isopolity.matching.arrays import Booleans, Floats, Integers, Integers16, Unsigned8, Unsigned16
from isopolity.matching.domain.meaning.own_words import in_common_with_each, languages_of
from isopolity.matching.domain.meaning.topic_closeness import NONE, closeness_to, topic_numbers
from isopolity.matching.domain.member import SPONSORSHIP, Programme
from isopolity.matching.domain.scores import subjects
from isopolity.matching.domain.scores.blockers import Blocker, flagged
from isopolity.matching.domain.scores.city_arrays import Profiles
from isopolity.matching.domain.scores.nearness import nearness_to_programme, words_matter
from isopolity.matching.domain.scores.programme_eligibility import (
    Grant,
    Granted,
    focus_value,
    is_served,
    rates,
    size_fits,
    size_limits,
)
from isopolity.matching.domain.scores.sponsorship import (
    Covered,
    coverage_blockers,
    coverage_value,
    network_value,
    scored,
    support_value,
    weight_of,
)
from isopolity.matching.domain.scores.target_arrays import Targets
from isopolity.matching.domain.scores.wants import WantArrays, given_bits
from isopolity.matching.domain.scores.weights import UNKNOWN, Scores, Weights, language_value


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeArrays:
    """One entry a programme; attributes that may have several values are columns by code."""

    number: Mapping[str, int]
    """The position of each programme, by holder."""
    subjects: Mapping[str, Booleans]
    given: Unsigned8
    """The kinds of support that it gives, as bits."""
    topics: Integers16
    """(programmes, MOST_TOPICS): the numbers of the topics in the thesaurus, then NONE."""
    language: Integers16
    """The language of its own words, NO_LANGUAGE without any."""
    words: NDArray[np.object_]
    """OwnWords or None."""
    regions: Mapping[str, Booleans]
    countries: Mapping[str, Booleans]
    homes: Mapping[str, Booleans]
    """The countries of the partners."""
    languages: Mapping[str, Booleans]
    currencies: Mapping[str, Booleans]
    names_regions: Booleans
    names_countries: Booleans
    names_languages: Booleans
    population_min: Floats
    population_max: Floats
    granted: Granted

    @classmethod
    def of(cls, programmes: Sequence[Programme]) -> "ProgrammeArrays":
        """Build the arrays, with the programmes in the given order."""
        sizes, granted = [size_limits(each) for each in programmes], [Granted.by(each) for each in programmes]
        return cls(
            number={each.holder: number for number, each in enumerate(programmes)},
            subjects=_by_code([each.subjects for each in programmes]),
            given=np.array([given_bits(each) for each in programmes], np.uint8),
            topics=topic_numbers([each.topics for each in programmes]),
            language=languages_of([each.words for each in programmes]),
            words=np.array([each.words for each in programmes], object),
            regions=_by_code([each.regions for each in programmes]),
            countries=_by_code([each.countries for each in programmes]),
            homes=_by_code([(each.home_country,) for each in programmes]),
            languages=_by_code([each.languages for each in programmes]),
            currencies=_by_code([(each.currency,) for each in programmes]),
            names_regions=np.array([bool(each.regions) for each in programmes], bool),
            names_countries=np.array([bool(each.countries) for each in programmes], bool),
            names_languages=np.array([bool(each.languages) for each in programmes], bool),
            population_min=np.array([limits[0] for limits in sizes], np.float64),
            population_max=np.array([limits[1] for limits in sizes], np.float64),
            granted=Granted(
                np.array([grants.least for grants in granted], np.float64),
                np.array([grants.most for grants in granted], np.float64),
            ),
        )

    def __len__(self) -> int:
        return len(self.number)

    def scores(
        self, profiles: Profiles, targets: Targets, target: int, components: Integers, weights: Weights
    ) -> Scores:
        """The whole score of every programme with a target; `components` are those of their partners in the network."""
        city = int(targets.city[target])
        asked, covered = self._asked(targets, target), self._covered(targets, target, weights.neighbours)
        return scored(
            {
                "subjects": coverage_value(covered),
                "grant": np.full(len(self), UNKNOWN) if asked is None else asked.value(self.granted),
                "support": support_value(covered),
                "focus": focus_value(self._serves(profiles, city), self.names_countries, self.names_regions),
                "language": self._spoken(profiles, city),
                "network": network_value(profiles.has_tie[city], components != profiles.component[city]),
            },
            weights,
        )

    def allowed(self, profiles: Profiles, targets: Targets, target: int, scored: Scores) -> Booleans:
        """Whether each programme has no rule that excludes the target; the period of applications is not checked."""
        broken = self._rules_broken(profiles, targets, target)
        return np.asarray((broken == 0) & (scored.parts["subjects"] > 0), bool)

    def blockers(self, profiles: Profiles, targets: Targets, target: int, neighbours: float) -> Unsigned16:
        """The blockers of each programme with the target, as bits; the period of applications is not checked."""
        covered = self._covered(targets, target, neighbours)
        return self._rules_broken(profiles, targets, target) | coverage_blockers(covered, targets.ask_money[target])

    def _rules_broken(self, profiles: Profiles, targets: Targets, target: int) -> Unsigned16:
        """The rules of each programme on places, sizes and amounts that exclude the target, as bits."""
        city = int(targets.city[target])
        population, asked = profiles.population[city], self._asked(targets, target)
        in_region, in_country = self._places(profiles, city)
        found = flagged(Blocker.REGION, ~in_region) | flagged(Blocker.COUNTRY, ~in_country)
        found |= flagged(Blocker.POPULATION, ~size_fits(population, self.population_min, self.population_max))
        apart = profiles.legal_acts.apart_from(SPONSORSHIP, profiles.cities[city].country)
        found |= flagged(Blocker.LEGAL_ACT, self._any(self.homes, apart))
        return found if asked is None else found | flagged(Blocker.AMOUNT, ~asked.fits(self.granted))

    def _asked(self, targets: Targets, target: int) -> Grant | None:
        if not targets.ask_money[target]:
            return None
        rate, source = np.full(len(self), np.nan), targets.currency[targets.currency_of[target]]
        for currency, those in self.currencies.items():
            rate[those] = rates([source], currency)[0]
        return Grant(targets.amount_min[target] * rate, targets.amount_max[target] * rate)

    def _covered(self, targets: Targets, target: int, neighbours: float) -> Covered:
        """How well each programme covers the target, as `sponsorship` has it for all targets."""
        wants, given, wanted = targets.wants, np.zeros(len(self)), np.zeros(len(self))
        for entry in range(*wants.run_of(target)):
            weight = weight_of(wants.counts[entry], self._nearness(wants, entry, neighbours))
            given += weight * ((self.given & wants.helped_by[entry]) != 0)
            wanted += weight
        return Covered(given, wanted)

    def _nearness(self, wants: WantArrays, entry: int, neighbours: float) -> Floats:
        """The nearness of each programme to a want."""
        near, share = subjects.near(wants.subjects_of(entry), neighbours), np.zeros(len(self))
        for own, those in self.subjects.items():
            share[those] = np.maximum(share[those], near.get(own, 0.0))
        topics, are_precise = wants.topics[entry], self.topics[:, 0] != NONE
        closeness = closeness_to(topics, self.topics)
        about = (share, closeness, topics[0] != NONE, are_precise)
        own_words = in_common_with_each(wants.words[entry], self.words, self.language, words_matter(*about))
        near = nearness_to_programme(*about, *own_words)
        return np.asarray(near, np.float64)

    def _serves(self, profiles: Profiles, city: int) -> Booleans:
        in_region, in_country = self._places(profiles, city)
        return in_region & in_country

    def _places(self, profiles: Profiles, city: int) -> tuple[Booleans, Booleans]:
        """Whether each programme serves the city's region, and whether it serves its country."""
        place = profiles.cities[city]
        in_region = is_served(self.names_regions, self._any(self.regions, [place.region]))
        return in_region, is_served(self.names_countries, self._any(self.countries, [place.country]))

    def _spoken(self, profiles: Profiles, city: int) -> Floats:
        spoken = profiles.cities[city].languages
        known = self.names_languages & bool(spoken)
        found: Floats = language_value(known, self._any(self.languages, spoken))
        return found

    def _any(self, columns: Mapping[str, Booleans], codes: Iterable[str]) -> Booleans:
        """Whether each programme has any of the codes."""
        found = np.zeros(len(self), bool)
        for code in codes:
            if code in columns:
                found |= columns[code]
        return found


def _by_code(lists: Sequence[Sequence[str]]) -> Mapping[str, Booleans]:
    """A column for each code that occurs: whether each programme has it."""
    columns = {code: np.zeros(len(lists), bool) for code in sorted({code for codes in lists for code in codes})}
    for position, codes in enumerate(lists):
        for code in codes:
            columns[code][position] = True
    return columns
