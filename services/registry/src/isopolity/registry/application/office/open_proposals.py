"""What a change of an entry does to open proposals of its member, as matching does it.

Invariant: it follows from the row alone, so that staff learns no answer by it. `tests/e2e/registry` compares it
with what happens.
"""

from collections.abc import Mapping
from typing import Final

from isopolity.registry.domain.member import Member
from isopolity.registry.domain.partner import PartnerProfile
from isopolity.registry.domain.twinning import Twinning

PROPOSALS: Final = "proposals"
"""The key of the code."""
ENDED_PROGRAMMES: Final = "ended_programmes"
"""The key of the names of programmes that the change takes away, a line each."""

STAND: Final = "stand"
"""Those that were sent stay as they are; a planned one is written again on its day, or ends where the two can no
longer be proposed to each other; one that is held ends when staff approves it.
"""
UNTOUCHED: Final = "untouched"
"""Nothing changes for them: the entry is as it is stored, or the change is of its contacts alone."""
PROGRAMMES_END: Final = "programmes-end"
"""As `STAND`; those of programmes that the row takes away end, or, if they were sent, cannot be agreed any more."""
TIED: Final = "tied"
"""Those of the two that were sent stay as they are; others end."""


def effect_on_proposals(old: object, new: object) -> Mapping[str, str]:
    """The code for a row that changes `old` to `new`, and the names of programmes that it takes away."""
    if isinstance(new, Twinning):
        return {PROPOSALS: TIED}
    if new is old:
        return {PROPOSALS: UNTOUCHED}
    if ended := _ended_programmes(old, new):
        return {PROPOSALS: PROGRAMMES_END, ENDED_PROGRAMMES: "\n".join(ended)}
    return {PROPOSALS: STAND}


def _ended_programmes(old: object, new: object) -> list[str]:
    """The names of programmes that others know of `old`, and that `new` no longer has."""
    if not isinstance(old, Member) or not isinstance(new, Member) or not isinstance(old.profile, PartnerProfile):
        return []
    before, after = (each.seen_by_others().profile.programmes for each in (old, new))
    left = {programme.programme_id for programme in after}
    return [programme.name for programme in before if programme.programme_id not in left]
