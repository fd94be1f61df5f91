"""The rules of a round, checked pair by pair in the plainest way.

Invariant: it shares no code with what binds rules to a problem.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from isopolity.contracts.codes import country_regions
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.rules.filters import MemberFilter, PairFilter, PairKind
from isopolity.matching.domain.rules.rule_book import (
    CommonLanguage,
    CountPairs,
    CountPerMember,
    Distance,
    RegionFloors,
    Rule,
    RuleBook,
    ServeMembers,
    Source,
)

Member = City | Programme
Pair = tuple[str, str]
"""A pair of holders."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The members of holders, the tied ones, and the pairs that may be chosen."""

    members: Mapping[str, Member]
    tied: Collection[str]
    pairs: Sequence[Pair]
    capacity: Mapping[str, int]

    def keeps(self, book: RuleBook, choice: Sequence[Pair], fixed: Mapping[Source, int]) -> bool:
        """Whether a choice within the capacities keeps every rule."""
        left = [pair for pair in self.pairs if not any(self._rules_out(rule, pair) for rule in book.rules)]
        return all(
            self._keeps(rule, choice, left, {key.group: value for key, value in fixed.items() if key.position == at})
            for at, rule in enumerate(book.rules)
        )

    def fits(self, of: MemberFilter, holder: str) -> bool:
        member = self.members[holder]
        if isinstance(member, Programme):
            return not of.is_of_cities and all(
                (
                    not of.partner_kind or member.partner_kind in of.partner_kind,
                    not of.home_country or member.home_country in of.home_country,
                    not of.language or bool(set(of.language) & _spoken(member)),
                    not of.id or member.partner_id in of.id,
                )
            )
        return not of.is_of_programmes and all(
            (
                not of.region or member.region in of.region,
                not of.country or member.country in of.country,
                not of.kind or member.kind in of.kind,
                of.people_at_least is None or (member.population or -1) >= of.people_at_least,
                of.people_at_most is None or (member.population or 10**12) <= of.people_at_most,
                not of.needs or any(need.subject in of.needs for need in member.needs),
                not of.offers or any(offer.subject in of.offers for offer in member.offers),
                of.without_tie is None or (member.city_id not in self.tied) == of.without_tie,
                not of.language or bool(set(of.language) & _spoken(member)),
                not of.id or member.city_id in of.id,
            )
        )

    def _pair_fits(self, of: PairFilter, pair: Pair) -> bool:
        one, other = (self.members[holder] for holder in pair)
        two_cities = isinstance(one, City) and isinstance(other, City)
        if of.kind is not PairKind.ALL and two_cities != (of.kind is PairKind.TWINNINGS):
            return False
        if of.including is not None and not any(self.fits(of.including, holder) for holder in pair):
            return False
        if of.between is not None:
            first, second = of.between
            if not any(self.fits(first, a) and self.fits(second, b) for a, b in (pair, pair[::-1])):
                return False
        for by, wanted in ((of.within, True), (of.across, False)):
            if by is not None and not (two_cities and (getattr(one, by) == getattr(other, by)) == wanted):
                return False
        return True

    def _rules_out(self, rule: Rule, pair: Pair) -> bool:
        one, other = (self.members[holder] for holder in pair)
        match rule:
            case CommonLanguage():
                return self._pair_fits(rule.pairs, pair) and not _spoken(one) & _spoken(other)
            case Distance():
                far = _kilometres(one, other)
                inside = far is not None and (rule.km_at_least or 0) <= far <= (rule.km_at_most or 10**6)
                if rule.km_at_most == 0:
                    inside = inside and far == 0
                return self._pair_fits(rule.pairs, pair) and not inside
            case CountPairs():
                return rule.at_most == 0 and self._pair_fits(rule.pairs, pair)
            case CountPerMember():
                return rule.at_most == 0 and any(True for _ in self._counted(rule, [pair]))
            case _:
                return False

    def _keeps(self, rule: Rule, choice: Sequence[Pair], left: Sequence[Pair], fixed: Mapping[str, int]) -> bool:
        match rule:
            case CommonLanguage() | Distance():
                return not any(self._rules_out(rule, pair) for pair in choice)
            case CountPairs():
                number = sum(self._pair_fits(rule.pairs, pair) for pair in choice)
                return (rule.at_least or 0) <= number and (rule.at_most is None or number <= rule.at_most)
            case RegionFloors():
                return all(
                    sum(
                        self._pair_fits(PairFilter(kind=rule.kind, including=MemberFilter(region=(region,))), pair)
                        for pair in choice
                    )
                    >= least
                    for region, least in fixed.items()
                )
            case ServeMembers():
                of_kind = [pair for pair in choice if self._pair_fits(PairFilter(kind=rule.kind), pair)]
                served = {self._key(holder) for pair in of_kind for holder in pair if self.fits(rule.serve, holder)}
                return len(served) >= (rule.at_least if rule.at_least is not None else fixed[""])
            case CountPerMember():
                had = Counter(self._counted(rule, choice))
                most_kept = rule.at_most is None or all(number <= rule.at_most for number in had.values())
                return most_kept and all(
                    had[key] >= min(rule.at_least or 0, reach) for key, reach in self._reach(rule, left).items()
                )

    def _counted(self, rule: CountPerMember, pairs: Sequence[Pair]) -> Iterator[tuple[str, str]]:
        """For each member and each of its pairs that counts: the member, and its partner's country or region."""
        for pair in pairs:
            for near, far in (pair, pair[::-1]):
                if self._counts(rule, pair, near, far):
                    yield self._key(near), "" if rule.of_one is None else _home(self.members[far], rule.of_one.value)

    def _counts(self, rule: CountPerMember, pair: Pair, near: str, far: str) -> bool:
        return (
            self._pair_fits(PairFilter(kind=rule.kind, within=rule.within, across=rule.across), pair)
            and self.fits(rule.each, near)
            and (rule.partner is None or self.fits(rule.partner, far))
        )

    def _reach(self, rule: CountPerMember, left: Sequence[Pair]) -> Mapping[tuple[str, str], int]:
        able = [pair for pair in left if all(self.capacity[holder] for holder in pair)]
        at = Counter(near for pair in able for near, far in (pair, pair[::-1]) if self._counts(rule, pair, near, far))
        reach: Counter[tuple[str, str]] = Counter()
        for holder, number in at.items():
            reach[self._key(holder), ""] += min(self.capacity[holder], number)
        return reach

    def _key(self, holder: str) -> str:
        member = self.members[holder]
        return member.holder if isinstance(member, Programme) else member.city_id


def _spoken(member: Member) -> set[str]:
    return {language.partition("-")[0] for language in member.languages}


def _home(member: Member, by: str) -> str:
    if isinstance(member, City):
        return str(getattr(member, by))
    return member.home_country if by == "country" else country_regions()[member.home_country]


def _kilometres(one: Member, other: Member) -> float | None:
    if isinstance(one, Programme) or isinstance(other, Programme):
        return None
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    north_a, north_b = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude) / 2
    chord = sin((north_b - north_a) / 2) ** 2 + cos(north_a) * cos(north_b) * sin(east) ** 2
    return 2 * 6371.0 * asin(sqrt(min(1.0, chord)))
