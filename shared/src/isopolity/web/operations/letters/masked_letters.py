"""A dead letter as any operator may see it: its ids and its fields, masked as on the pages of events.

Invariant: a value is given only where the whole event fits its contract and the field is not masked; of a record that
fits none no value is given. Names are those of the contract; fields that it does not know are counted.
"""

import json
from typing import Any

from fastapi import Depends
from pydantic import BaseModel, Field

from isopolity.contracts.masked_fields import MASK
from isopolity.contracts.seen_events import document_of, masked_event
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.web.operations.asked import AskedVitals
from isopolity.web.operations.letters.summaries import (
    DeadLetterSummary,
    chosen_letters,
    summary,
    type_of,
    without_answers,
)
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require


class MaskedField(BaseModel):
    """A field of the event's contract, whether the record has it or not."""

    name: str
    value: str | None = Field(description="Its value as text; null for what is masked, or is not there")


class MaskedLetter(DeadLetterSummary):
    """A dead letter without what it says."""

    fits: bool = Field(description="Whether the value fits the contract of its type")
    kilobytes: int = Field(description="Its size, rounded up: to the byte it would tell answers apart")
    headers: dict[str, str] = Field(description="Ids, type, moments and trace of an event that fits")
    hidden_headers: int
    trace_id: str | None
    fields: list[MaskedField]
    unknown_fields: int = Field(description="Fields that the contract does not know")
    trace: list[str] = Field(description="Where in the code the error arose; empty where it might tell an answer")


def masked_letters_router(service: str) -> ServiceRouter:
    """`/<service>/v1/masked-letters`, for operators who may read."""
    router = ServiceRouter(prefix=f"/{service}/v1/masked-letters")

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
        fits=is_fit,
        kilobytes=-(-len(letter.value or b"") // 1_000),
        headers=dict(seen.headers) if is_fit else {},
        hidden_headers=seen.hidden_headers if is_fit else len(letter.headers),
        trace_id=seen.trace_id if is_fit else None,
        fields=[MaskedField(name=name, value=_text((seen.data or {}).get(name))) for name in names],
        unknown_fields=sum(name not in names for name in document),
        trace=list(without_answers(letter).failure.trace),
    )


def _text(value: Any) -> str | None:
    """The value of a field as text; None where it is masked, as a whole or in a part, or is not there."""
    if value is None or value == MASK:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
