"""`python -m benchmarks [--only NAME] [--quick]`: measure, keep the figures as JSON, renew docs/benchmarks.md."""

import argparse
import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import structlog
import uvloop

from benchmarks.affinity import affinity
from benchmarks.candidates import candidates, quality, slots_and_ties
from benchmarks.learning import learning
from benchmarks.messaging import consumer_runner, matching_readers, relay, scans, waking
from benchmarks.registry import city_import, contacts_in_bulk, office_import, posting
from benchmarks.report import Row, result_of, table, write_result, write_tables
from benchmarks.rounds import (
    drafts,
    fairflow,
    fairness,
    floors,
    group_rules,
    history,
    library,
    portfolios,
    rounds,
    verification,
)
from benchmarks.services import event_loop, journeys, memory, pages, recovery, registry_to_mail, starting, visitors
from benchmarks.surroundings import Surroundings, surroundings
from isopolity.runtime.process import spare_collector

Benchmark = Callable[[Surroundings], Coroutine[Any, Any, Sequence[Row]]]
BENCHMARKS: Mapping[str, Benchmark] = {
    "consumer_runner": consumer_runner.measure,
    "relay": relay.measure,
    "city_import": city_import.measure,
    "office_import": office_import.measure,
    "matching_readers": matching_readers.measure,
    "posting": posting.measure,
    "registry_to_mail": registry_to_mail.measure,
    "memory": memory.measure,
    "contacts_in_bulk": contacts_in_bulk.measure,
    "event_loop": event_loop.measure,
    "waking": waking.measure,
    "scans": scans.measure,
    "starting": starting.measure,
    "recovery": recovery.measure,
    "journeys": journeys.measure,
    "pages": pages.measure,
    "visitors": visitors.measure,
    "slots_and_ties": slots_and_ties.measure,
    "candidates": candidates.measure,
    "rounds": rounds.measure,
    "drafts": drafts.measure,
    "history": history.measure,
    "verification": verification.measure,
    "affinity": affinity.measure,
    "fairness": fairness.measure,
    "floors": floors.measure,
    "learning": learning.measure,
    "quality": quality.measure,
    "fairflow": fairflow.measure,
    "group_rules": group_rules.measure,
    "portfolios": portfolios.measure,
    "library": library.measure,
}


def main() -> None:
    """Run what was asked for; `--quick` measures a tenth once, to see that all works, and keeps nothing."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="this one; may be repeated")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, once; keeps no figures")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    spare_collector()  # as every process of ours does; it serves the peers just as well
    with surroundings(quick=arguments.quick) as here:
        for name in arguments.only or BENCHMARKS:
            _run(name, here)
    if not arguments.quick:
        write_tables(list(BENCHMARKS))


def _run(name: str, here: Surroundings) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        rows = runner.run(BENCHMARKS[name](here))
    result = result_of(name, rows)
    print(table([result]))  # noqa: T201  # a program's output
    if rows and not here.quick:
        write_result(result)


if __name__ == "__main__":
    main()
