"""Wires matching: everything that it needs from outside is opened here, unless it is given."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Final

from pydantic import JsonValue

from isopolity.clock import Clock, IdFactory, system_clock, uuid7
from isopolity.contracts.catalogue import (
    CITY,
    DELIVERY,
    NOTIFY_CANARY,
    PARTNER,
    REGISTRY_CANARY,
    REQUEST,
    RESPONSE,
    TWINNING,
)
from isopolity.lineage import Tracing
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.adapters.graph_reader import GRAPH_TOPICS, GraphReader
from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.adapters.sql.retention import KINDS, forgetting
from isopolity.matching.adapters.sql.tables import MESSAGING
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.adapters.versions import solver_versions
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.ports.engine import RoundSolver
from isopolity.matching.application.workflows.alternates import Alternates
from isopolity.matching.application.workflows.approval import Approving
from isopolity.matching.application.workflows.fit_queries import Explaining
from isopolity.matching.application.workflows.handlers import Handlers
from isopolity.matching.application.workflows.issuance import Issuing
from isopolity.matching.application.workflows.round_computation import Assigning
from isopolity.matching.application.workflows.rounds import Rounds
from isopolity.matching.application.workflows.settlement import Settling
from isopolity.matching.application.workflows.suggestions import Suggesting
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.entrypoints.after_graph import AfterGraph
from isopolity.matching.entrypoints.deadlines import Deadlines
from isopolity.matching.entrypoints.http.explanations import explanation_router
from isopolity.matching.entrypoints.http.members import member_router
from isopolity.matching.entrypoints.http.rounds import round_router
from isopolity.matching.entrypoints.http.staff import staff_router
from isopolity.matching.entrypoints.round_runner import RoundRunner
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.broker import MessageBroker
from isopolity.persistence.database import Database
from isopolity.persistence.lease import lease
from isopolity.persistence.processor import Handler
from isopolity.persistence.retention import Retention, chores
from isopolity.runtime.service import Foundation, Service, ServiceConsumer, open_foundation
from isopolity.web.tokens import TokenVerifier

NAME: Final = "matching"
GROUP: Final = "isopolity.matching"
TOPICS: Final = tuple(
    topic.name for topic in (CITY, PARTNER, REQUEST, TWINNING, RESPONSE, DELIVERY, REGISTRY_CANARY, NOTIFY_CANARY)
)
_OUTCOMES: Final = ("sent", "deferred", "bounced", "failed", "suppressed", "unknown")
ROUND_LEASE: Final = "isopolity.matching.round"


@asynccontextmanager
async def open_matching(
    settings: MatchingSettings,
    *,
    broker: MessageBroker | None = None,
    database: Database | None = None,
    tokens: TokenVerifier | None = None,
    solver: RoundSolver | None = None,
    tracing: Tracing | None = None,
    clock: Clock = system_clock,
    ids: IdFactory = uuid7,
) -> AsyncIterator[Service]:
    """matching, wired."""
    async with open_foundation(
        settings,
        NAME,
        MESSAGING,
        settings.database_url,
        broker=broker,
        database=database,
        tracing=tracing,
        clock=clock,
        ids=ids,
    ) as foundation:
        graph = GraphReader(foundation.broker, patience=settings.graph_patience_seconds)
        parts = _parts(settings, foundation, graph, solver or AssignmentSolver())
        yield _service(settings, foundation, graph, parts, tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The application, wired."""

    settling: Settling
    alternates: Alternates
    suggesting: Suggesting
    rounds: Rounds
    approving: Approving
    explaining: Explaining


def _parts(settings: MatchingSettings, foundation: Foundation, graph: GraphReader, solver: RoundSolver) -> _Parts:
    clock, ids = foundation.clock, foundation.ids
    markets = MarketSource(graph.network, settings.network_weights, settings.network_affinity)
    candidate_search = CandidateSearch(stage=CompiledFirstStage(), minimum_score=settings.minimum_score)
    issuing = Issuing(network=graph.network, policy=settings.sending_policy, answer_days=settings.answer_days)
    return _Parts(
        settling=Settling(clock=clock, ids=ids),
        alternates=Alternates(
            unit_of_work=lambda: SqlMatchingUnitOfWork(foundation.storage),
            graph=graph,
            markets=markets,
            candidate_search=candidate_search,
            issuing=issuing,
            clock=clock,
            ids=ids,
            freeze=settings.freeze,
        ),
        suggesting=Suggesting(
            markets=markets,
            candidate_search=candidate_search,
            solver=solver,
            issuing=issuing,
            clock=clock,
            ids=ids,
            freeze=settings.freeze,
        ),
        rounds=Rounds(
            unit_of_work=lambda: SqlMatchingUnitOfWork(foundation.storage),
            lease=lambda: lease(foundation.database, ROUND_LEASE),
            graph=graph,
            markets=markets,
            assigning=Assigning(
                candidate_search=candidate_search,
                solver=solver,
                versions=solver_versions(),
                secret=lambda: token_bytes(32),
                clock=clock,
                ids=ids,
            ),
            issuing=issuing,
            clock=clock,
            ids=ids,
            freeze=settings.freeze,
        ),
        approving=Approving(
            unit_of_work=lambda: SqlMatchingUnitOfWork(foundation.storage), graph=graph, issuing=issuing, clock=clock
        ),
        explaining=Explaining(
            graph=graph, markets=markets, candidate_search=candidate_search, clock=clock, freeze=settings.freeze
        ),
    )


