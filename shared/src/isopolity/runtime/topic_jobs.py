"""Jobs on Kafka's topics: commands that read the settings, do one piece of work on Kafka, and end.

Invariant: a job that cannot do its work says so in a sentence on standard error, and never with a traceback.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from isopolity.configuration.settings import Settings
from isopolity.messaging.errors import MessagingError
from isopolity.runtime.process import WrongSettings, read_settings


def run_job(work: Callable[[Settings], Coroutine[Any, Any, str]], *, embedded: str, failed: str) -> int:
    """Do `work` and write the sentences that it returns; the exit code is 2 for wrong settings, 1 where it fails.

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
