"""Sessions that ended at registry are forgotten here: by erasure, withdrawal, another role, or their holder elsewhere.

Invariant: what is asked and deleted is named by registry's opaque ids; nobody's cookie is needed for it.
"""

from collections.abc import Awaitable, Callable

from isopolity.portal.application.ports import KeptIds

HasEnded = Callable[[str], Awaitable[bool]]
"""Whether registry has told that the session with this id ended."""


async def forget_ended(kept: KeptIds, has_ended: HasEnded) -> int:
    """Delete the sessions that ended; returns how many."""
    ended = [session_id for session_id in await kept.kept_ids() if await has_ended(session_id)]
    if ended:
        await kept.forget(ended)
    return len(ended)
