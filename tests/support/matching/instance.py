"""One instance of matching without its broker: a network put together by hand, on a real database."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from isopolity.clock import uuid7
from isopolity.contracts.registry import CityState
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.adapters.sql.tables import MESSAGING
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.ports.engine import RoundSolver
from isopolity.matching.application.workflows.alternates import Alternates
from isopolity.matching.application.workflows.issuance import Issuing, SendingPolicy
from isopolity.matching.application.workflows.new_proposal import draft
from isopolity.matching.application.workflows.round_computation import Assigning
from isopolity.matching.application.workflows.rounds import Rounds
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import Round, RoundPlan, RoundResult
from isopolity.matching.entrypoints.round_runner import RoundRunner
from isopolity.matching.errors import GraphNotReady
from isopolity.persistence.database import Database
from isopolity.persistence.lease import lease
from isopolity.persistence.outbox import EventFactory
from isopolity.persistence.unit_of_work import Storage
from tests.support.matching.service import NOW, TestClock, city, need, offer


class ReadGraph:
    """A GraphView over a network that is there already, unless a test sets `is_ready` to False."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.is_ready = True

    async def caught_up(self) -> None:
        if not self.is_ready:
            raise GraphNotReady("The network is still being read; try again in a moment.")


def network_of(states: Sequence[CityState]) -> Network:
    network = Network()
    for state in states:
        network.put_member("city", state.city_id, state.version, state.status, state.model_dump_json().encode())
    return network


class Instance:
    """One instance of matching on a database that others use too."""

    def __init__(
        self,
        database: Database,
        network: Network,
        policy: SendingPolicy,
        clock: TestClock,
        solver: RoundSolver | None = None,
    ) -> None:
        events = EventFactory("urn:isopolity:matching", clock, uuid7)
        storage = Storage(database=database, tables=MESSAGING, events=events, wake=lambda: None)
        self.unit_of_work: Callable[[], SqlMatchingUnitOfWork] = lambda: SqlMatchingUnitOfWork(storage)
        self.network = network
        self.graph = ReadGraph(network)
        self.clock = clock
        self.markets = MarketSource(network)
        self.issuing = Issuing(network=network, policy=policy, answer_days=21)
        self.rounds = Rounds(
            unit_of_work=self.unit_of_work,
            lease=lambda: lease(database, "round", poll=0.01),
            graph=self.graph,
            markets=self.markets,
            assigning=Assigning(
                candidate_search=CandidateSearch(stage=CompiledFirstStage()),
                solver=solver or AssignmentSolver(),
                versions={},
                secret=lambda: b"a secret of sixteen bytes or more",
                clock=clock,
                ids=uuid7,
            ),
            issuing=self.issuing,
            clock=clock,
            ids=uuid7,
            freeze=timedelta(days=365),
        )
        self.alternates = Alternates(
            unit_of_work=self.unit_of_work,
            graph=self.graph,
            markets=self.markets,
            candidate_search=CandidateSearch(stage=CompiledFirstStage()),
            issuing=self.issuing,
            clock=clock,
            ids=uuid7,
            freeze=timedelta(days=365),
        )
        self.runner = RoundRunner(rounds=self.rounds, observer=self)
        self.ended: list[str] = []

    def round_ended(self, status: str, seconds: float) -> None:
        self.ended.append(status)

    def answers_complete(self, seconds: float) -> None:
        return

    def round_done(self, pairs: int, gap: float) -> None:
        return

    async def run_round(self, seed: int = 0, **plan: Any) -> RoundResult:
        """A round from its order to its result; another instance may compute it."""
        ordered = await self.rounds.order(RoundPlan(seed=seed, **plan))
        await self.runner.work()
        known = await self.round(ordered.round_id)
        assert known.result is not None, known
        return known.result

    async def round(self, round_id: str) -> Round:
        async with self.unit_of_work() as uow:
            return await uow.rounds.get(round_id)

    def drafts(self) -> list[Proposal]:
        """A proposal for every candidate there is."""
        market = self.markets.market(NOW.date())
        candidates = CandidateSearch(stage=CompiledFirstStage()).candidates(market, market.capacities.keys(), ())
        return [draft(candidate, market, uuid7(), None, NOW) for candidate in candidates]

    async def issue(self, drafts: Sequence[Proposal]) -> int:
        async with self.unit_of_work() as uow:
            outcome = await self.issuing.add(uow, drafts, NOW)
            await uow.commit()
        return len(outcome.issued)


def many_wishes(number: int, capacity: int) -> list[CityState]:
    """Cities that all fit each other."""
    return [
        city(
            f"city-{i}",
            country=f"{chr(65 + i)}X",
            capacity=capacity,
            needs=(need("cluster.literacy"),),
            offers=(offer("cluster.literacy"),),
        )
        for i in range(number)
    ]
