"""`python -m isopolity.runtime.create_topics`: creates the catalogue's topics on Kafka; the job of a deployment.

The services themselves never create a topic, so that they need no right to.
"""

import asyncio
import sys

from isopolity.contracts.catalogue import TOPICS
from isopolity.messaging.errors import MessagingError
from isopolity.runtime.connections import open_broker
from isopolity.runtime.process import WrongSettings, read_settings
from isopolity.settings import Settings


def main() -> int:
    """Create what is missing; returns the exit code."""
    try:
        settings = read_settings(Settings)
    except WrongSettings as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    if settings.embedded:
        sys.stderr.write(
            "Set ISOPOLITY_BROKER to Kafka's bootstrap servers, host:port; the embedded broker needs no job.\n"
        )
        return 2
    try:
        asyncio.run(_create(settings))
    except MessagingError as error:
        sys.stderr.write(f"The topics are not ready: {error}\n")
        return 1
    sys.stdout.write(f"{len(TOPICS)} topics are ready.\n")
    return 0


async def _create(settings: Settings) -> None:
    async with open_broker(settings) as broker:
        await broker.ensure_topics(TOPICS)


if __name__ == "__main__":
    sys.exit(main())
