"""Puts matching together: the place that knows the adapter behind each port.

The first stage is chosen in `adapters.engine`, which the library and the warm-up use, too.

Everything that leaves the process goes through `database` and `broker`, so that a test can put its own in their place.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Unpack

from isopolity.matching.adapters.engine import candidate_search, engine_of
from isopolity.matching.adapters.graph_reader import GRAPH_TOPICS, AfterGraph, GraphReader
from isopolity.matching.adapters.nearest_zones import NearestZones
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.answers.fill import AnswerFilling
from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.adapters.sql.retention import KINDS, forgetting
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.adapters.unheard_answers import UnheardAnswers
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.ports.engine import ServingSolver
from isopolity.matching.application.workflows.handlers import TOPICS, handlers
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.round import RoundStatus
from isopolity.matching.entrypoints.http.app import DESCRIPTION, ROUTERS, install
from isopolity.matching.entrypoints.http.context import MatchingContext
from isopolity.matching.entrypoints.http.settings import LISTED_SETTINGS
from isopolity.matching.entrypoints.periodic_tasks import AnswerCounter, Deadlines, MarketKeeper, Releases
from isopolity.matching.entrypoints.round_runner import RoundRunner
from isopolity.matching.entrypoints.status import MatchingStatus
from isopolity.matching.republish import SOURCES
from isopolity.matching.settings import MatchingSettings
from isopolity.observability.catalogue import ROUND_SECONDS
from isopolity.persistence.lease import lease
from isopolity.persistence.republication import Republishing
from isopolity.persistence.retention import Retention, chores, shortest_period
from isopolity.runtime.service import Foundation, Overrides, Service, open_foundation
from isopolity.web.tokens import TokenVerifier

NAME: Final = "matching"
GROUP: Final = "isopolity.matching"
ROUND_LEASE: Final = "isopolity.matching.round"


@asynccontextmanager
async def open_matching(
    settings: MatchingSettings,
    *,
    tokens: TokenVerifier | None = None,
    solver: ServingSolver | None = None,
    **overrides: Unpack[Overrides],
) -> AsyncIterator[Service]:
    """The service, wired but not running; parts that are not given are opened by the settings and closed at the end."""
    async with open_foundation(settings, NAME, tables.messaging, settings.database_url, **overrides) as foundation:
        graph = GraphReader(foundation.broker, patience=settings.graph_patience_seconds)
        surroundings = matching_surroundings(settings, foundation, graph, solver or AssignmentSolver())
        yield _service(settings, foundation, graph, surroundings, tokens)


def matching_surroundings(
    settings: MatchingSettings, foundation: Foundation, graph: GraphReader, solver: ServingSolver
) -> Surroundings:
    """The surroundings of the use cases, made by the settings."""
    nearest_zone = NearestZones()
    return Surroundings(
        engine=engine_of(candidate_search(settings.minimum_score), solver, foundation.clock, foundation.ids),
        graph=graph,
        markets=MarketSource(
            graph.network,
            settings.network_weights,
            settings.network_affinity,
            nearest_zone,
            legal_acts=settings.listed_acts,
        ),
        policy=settings.sending_policy,
        answer_days=settings.answer_days,
        freeze=settings.freeze,
        undo_window=settings.undo_window,
        draft_life=settings.draft_life,
        interest_days=settings.days_to_hear,
        floors=settings.network_floors,
        learns_pairs=settings.learn_pairs,
        nearest_zone=nearest_zone,
    )


def _service(
    settings: MatchingSettings,
    foundation: Foundation,
    graph: GraphReader,
    surroundings: Surroundings,
    tokens: TokenVerifier | None,
) -> Service:
    def unit_of_work() -> SqlMatchingUnitOfWork:
        return SqlMatchingUnitOfWork(foundation.storage)

    queries = MatchingQueries(foundation.database, foundation.settings.topic_partitions)
    status = MatchingStatus(queries=queries, graph=graph, clock=foundation.clock)
    retention = Retention(
        storage=foundation.storage, service=NAME, chores=chores(KINDS, settings, forgetting(foundation.storage))
    )
    foundation.metrics.expect(ROUND_SECONDS, RoundStatus.FAILED)
    deadlines = Deadlines(
        unit_of_work=unit_of_work,
        surroundings=surroundings,
        answers_complete_before=queries.answers_complete_before,
        unheard_answers=UnheardAnswers(foundation.broker, foundation.database),
        observer=foundation.metrics,
        interval=settings.settle_seconds,
    )
    releases = Releases(
        unit_of_work=unit_of_work, surroundings=surroundings, interval=min(settings.settle_seconds, 5.0)
    )
    rounds = RoundRunner(
        unit_of_work=unit_of_work,
        lease=lambda: lease(foundation.database, ROUND_LEASE),
        surroundings=surroundings,
        observer=foundation.metrics,
    )
    counter = AnswerCounter(filling=AnswerFilling(database=foundation.database, clock=foundation.clock))
    worker = foundation.consumer(
        GROUP,
        TOPICS,
        unit_of_work,
        handlers(surroundings),
        around=lambda processor: AfterGraph(graph, GRAPH_TOPICS, processor),
        remembers=shortest_period(KINDS, settings),
    )
    states = Republishing(unit_of_work=unit_of_work, restorations=foundation.tables.restorations, sources=SOURCES)
    service = foundation.service(
        tokens=tokens,
        title="Isopolity matching",
        description=DESCRIPTION,
        routers=ROUTERS,
        listed_settings=LISTED_SETTINGS,
        states=states,
        consumers=[worker],
        tasks={
            "graph": graph.run,
            "market": MarketKeeper(surroundings=surroundings).run,
            "deadlines": deadlines.run,
            "rounds": rounds.run,
            "releases": releases.run,
            "answers": counter.run,
            "retention": retention.run,
        },
        turns={"deadlines": deadlines.settle, "releases": releases.work},
        checks={"graph": status.graph_check},
        counts=status.counts,
        canary=queries.canary_sounded,
        canary_returned=queries.canary_returned,
    )
    context = MatchingContext(
        unit_of_work=unit_of_work,
        reading=lambda: SqlMatchingUnitOfWork(foundation.storage, for_reading=True),
        surroundings=surroundings,
        queries=queries,
        wake_rounds=rounds.wake,
    )
    install(service.app, context)
    return service
