"""A dead letter as any operator may see it: what it is about, by ids; of its fields the names, and no other value.

Invariant: a value is told only where the whole event fits its contract and the field holds an id; a record that fits
none tells nothing that it came with. Names are those of the contract: what it does not know is counted.
"""

from typing import Any

from fastapi import Depends
from pydantic import BaseModel, Field

from isopolity.contracts.masking.masked_fields import is_id
from isopolity.contracts.masking.seen_events import document_of, masked_event
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.member_ids import members_told
from isopolity.web.operations.asked import AskedVitals
from isopolity.web.operations.letters.summaries import (
    DeadLetterSummary,
    chosen_letters,
    summary,
    type_of,
)
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require


class MaskedField(BaseModel):
    """A field of the event's contract, whether the record has it or not."""

    name: str
    value: str | None = Field(description="Its id, or the number of its version; null for what is masked")


class MaskedLetter(DeadLetterSummary):
    """A dead letter without what it says."""

    event_type: str | None = Field(description="Null where the catalogue does not know it")
    fits: bool = Field(description="Whether the value fits the contract of its type")
    kilobytes: int = Field(description="Its size, rounded up: to the byte it would tell answers apart")
    headers: dict[str, str] = Field(description="Ids, type, moments and trace of an event that fits")
    hidden_headers: int
    trace_id: str | None
    fields: list[MaskedField]
    unknown_fields: int = Field(description="Fields that the contract does not know")
    members: list[str] = Field(description="Ids of the members that the event is about")


def masked_letters_router(service: str) -> ServiceRouter:
    """`/<service>/v1/masked-letters`, for operators who may read."""
    router = ServiceRouter(prefix=f"/{service}/v1/masked-letters", tags=["operations"])

    @router.get("/{letter_id:path}", dependencies=[Depends(require("operator"))])
    async def show(vitals: AskedVitals, letter_id: str) -> MaskedLetter:
        """One dead letter, named by `topic/partition/offset`: names of its fields, and no value but ids."""
        return masked(chosen_letters(await vitals.dead_letters(), [letter_id])[0])

    return router


def masked(letter: DeadLetter) -> MaskedLetter:
    """The letter as any operator may see it."""
    seen = masked_event(letter.key, letter.value, letter.headers)
    event_type = type_of(letter)
    document = document_of(letter.value)
    is_fit = seen.data is not None
    names = [] if event_type is None else list(event_type.data.model_fields)  # that one is there may tell an answer
    return MaskedLetter(
        **summary(letter).model_dump(),
        event_type=seen.type,
        fits=is_fit,
        kilobytes=-(-len(letter.value or b"") // 1_000),
        headers=dict(seen.headers) if is_fit else {},
        hidden_headers=seen.hidden_headers if is_fit else len(letter.headers),
        trace_id=seen.trace_id if is_fit else None,
        fields=[MaskedField(name=name, value=_id(name, document.get(name)) if is_fit else None) for name in names],
        unknown_fields=sum(name not in names for name in document),
        members=members_told(letter.topic, seen.data),
    )


def _id(name: str, value: Any) -> str | None:
    """The value of a field that holds an id or a version, as text."""
    if name == "version" and isinstance(value, int):
        return str(value)
    return value if name.endswith("_id") and isinstance(value, str) and is_id(value) else None
