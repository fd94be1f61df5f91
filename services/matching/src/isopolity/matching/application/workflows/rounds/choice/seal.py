"""The members of a round as they are sealed with its certificate, so that what it says of all pairs can be checked.

Invariant: it states what scores, rules and places come from, under the numbers of the certificate, and no more: no
contact and no word that a member wrote. Cities stand in it by id, as rules may name them, and what is expected of
answers as a number for each member, so that it is for auditors under the duties of staff.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any, Final

from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.certificate import AllPairs
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.audit.sealed_members import written
from isopolity.matching.domain.meaning.own_words import OwnWords
from isopolity.matching.domain.member import SPONSORSHIP, TWINNING, City, Programme, Request, Topic, holders_of_pair
from isopolity.matching.domain.money.grants import left_of
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.rule_book import Source
from isopolity.thesaurus.concepts import MOST_TOPICS, concepts


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfAll:
    """What a round says of all pairs, with what it is said from."""

    claim: AllPairs
    plan: RoundPlan
    situation: Situation
    holders: Sequence[str]
    """The holder at each node of the problem."""
    sources: Sequence[Source]
    """Where the rules of the problem come from; floors, which have none, come after these."""
    weighed_before: bool = False
    """Whether the candidates were weighed before, as those of a draft are."""

    def sealed(self, problem: RoundProblem, numbers: Integers, minimum_score: float, salt: bytes) -> str:
        """The document, in which node i of the problem has the number `numbers[i]`."""
        nodes = dict(zip(self.holders, numbers.tolist(), strict=True))
        floors = [_NO_SOURCE] * (len(problem.rules) - len(self.sources))
        return written(
            {
                "salt": salt.hex(),
                "minimum_score": minimum_score,
                "weighed_before": self.weighed_before,
                "counted_by": [_counted_by(each) for each in (*self.sources, *floors)],
                **_Sealing(self.plan, self.situation, nodes).fields(),
            }
        )


_NO_SOURCE: Final = Source(position=None)


def _counted_by(source: Source) -> Sequence[Any] | None:
    return None if source.position is None else [source.position, source.group]


class _Sealing:
    def __init__(self, plan: RoundPlan, situation: Situation, nodes: Mapping[str, int]) -> None:
        self._plan, self._situation, self._nodes = plan, situation, nodes
        self._market: Market = situation.market
        self._expected = situation.expected

    def fields(self) -> Mapping[str, Any]:
        """The fields that come from plan and situation."""
        market, acts = self._market, self._market.profiles.legal_acts.acts
        return {
            "weights": market.weights.document(),
            "legal_acts": {
                kind: [[sorted(act.one_side), sorted(act.other_side)] for act in acts if kind in act.kinds]
                for kind in (TWINNING, SPONSORSHIP)
            },
            "has_affinity": market.affinity is not None,
            "has_budgets": self._situation.amounts is not None,
            "kinds": list(self._plan.kinds),
            "cities": [self._city(number, city) for number, city in enumerate(market.profiles.cities)],
            "programmes": [self._programme(number, each) for number, each in enumerate(market.programmes)],
            "requests": [self._request(each.request) for each in market.targets.targets if each.request is not None],
            "barred": self._barred(),
            "rules": [asdict(rule) for rule in self._plan.book.rules],
        }

    def _city(self, number: int, city: City) -> Mapping[str, Any]:
        profiles, market = self._market.profiles, self._market
        clock, today = float(profiles.utc_offset[number]), self._market.today
        return {
            "id": city.city_id,
            "country": city.country,
            "region": city.region,
            "kind": city.kind,
            "population": city.population,
            "latitude": city.latitude,
            "longitude": city.longitude,
            "utc_offset": None if isnan(clock) else clock,
            "languages": list(city.languages),
            "learning": city.learning_city_since is not None,
            "field": city.creative_field,
            "own_country": city.wants_own_country,
            "travels": city.travels,
            "hosts": city.hosts,
            "tie": bool(profiles.has_tie[number]),
            "any_tie": bool(market.tied_to(city.city_id)),
            "component": int(profiles.component[number]),
            "needs": [_entry(each) for each in city.needs if each.stands(today)],
            "offers": [_entry(each) for each in city.offers if each.stands(today)],
            **self._places({TWINNING: city.twinning_holder, SPONSORSHIP: city.sponsorship_holder}, city.key),
        }

    def _programme(self, number: int, programme: Programme) -> Mapping[str, Any]:
        situation = self._situation
        left = left_of([programme], situation.commitments, situation.amounts or {})
        return {
            "partner": programme.partner_id,
            "programme": programme.programme_id,
            "partner_kind": programme.partner_kind,
            "home_country": programme.home_country,
            "languages": list(programme.languages),
            "subjects": list(programme.subjects),
            "supports": list(programme.supports),
            "topics": _topics(programme.topics),
            "words": _words(programme.words),
            "regions": list(programme.regions),
            "countries": list(programme.countries),
            "population_min": programme.population_min,
            "population_max": programme.population_max,
            "grant_min": programme.grant_min,
            "grant_max": programme.grant_max,
            "budget": programme.budget,
            "currency": programme.currency,
            "left": left[programme.holder],
            "component": int(self._market.programme_components[number]),
            **self._places({SPONSORSHIP: programme.holder}, programme.key),
        }

    def _places(self, holders: Mapping[str, str], key: str) -> Mapping[str, Any]:
        """The node, the room and the expectation of a member for each kind of pairs."""
        expected = self._expected
        return {
            "node": {kind: self._nodes.get(holder) for kind, holder in holders.items()},
            "room": {kind: self._situation.free.get(holder, 0) for kind, holder in holders.items()},
            "yes": None if expected is None else {kind: expected.acceptance(kind, key) for kind in holders},
        }

    def _request(self, request: Request) -> Mapping[str, Any]:
        amounts = self._situation.amounts or {}
        return {
            "city": self._market.profiles.index[request.city_id],
            "subjects": list(request.subjects),
            "topics": _topics(request.topics),
            "words": _words(request.words),
            "amount_min": request.amount_min,
            "amount_max": request.amount_max,
            "currency": request.currency,
            "set": {
                currency: [max(each.least - each.co_funding, 0), max(each.most - each.co_funding, 0)]
                for (request_id, currency), each in amounts.items()
                if request_id == request.request_id and each.holds_for(request)
            },
        }

    def _barred(self) -> Mapping[str, Any]:
        """The pairs that are tied, closed, or forbidden by staff."""
        market, index = self._market, self._market.profiles.index
        programmes = {each.holder: number for number, each in enumerate(market.programmes)}
        twins, grants = set[tuple[int, int]](), set[tuple[int, int]]()
        for one, other in (*market.ties.edges(), *market.apart.edges()):
            if one in index and other in index:
                twins.add((index[one], index[other]))
        for number, programme in enumerate(market.programmes):
            grants.update((number, city) for city in market.tied_cities(programme.partner_id))
        for key in self._situation.closed:
            one, _, other = key.partition(":")
            if one in index and other in index:
                twins.add((index[one], index[other]))
            elif one in programmes and other in index:
                grants.add((programmes[one], index[other]))
        for pair in self._plan.never:
            one, other = sorted(holders_of_pair(*pair), key=lambda holder: holder not in programmes)
            a, b = (market.twinning_city(each) for each in (one, other))
            if a is not None and b is not None:
                twins.add((a, b))
            elif one in programmes and (city := market.sponsorship_city(other)) is not None:
                grants.add((programmes[one], city))
        return {TWINNING: sorted(twins), SPONSORSHIP: sorted(grants)}


def _entry(topic: Topic) -> Sequence[Any]:
    return [topic.subject, topic.intensity, topic.mode, _topics(topic.topics), _words(topic.words)]


def _topics(codes: Sequence[str]) -> Sequence[str]:
    """The topics that this release knows, each once."""
    known = concepts()
    return list(dict.fromkeys(code for code in codes if code in known))[:MOST_TOPICS]


def _words(words: OwnWords | None) -> Sequence[Any] | None:
    """The language of own words, and their features."""
    return None if words is None else [words.language, b64encode(words.features).decode()]
