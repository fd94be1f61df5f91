"""One instance of matching without its broker: a network made by hand, on a database or a store in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from isopolity.contracts.event import Data
from isopolity.contracts.event_types import RESPONSE_RECEIVED
from isopolity.contracts.notify import ResponseReceived
from isopolity.contracts.registry import CityState
from isopolity.machine.clock import Clock, IdFactory, uuid7
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.queries import MatchingQueries, ProposalFilter
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.ports.engine import Affinity, GraphView, ServingSolver
from isopolity.matching.application.ports.unit_of_work import RoundLease, UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts.edits import (
    EditOrder,
    edit_draft,
    undo_edit,
)
from isopolity.matching.application.workflows.drafts.improvement import improve_draft, improved_draft
from isopolity.matching.application.workflows.drafts.pairs import Scope, Wanted
from isopolity.matching.application.workflows.drafts.publication import (
    Publication,
    PublicationPlan,
    plan_publication,
    prepare_publication,
    publish_draft,
    undo_publication,
)
from isopolity.matching.application.workflows.drafts.states import discard_draft, release_due
from isopolity.matching.application.workflows.handlers import handlers
from isopolity.matching.application.workflows.issuance import Issuance, Selection, add_proposals, approve, discard
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.application.workflows.rounds.orders import cancel_round, order_round
from isopolity.matching.application.workflows.settlement import settle_due, take_back
from isopolity.matching.application.workflows.suggestions import propose_alternates
from isopolity.matching.application.workflows.surroundings import Engine, Surroundings
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.draft import Act, Draft, DraftEdit
from isopolity.matching.domain.draft_report import PublicationRecord, last_standing
from isopolity.matching.domain.legal_acts import NO_ACTS, LegalActs
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import Round, RoundPlan, RoundResult
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.entrypoints.round_runner import RoundRunner
from isopolity.matching.errors import GraphNotReady
from isopolity.persistence.database import Database
from isopolity.persistence.lease import lease
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.fakes import FakeStore
from tests.support.matching.service import NOW, TestClock, city, need, offer

ALL_HELD: Final = Selection()


class ReadGraph:
    """A GraphView over an existing network, which is ready unless a test sets `is_ready` to False."""

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
    """One instance of matching on a store that other instances may share: a database, or one in memory."""

    def __init__(
        self,
        store: Database | FakeStore,
        network: Network,
        policy: SendingPolicy,
        clock: TestClock,
        solver: ServingSolver | None = None,
        undo_window: timedelta = timedelta(0),
        legal_acts: LegalActs = NO_ACTS,
    ) -> None:
        self.store = store
        self.network = network
        self.clock = clock
        self.graph = ReadGraph(network)
        self.surroundings = surroundings_of(
            network,
            policy=policy,
            clock=clock,
            solver=solver,
            graph=self.graph,
            undo_window=undo_window,
            legal_acts=legal_acts,
        )
        self.unit_of_work, lease_of_rounds = _transactions(store, clock)
        self.runner = RoundRunner(
            unit_of_work=self.unit_of_work, lease=lease_of_rounds, surroundings=self.surroundings, observer=self
        )
        self.ended: list[str] = []

    def round_ended(self, status: str, seconds: float) -> None:
        self.ended.append(status)

    def answers_complete(self, before: datetime) -> None:
        return

    def round_done(self, pairs: int, gap: float) -> None:
        return

    async def order(self, plan: RoundPlan) -> Round:
        await self.graph.caught_up()
        async with self.unit_of_work() as uow:
            ordered = await order_round(plan, uow, self.surroundings)
            await uow.commit()
        return ordered

    async def cancel(self, round_id: str) -> Round:
        async with self.unit_of_work() as uow:
            cancelled = await cancel_round(round_id, uow, self.clock())
            await uow.commit()
        return cancelled

    async def run_round(self, seed: int = 0, **plan: Any) -> RoundResult:
        """Run a round from its order to its result; another instance may compute it."""
        ordered = await self.order(RoundPlan(seed=seed, **plan))
        await self.runner.work()
        known = await self.round(ordered.round_id)
        assert known.result is not None, known
        return known.result

    async def round(self, round_id: str) -> Round:
        async with self.unit_of_work() as uow:
            return await uow.rounds.get(round_id)

    async def run_draft(self, seed: int = 0, **plan: Any) -> Draft:
        """Run a round under hold from its order to its draft."""
        ordered = await self.order(RoundPlan(seed=seed, **plan))
        await self.runner.work()
        return await self.draft(ordered.round_id)

    async def draft(self, round_id: str) -> Draft:
        async with self.unit_of_work() as uow:
            return await uow.drafts.get(round_id)

    async def draft_pairs(self, round_id: str) -> set[Pair]:
        """The pairs that a draft has chosen, by holders."""
        async with self.unit_of_work() as uow:
            numbers = await uow.drafts.numbers(round_id)
        return set(numbers.pairs(numbers.choice.chosen))

    async def edit(
        self, round_id: str, act: Act, pair: Pair, by_pair: Pair | None = None, seen: int | None = None
    ) -> DraftEdit:
        async with self.unit_of_work() as uow:
            order = EditOrder(act=act, pair=pair, by_pair=by_pair)
            _, (edit,) = await edit_draft(round_id, [order], "staff", uow, self.surroundings, seen=seen)
            await uow.commit()
        return edit

    async def improve(self, round_id: str) -> DraftEdit:
        found = await improved_draft(round_id, self.unit_of_work, self.surroundings)
        async with self.unit_of_work() as uow:
            _, edit = await improve_draft(found, "staff", uow, self.surroundings)
            await uow.commit()
        return edit

    async def undo_edit(self, round_id: str, seen: int | None = None) -> DraftEdit:
        async with self.unit_of_work() as uow:
            _, edit = await undo_edit(round_id, "staff", uow, self.surroundings, seen=seen)
            await uow.commit()
        return edit

    async def plan(
        self, round_id: str, only: Collection[Pair] | None = None, fitting: Wanted | None = None
    ) -> PublicationPlan:
        scope = Scope(only=only, fitting=fitting)
        return await plan_publication(round_id, scope, self.unit_of_work, self.surroundings)

    async def publish(
        self,
        round_id: str,
        only: Collection[Pair] | None = None,
        token: str | None = None,
        fitting: Wanted | None = None,
    ) -> Publication:
        """Publish a draft by the plan with this token, or by the plan that is made now."""
        if token is None:
            token = (await self.plan(round_id, only, fitting)).token
        scope = Scope(only=only, fitting=fitting)
        prepared = await prepare_publication(round_id, scope, token, self.unit_of_work, self.surroundings)
        async with self.unit_of_work() as uow:
            done = await publish_draft(prepared, "staff", uow, self.surroundings)
            await uow.commit()
        return done

    async def undo(self, round_id: str) -> int:
        async with self.unit_of_work() as uow:
            _, number = await undo_publication(round_id, uow, self.clock())
            await uow.commit()
        return number

    async def discard_draft(self, round_id: str) -> Draft:
        async with self.unit_of_work() as uow:
            discarded = await discard_draft(round_id, uow)
            await uow.commit()
        return discarded

    async def take_back(self, proposal_ids: Collection[str] | None, round_id: str | None = None) -> int:
        async with self.unit_of_work() as uow:
            ended = await take_back(proposal_ids, round_id, uow, self.clock())
            await uow.commit()
        return len(ended)

    async def release(self) -> int:
        """Send out the proposals that are due by the clock."""
        return await release_due(self.unit_of_work, self.surroundings)

    async def proposals(self, stage: str | None = None) -> list[Proposal]:
        """The proposals of a stage, or all, the newest first."""
        if isinstance(self.store, FakeStore):
            return self.store.proposals(stage)
        return list(await MatchingQueries(self.store).proposals(ProposalFilter(stage=stage), None, 200))

    async def publications(self, round_id: str) -> Sequence[PublicationRecord]:
        async with self.unit_of_work() as uow:
            return await uow.publications.of_round(round_id)

    async def certificate(self, round_id: str, number: int | None = None) -> bytes | None:
        """The certificate of a publication, or of the last one that stands."""
        last = last_standing(await self.publications(round_id))
        if number is None and last is None:
            return None
        wanted = number or (last.number if last else 0)
        if isinstance(self.store, FakeStore):
            return self.store.certificate(round_id, wanted)
        return await MatchingQueries(self.store).publications.certificate(round_id, wanted)

    def new_proposals(self) -> list[Proposal]:
        """A proposal for every candidate pair."""
        market = self.surroundings.markets.market(NOW.date())
        search = CandidateSearch(stage=CompiledFirstStage())
        candidates = search.candidates(market, market.capacities.keys(), ())
        return [new_proposal(candidate, market, uuid7(), None, NOW) for candidate in candidates]

    async def issue(self, proposals: Sequence[Proposal]) -> int:
        async with self.unit_of_work() as uow:
            issuance = await add_proposals(proposals, uow, self.surroundings)
            await uow.commit()
        return len(issuance.issued)

    async def approve(self, selection: Selection = ALL_HELD) -> Issuance:
        await self.graph.caught_up()
        async with self.unit_of_work() as uow:
            issuance = await approve(selection, uow, self.surroundings)
            await uow.commit()
        return issuance

    async def discard(self, selection: Selection = ALL_HELD) -> int:
        async with self.unit_of_work() as uow:
            discarded = await discard(selection, uow, self.clock())
            await uow.commit()
        return discarded

    async def take_in(self, event_type: str, state: Data) -> None:
        """Handle an event of registry as the worker does, in a transaction of its own."""
        async with self.unit_of_work() as uow:
            await self.handle(event_type, state, uow)
            await uow.commit()

    async def handle(self, event_type: str, state: Data, uow: UnitOfWork) -> None:
        """Handle an event of registry as the worker does, in a transaction that goes on."""
        event = EventFactory("urn:isopolity:registry", self.clock, uuid7).event(event_type, state)
        await handlers(self.surroundings)[event_type](event, uow)

    async def answer(self, proposal_id: str, side: str, answer: str, at: datetime | None = None) -> None:
        """Take in an answer, given now unless `at` says when."""
        response = ResponseReceived(
            response_id=uuid7(), proposal_id=proposal_id, side=side, answer=answer, answered_at=at or self.clock()
        )
        await self.take_in(RESPONSE_RECEIVED, response)

    async def settle(self) -> Sequence[Proposal]:
        """Settle the proposals that are due by the clock, as if all answers were known."""
        return await settle_due(self.unit_of_work, self.clock())

    async def propose_alternates(self, settled: Sequence[Proposal]) -> int:
        return await propose_alternates(settled, self.unit_of_work, self.surroundings)


def surroundings_of(
    network: Network,
    *,
    policy: SendingPolicy = SendingPolicy.HOLD,
    clock: Clock = lambda: NOW,
    ids: IdFactory = uuid7,
    solver: ServingSolver | None = None,
    search: CandidateSearch | None = None,
    graph: GraphView | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
    affinity: Affinity | None = None,
    undo_window: timedelta = timedelta(0),
    legal_acts: LegalActs = NO_ACTS,
) -> Surroundings:
    """Surroundings of use cases, on an existing network."""
    return Surroundings(
        engine=Engine(
            search=search or CandidateSearch(stage=CompiledFirstStage()),
            solver=solver or AssignmentSolver(),
            versions={},
            secret=lambda: b"a secret of sixteen bytes or more",
            clock=clock,
            ids=ids,
        ),
        graph=graph or ReadGraph(network),
        markets=MarketSource(network, weights, affinity, legal_acts=legal_acts),
        policy=policy,
        answer_days=21,
        freeze=timedelta(days=365),
        undo_window=undo_window,
    )


def _transactions(store: Database | FakeStore, clock: TestClock) -> tuple[UnitOfWorkFactory, RoundLease]:
    if isinstance(store, FakeStore):
        return store.unit_of_work, store.lease
    events = EventFactory("urn:isopolity:matching", clock, uuid7)
    storage = Storage(database=store, tables=tables.messaging, events=events, wake=lambda: None)
    return lambda: SqlMatchingUnitOfWork(storage), lambda: lease(store, "round", poll=0.01)


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
