"""Summaries of dead letters: where each came from and why it was given up, without its content.

Invariant: a summary has the key only if the whole event fits its contract and the key is the id in the event; any other
key may hold a name or an address. It has an error's words only if no answer could show in them.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel, Field

from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES
from isopolity.contracts.masked_fields import tells_answers
from isopolity.contracts.seen_events import masked_event
from isopolity.contracts.topic import EventType
from isopolity.machine.turns import Turns
from isopolity.messaging.codec import visible_members
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.errors import Failure
from isopolity.web.problems import Problem


class DeadLetterSummary(BaseModel):
    """A record that a consumer gave up."""

    id: str
    """`topic/partition/offset` of the original."""
    topic: str
    key: str = Field(description="Empty if the event does not fit its contract or has another key")
    group: str
    reason: str
    detail: str
    at: datetime
    written_at: datetime | None = Field(description="When the original was written to its topic, where that is known")
    copy_of: str = Field(
        default="", description="Of a copy that was published again: the place of the record that was given up first"
    )
    is_reference: bool
    """Whether it was too large to be kept whole: the original exists only at its place, while its topic keeps it."""
    failures: int = Field(description="How often an event of this id was given up, by this group, within 30 days")
    message: str = Field(
        default="", description="The words of the error, without values; empty if they might reveal an answer"
    )
    release: str = Field(default="", description="The release that gave it up; empty if the letter lacks it")
    cause: str = Field(default="", description="A short code that all letters with one cause share")
    event_type: str | None = Field(default=None, description="Null if the catalogue does not have it")
    members: list[str] = Field(default=[], description="Ids of the members that the event is about")


async def summaries(letters: Sequence[DeadLetter]) -> list[DeadLetterSummary]:
    """The summaries of all letters."""
    turns, found = Turns(), []
    for letter in letters:
        found.append(summary(letter))
        await turns.over()
    return found


def summary(letter: DeadLetter) -> DeadLetterSummary:
    """The summary of a letter."""
    shared = {
        name: getattr(letter, name) for name in ("topic", "group", "reason", "detail", "at", "written_at", "failures")
    }
    seen = masked_event(letter.key, letter.value, letter.headers)
    key = None if seen.data is None else seen.key
    copy_of = letter.first if letter.first != letter.identity and _is_place_on(letter.topic, letter.first) else ""
    safe = without_answers(letter)
    return DeadLetterSummary(
        id=letter.identity,
        key=key or "",
        **shared,
        copy_of=copy_of,
        is_reference=bool(letter.digest),
        message=safe.failure.message,
        release=safe.failure.release,
        cause=safe.cause,
        event_type=seen.type,
        members=visible_members(letter.topic, seen.data),
    )


def without_answers(letter: DeadLetter) -> DeadLetter:
    """The letter; without the words and trace of its error if its event may hold an answer of a member."""
    topic = {each.name: each for each in EVENT_TOPICS}.get(letter.topic)
    event_type = type_of(letter)
    types = (*(topic.types if topic else ()), *((event_type,) if event_type else ()))
    if not any(tells_answers(each.data) for each in types):
        return letter
    return replace(letter, failure=Failure(release=letter.failure.release))


def _is_place_on(topic: str, text: str) -> bool:
    """Whether a header, whose text may be anything, is a place on the topic."""
    return re.fullmatch(rf"{re.escape(topic)}/[0-9]{{1,18}}/[0-9]{{1,18}}", text) is not None


def type_of(letter: DeadLetter) -> EventType | None:
    """The event type in the letter's headers; None if the catalogue lacks it."""
    return EVENT_TYPES.get(dict(letter.headers).get("ce_type", b"").decode("utf-8", "replace"))


def chosen_letters(letters: Sequence[DeadLetter], ids: Sequence[str], *, every: bool = False) -> Sequence[DeadLetter]:
    """The letters with these ids, or all with `every`. Raises Problem for an id without a letter."""
    found = {letter.identity: letter for letter in letters}
    if every:
        return list(found.values())
    if not ids:
        raise Problem(422, "Name the dead letters in ids, or say all: true.", code="nothing-chosen")
    unknown = [name for name in ids if name not in found]
    if unknown:
        raise Problem(404, f"There is no dead letter {', '.join(unknown)}; list them to see their ids.")
    return [found[name] for name in dict.fromkeys(ids)]
