"""One member changes in a network of many: what each step takes until its suggestions are written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from time import perf_counter, process_time
from typing import Final

from benchmarks.candidates import members
from benchmarks.measuring import Cost
from isopolity.contracts.registry import CityState, Need, Offer, PartnerState
from isopolity.contracts.registry import Programme as Line
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.application.candidates.candidate_search import CandidateSearch, free_capacities
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.domain.member import City, Programme
from isopolity.matching.domain.network import Network, Tie

TOP: Final = 20
NOW: Final = datetime(2026, 11, 25, tzinfo=UTC)
MARKET, CANDIDATES, REASONS = "market", "candidates", "reasons"
_OWN: Final = frozenset({"status", "version", "needs", "offers"})
"""Fields of a city's state that are not taken over as they are."""


def changes(cities: int, programmes: int, turns: int) -> Mapping[str, Sequence[Cost]]:
    """The cost of `turns` changes, one after the other, by step; a first one, which compiles, is left out."""
    drawn = members.network(cities, programmes)
    network = network_of(drawn)
    maker = MarketSource(network)
    candidate_search = CandidateSearch(stage=CompiledFirstStage())
    costs: dict[str, list[Cost]] = {MARKET: [], CANDIDATES: [], REASONS: []}
    for turn in range(turns + 1):
        city = drawn.cities[turn * (cities // (turns + 1))]
        wishes = drawn.cities[(turn * 7919 + 1) % cities]
        _put(network, replace(city, needs=wishes.needs, offers=wishes.offers, version=turn + 2))
        started = _now()
        market = maker.market(NOW.date())
        drawn_up = _now()
        free = free_capacities(market, {})
        best = candidate_search.candidates(market, free.keys(), (), only=city.capacities.keys()).best(TOP)
        found = _now()
        _ = [new_proposal(candidate, market, "", None, NOW) for candidate in best]
        for name, (start, end) in {
            MARKET: (started, drawn_up),
            CANDIDATES: (drawn_up, found),
            REASONS: (found, _now()),
        }.items():
            costs[name].append(Cost(end.clock - start.clock, end.work - start.work))
        del market, best  # nobody holds it any more, as after a request
    return {name: found[1:] for name, found in costs.items()}


def network_of(drawn: members.Members) -> Network:
    """The network that the graph reader would hold of these members."""
    network = Network()
    for city in drawn.cities:
        _put(network, city)
    for partner_id, lines in groupby(drawn.programmes, key=lambda programme: programme.partner_id):
        state = _partner(partner_id, list(lines)).model_dump_json().encode()
        network.put_member("partner", partner_id, 1, "endorsed", state)
    for one, other, tie_id in drawn.ties.edges(keys=True):
        network.put_tie(Tie(tie_id, 1, True, one, other, "twinning"))
    return network


def _put(network: Network, city: City) -> None:
    state = CityState(
        version=city.version,
        status="endorsed",
        needs=tuple(Need(subject=each.subject, intensity=each.intensity, mode=each.mode) for each in city.needs),
        offers=tuple(Offer(subject=each.subject, intensity=each.intensity, mode=each.mode) for each in city.offers),
        **{name: getattr(city, name) for name in CityState.model_fields if name not in _OWN and hasattr(city, name)},
    )
    network.put_member("city", city.city_id, city.version, "endorsed", state.model_dump_json().encode())


def _partner(partner_id: str, lines: Sequence[Programme]) -> PartnerState:
    return PartnerState(
        partner_id=partner_id,
        version=1,
        status="endorsed",
        kind="foundation",
        name=lines[0].partner_name,
        home_country=lines[0].home_country,
        languages=lines[0].languages,
        programmes=tuple(
            Line(**{name: getattr(each, name) for name in Line.model_fields if hasattr(each, name)}) for each in lines
        ),
    )


def _now() -> Cost:
    return Cost(perf_counter(), process_time())