def _service(
    settings: MatchingSettings, foundation: Foundation, graph: GraphReader, parts: _Parts, tokens: TokenVerifier | None
) -> Service:
    queries = MatchingQueries(foundation.database)
    deadlines = Deadlines(
        settling=parts.settling,
        alternates=parts.alternates,
        unit_of_work=lambda: SqlMatchingUnitOfWork(foundation.storage),
        answers_complete_before=queries.answers_complete_before,
        observer=foundation.metrics,
        clock=foundation.clock,
        interval=settings.settle_seconds,
    )
    due = chores(KINDS, settings, forgetting(foundation.storage))
    retention = Retention(storage=foundation.storage, service=NAME, chores=due)
    runner = RoundRunner(rounds=parts.rounds, observer=foundation.metrics)
    handlers = Handlers(
        settling=parts.settling,
        suggesting=parts.suggesting,
        policy=settings.sending_policy,
        clock=foundation.clock,
    )
    return foundation.service(
        tokens=tokens,
        title="Isopolity matching",
        description="Proposes twinnings and sponsorships, with reasons, and keeps the partnerships that come of them.",
        routers=[
            round_router(parts.rounds, queries, runner.wake),
            staff_router(parts.approving, queries),
            member_router(queries),
            explanation_router(parts.explaining, queries),
        ],
        consumers=[_worker(foundation, graph, handlers)],
        tasks={"graph": graph.run, "deadlines": deadlines.run, "rounds": runner.run, "retention": retention.run},
        checks={"graph": lambda: _graph_check(graph)},
        counts=lambda: _counts(queries, graph, foundation.clock),
        canary=queries.canary_sounded,
    )


def _worker(foundation: Foundation, graph: GraphReader, handlers: Handlers) -> ServiceConsumer:
    return foundation.consumer(
        GROUP,
        TOPICS,
        lambda: SqlMatchingUnitOfWork(foundation.storage),
        _by_type(handlers),
        around=lambda processor: AfterGraph(graph, GRAPH_TOPICS, processor),
    )


def _by_type(handlers: Handlers) -> Mapping[str, Handler[SqlMatchingUnitOfWork]]:
    by_topic: dict[str, tuple[tuple[str, ...], Handler[SqlMatchingUnitOfWork]]] = {
        CITY.name: (("registered", "revised", "endorsed", "withdrawn"), handlers.city_changed),
        PARTNER.name: (("registered", "revised", "endorsed", "withdrawn"), handlers.partner_changed),
        REQUEST.name: (("published", "revised", "closed"), handlers.request_changed),
        TWINNING.name: (("declared", "retracted"), handlers.twinning_changed),
        DELIVERY.name: (_OUTCOMES, handlers.delivered),
        REGISTRY_CANARY.name: (("sounded",), handlers.canary_sounded),
        NOTIFY_CANARY.name: (("returned",), handlers.canary_returned),
    }
    by_type = {f"{topic}.{verb}.v1": handler for topic, (verbs, handler) in by_topic.items() for verb in verbs}
    return by_type | {
        f"{RESPONSE.name}.received.v1": handlers.response_received,
        f"{RESPONSE.name}.completed.v1": handlers.responses_completed,
    }


async def _graph_check(graph: GraphReader) -> str | None:
    if not graph.is_connected:
        return "the network is not read: the broker does not answer the graph reader"
    return None if graph.is_ready else "the network is still being read from the broker"


async def _counts(queries: MatchingQueries, graph: GraphReader, clock: Clock) -> dict[str, JsonValue]:
    network = graph.network.graph
    return {
        **await queries.counts(),
        "graph_nodes": network.number_of_nodes(),
        "graph_edges": network.number_of_edges(),
        "graph_lag": await graph.lag(),
        "members_without_contact": len(graph.network.unmailable),
        "answers_complete_seconds": _seconds_since(await queries.answers_complete_before(), clock),
        "canary_returned_seconds": _seconds_since(await queries.canary_returned(), clock),
    }


def _seconds_since(moment: datetime | None, clock: Clock) -> float | None:
    return None if moment is None else (clock() - moment).total_seconds()
