"""Port of the answers that are counted by member.

Invariant: counts are for the weights of a round; no event, log line or page of another member shows them.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from isopolity.matching.domain.acceptance import Counts


class Answers(Protocol):
    """How members answered; for the weights of a round only, and on no page."""

    async def counts(self, now: datetime, members: Collection[str] | None = None) -> Counts:
        """The counts of all answers at `now`, those to open proposals included. Raises AnswersNotCounted.

        With `members`, keys of members, only theirs, and the moments of all members: as much as a single pair needs.
        """

    async def move(self, from_key: str, to_key: str) -> None:
        """Give all answers of one member to another, as the merge of two entries does; both are members' keys.

        Call it in the transaction of the merge. Answers to open proposals go too. An answer that is given or changed
        later counts for the member that its proposal names by then.
        """
