"""Work on a draft, in PostgreSQL: one edit that tells what it costs, and the rest improved around the pins.

Beside an edit stands what would tell the same without it: the choice made anew around the pin.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Final

import numpy as np

from benchmarks.candidates import members
from benchmarks.candidates.one_member import NOW, network_of
from benchmarks.measuring import Contender, Cost, interleaved
from benchmarks.report import Row, Target
from benchmarks.surroundings import Surroundings
from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.first_stage.compiled_first_stage import CompiledFirstStage
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.candidates.candidate_search import CandidateSearch, free_capacities
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.workflows.drafts.edits import EditOrder, edit_draft
from isopolity.matching.application.workflows.drafts.improvement import improve_draft, improved_draft
from isopolity.matching.application.workflows.member_names import name_of_owner
from isopolity.matching.application.workflows.rounds.computation import compute_draft
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.application.workflows.surroundings import Engine
from isopolity.matching.application.workflows.surroundings import Surroundings as Use
from isopolity.matching.assignment.problem import unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.draft import Act, Draft, DraftNumbers, DraftStatus
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import upgrade
from isopolity.persistence.unit_of_work import EventFactory, Storage

SIZES: Final = (1_000, 50_000)
EDIT_MS: Final = 100
IMPROVE_MS: Final = {1_000: 1_000, 50_000: 10_000}
_ROUND: Final = "round"
_TURNS: Final = 10


class _Graph:
    """A network that is read already."""

    is_ready = True

    def __init__(self, network: Network) -> None:
        self.network = network

    async def caught_up(self) -> None:
        return


async def measure(here: Surroundings) -> Sequence[Row]:
    """Both sizes."""
    return [row for full in SIZES for row in await _of_size(full, here)]


async def _of_size(full: int, here: Surroundings) -> Sequence[Row]:
    count = here.size(full)
    drawn = members.network(count, count // 7)
    use = _use(network_of(drawn))
    situation = Situation(market=drawn.market, free=free_capacities(drawn.market, {}), closed=(), now=NOW)
    numbers = compute_draft(RoundPlan(), situation, use.engine, unreported).numbers
    async with here.database() as url, _kept(url, numbers) as storage:
        edits = _spare_pairs(numbers)

        async def edit() -> Cost:
            pair = next(edits)
            started, work = perf_counter(), process_time()
            async with SqlMatchingUnitOfWork(storage) as uow:
                await edit_draft(_ROUND, [EditOrder(act=Act.PIN, pair=pair)], "staff", uow, use)
                await uow.commit()
            return Cost(perf_counter() - started, process_time() - work)

        async def anew() -> Cost:
            pinned = replace(numbers.choice.problem, must=np.array([0], np.int64))
            started, work = perf_counter(), process_time()
            use.engine.solver.solve(pinned)
            return Cost(perf_counter() - started, process_time() - work)

        async def improve() -> Cost:
            started, work = perf_counter(), process_time()
            found = await improved_draft(_ROUND, lambda: SqlMatchingUnitOfWork(storage), use)
            async with SqlMatchingUnitOfWork(storage) as uow:
                await improve_draft(found, "staff", uow, use)
                await uow.commit()
            return Cost(perf_counter() - started, process_time() - work)

        contenders: dict[str, Contender] = {"edit": edit, "anew": anew, "improve": improve}
        samples = await interleaved(contenders, here.rounds(_TURNS if full < 10_000 else 3))
    size = f"{count:,} cities, {count // 7:,} programmes"
    return [
        Row(
            what="one edit of a draft, told and kept",
            size=size,
            unit="ms",
            ours=1e3 * median(samples.clock("edit")),
            peer_name="the choice made anew",
            peer=1e3 * median(samples.clock("anew")),
            ratio=samples.times("anew", "edit"),
            work_ratio=samples.times_the_work("anew", "edit"),
            note="as fast",
            target=Target(of="figure", sense="≤", value=EDIT_MS) if full == SIZES[0] else None,
            samples=samples.seconds("edit", "anew"),
        ),
        Row(
            what="the rest of a draft improved around its pins",
            size=size,
            unit="ms",
            ours=1e3 * median(samples.clock("improve")),
            target=Target(of="figure", sense="≤", value=IMPROVE_MS[full]),
            samples=samples.seconds("improve"),
        ),
    ]


def _use(network: Network) -> Use:
    return Use(
        engine=Engine(
            search=CandidateSearch(stage=CompiledFirstStage()),
            solver=AssignmentSolver(),
            versions={},
            secret=lambda: bytes(16),
            clock=lambda: NOW,
            ids=uuid7,
        ),
        graph=_Graph(network),
        markets=MarketSource(network),
        policy=SendingPolicy.HOLD,
        answer_days=21,
        freeze=timedelta(days=365),
    )


@asynccontextmanager
async def _kept(url: str, numbers: DraftNumbers) -> AsyncIterator[Storage]:
    """A database of matching that has this draft."""
    database = Database.open(url)
    events = EventFactory("urn:isopolity:matching", lambda: NOW, uuid7)
    storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
    draft = Draft(round_id=_ROUND, status=DraftStatus.OPEN, created_at=NOW, expires_at=NOW + timedelta(days=60))
    try:
        await upgrade(database, "isopolity.matching")
        async with SqlMatchingUnitOfWork(storage) as uow:
            await uow.drafts.add(draft, numbers)
            await uow.commit()
        yield storage
    finally:
        await database.close()


def _spare_pairs(numbers: DraftNumbers) -> Iterator[tuple[str, str]]:
    """Candidates that are not chosen, at random, named as staff would; no member twice, so that none gets full."""
    choice, random, used = numbers.choice, Random(1), set[str]()  # noqa: S311  # sample data
    spare = np.setdiff1d(np.arange(len(choice.problem.a)), choice.chosen).tolist()
    random.shuffle(spare)
    for edge in spare:
        (pair,) = numbers.pairs(np.array([edge], np.int64))
        if not used & set(pair):
            used |= set(pair)
            one, other = map(name_of_owner, pair)
            yield one, other
