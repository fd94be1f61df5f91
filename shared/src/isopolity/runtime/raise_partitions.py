"""`python -m isopolity.runtime.raise_partitions 12`: a new generation of topics on Kafka, with 12 partitions.

The services must be stopped meanwhile; afterwards their settings name the new generation.
"""

import sys
from functools import partial
from typing import Final

from isopolity.configuration.settings import Settings
from isopolity.contracts.catalogue import GROUPS, TOPICS
from isopolity.messaging.generations import PARTITIONS_OF_A_GENERATION, Generation
from isopolity.messaging.new_generation import NewGeneration, NotNow, is_in_use, is_made, make_generation
from isopolity.runtime.connections import kafka_in
from isopolity.runtime.create_topics import run_job

_USAGE: Final = (
    f"Say how many partitions topics are to have, from 1 to {PARTITIONS_OF_A_GENERATION}, and nothing else.\n"
)


def main(arguments: list[str]) -> int:
    """Make the generation and print the settings that must be changed; returns the exit code."""
    partitions = int(arguments[0]) if len(arguments) == 1 and arguments[0].isdecimal() else 0
    if not 1 <= partitions <= PARTITIONS_OF_A_GENERATION:
        sys.stderr.write(_USAGE)
        return 2
    return run_job(
        partial(_raise, partitions),
        embedded="one process gains nothing by partitions",
        failed="Nothing has changed for the services",
    )


async def _raise(partitions: int, settings: Settings) -> str:
    number, made = await _make_next(settings, partitions)
    sentences = [
        f"{sum(made.records.values()):,} records are in generation {number}. Set ISOPOLITY_TOPIC_GENERATION={number} "
        f"and ISOPOLITY_TOPIC_PARTITIONS={partitions} for Kafka's rights and all services, then start them."
    ]
    if made.keyless:
        sentences.insert(0, f"{made.keyless:,} records without a key are no events, and stay in the old topics.")
    return "\n".join(sentences)


async def _make_next(settings: Settings, partitions: int) -> tuple[int, NewGeneration]:
    """Make the next generation with a free number; returns the number and the counts of its records."""
    groups = {group.name: group.topics for group in GROUPS}
    old = kafka_in(settings, settings.topic_generation)
    number = settings.topic_generation + 1
    while await is_made(kafka_in(settings, number), TOPICS):
        if await is_in_use(kafka_in(settings, number), groups):
            raise NotNow(
                f"generation {number} is there already, with what there was when it was made. If no service has run "
                f"with generation {settings.topic_generation} since, set ISOPOLITY_TOPIC_GENERATION={number} and start "
                "the services; else delete its topics with Kafka's tool, and start this command again"
            )
        number += 1
    new = kafka_in(settings, number, Generation(number=number, partitions=partitions).widths(TOPICS))
    return number, await make_generation(old, new, TOPICS, groups)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
