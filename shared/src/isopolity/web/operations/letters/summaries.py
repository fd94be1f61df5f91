"""A dead letter as lists tell it: where it came from and why it was given up, without what it says.

Invariant: a key is told only where the whole event fits its contract, and the key is the id that the event itself
names; anything else may hold a name or an address.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.masking.seen_events import masked_event
from isopolity.contracts.topic import EventType
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.turns import Turns
from isopolity.web.problems import Problem


class DeadLetterSummary(BaseModel):
    """A record that a consumer gave up."""

    id: str
    """`topic/partition/offset` of the original."""
    topic: str
    key: str = Field(description="Empty where the event does not fit its contract, or names another key")
    group: str
    reason: str
    detail: str
    at: datetime
    written_at: datetime | None = Field(description="When the original was written to its topic, where that is known")
    copy_of: str = Field(
        default="", description="Of a copy that was published again: the place of the record that was given up first"
    )
    is_reference: bool
    """It was too large to be kept whole: the original lies at its place only, as long as its topic keeps it."""
    failures: int = Field(description="How often an event of this id was given up, by this group, within 30 days")


async def summaries(letters: Sequence[DeadLetter]) -> list[DeadLetterSummary]:
    """All letters as lists tell them."""
    turns, told = Turns(), []
    for letter in letters:
        told.append(summary(letter))
        await turns.over()
    return told


def summary(letter: DeadLetter) -> DeadLetterSummary:
    """The letter as lists tell it."""
    shared = {
        name: getattr(letter, name) for name in ("topic", "group", "reason", "detail", "at", "written_at", "failures")
    }
    seen = masked_event(letter.key, letter.value, letter.headers)
    key = None if seen.data is None else seen.key
    copy_of = letter.first if letter.first != letter.identity and _is_place_on(letter.topic, letter.first) else ""
    return DeadLetterSummary(
        id=letter.identity, key=key or "", **shared, copy_of=copy_of, is_reference=bool(letter.digest)
    )


def _is_place_on(topic: str, told: str) -> bool:
    """Whether a header, in which anybody may write anything, names a place on the topic."""
    return re.fullmatch(rf"{re.escape(topic)}/[0-9]{{1,18}}/[0-9]{{1,18}}", told) is not None


def type_of(letter: DeadLetter) -> EventType | None:
    """The type that the letter says it has; None where the catalogue does not know it."""
    return EVENT_TYPES.get(dict(letter.headers).get("ce_type", b"").decode("utf-8", "replace"))


def chosen_letters(letters: Sequence[DeadLetter], ids: Sequence[str], *, every: bool = False) -> Sequence[DeadLetter]:
    """The letters that are wanted. Raises Problem for one that is not there."""
    found = {letter.identity: letter for letter in letters}
    if every:
        return list(found.values())
    if not ids:
        raise Problem(422, "Name the dead letters in ids, or say all: true.", code="nothing-chosen")
    unknown = [name for name in ids if name not in found]
    if unknown:
        raise Problem(404, f"There is no dead letter {', '.join(unknown)}; list them to see their ids.")
    return [found[name] for name in dict.fromkeys(ids)]
