"""`python -m isopolity.runtime.create_topics`: creates the catalogue's topics on Kafka, as a job of a deployment.

The services themselves never create topics, so they need no right to do so. `run_job` also runs other jobs on Kafka's
topics. Invariant: a job that cannot do its work says so in a sentence on standard error, and never with a traceback.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from isopolity.configuration.settings import Settings
from isopolity.contracts.catalogue import TOPICS
from isopolity.messaging.errors import MessagingError
from isopolity.runtime.connections import open_broker
from isopolity.runtime.process import WrongSettings, read_settings


def main() -> int:
    """Create the topics that are missing; returns the exit code."""
    return run_job(_create, embedded="the embedded broker needs no job", failed="The topics are not ready")


async def _create(settings: Settings) -> str:
    async with open_broker(settings) as broker:
        await broker.ensure_topics(TOPICS)
    return f"{len(TOPICS)} topics are ready."


def run_job(work: Callable[[Settings], Coroutine[Any, Any, str]], *, embedded: str, failed: str) -> int:
    """Do `work` and print the sentences that it returns; the exit code is 2 for wrong settings, 1 if it fails, else 0.

    `embedded` says why the embedded broker needs no such job; `failed` begins the sentence on a failure.
    """
    try:
        settings = read_settings(Settings)
    except WrongSettings as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    if settings.embedded:
        sys.stderr.write(f"Set ISOPOLITY_BROKER to Kafka's bootstrap servers, host:port; {embedded}.\n")
        return 2
    try:
        sentences = asyncio.run(work(settings))
    except MessagingError as error:
        sys.stderr.write(f"{failed}: {str(error).rstrip('.')}.\n")
        return 1
    sys.stdout.write(f"{sentences}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
