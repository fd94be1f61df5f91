"""`python -m isopolity.runtime.create_topics`: creates the catalogue's topics on Kafka; the job of a deployment.

The services themselves never create a topic, so that they need no right to.
"""

import sys

from isopolity.configuration.settings import Settings
from isopolity.contracts.catalogue import TOPICS
from isopolity.runtime.connections import open_broker
from isopolity.runtime.topic_jobs import run_job


def main() -> int:
    """Create the topics that are missing; returns the exit code."""
    return run_job(_create, embedded="the embedded broker needs no job", failed="The topics are not ready")


async def _create(settings: Settings) -> str:
    async with open_broker(settings) as broker:
        await broker.ensure_topics(TOPICS)
    return f"{len(TOPICS)} topics are ready."


if __name__ == "__main__":
    sys.exit(main())
