"""Dead letters over HTTP: list them, read one masked or unmasked, redrive them, settle those that are not needed.

Invariant: the audit has its entry before a letter is unmasked, published or settled, since no transaction spans
database and broker. A masked letter has a value only if the whole event fits its contract and the field is not a masked
one; a record that fits no contract has no values. Names are those of the contract; unknown fields are only counted.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from isopolity.contracts.masked_fields import MASK
from isopolity.contracts.seen_events import document_of, masked_event
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.redrive import settle, superseded, whole
from isopolity.persistence.audit import keep_act
from isopolity.web.api_documents import refusals
from isopolity.web.operations.letters.summaries import (
    DeadLetterSummary,
    chosen_letters,
    summaries,
    summary,
    type_of,
    without_answers,
)
from isopolity.web.operations.letters.trials import LetterTrial, Progress, redrive_in_small_batches, trials
from isopolity.web.operations.vitals import AskedVitals, Vitals, publishing
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require


class Unmasking(BaseModel):
    """The letter to read unmasked; the audit keeps `reason`."""

    id: str = Field(examples=["isopolity.registry.city/3/17"])
    reason: str = Field(min_length=3, max_length=500, examples=["a city says that its name is wrong"])


class DeadLetterDetail(DeadLetterSummary):
    """A dead letter with its original key, value and headers; of a reference, the first bytes and no headers."""

    headers: dict[str, str]
    value: str | None
    trace: list[str]


class Redrive(BaseModel):
    """The letters to publish again: `ids`, or all with `all`; with `dry_run`, nothing is published."""

    ids: list[str] = Field(default=[], examples=[["isopolity.registry.city/3/17"]])
    all: bool = False
    dry_run: bool = False
    wait_seconds: float = Field(
        default=60.0, ge=0, le=60, description="After how many seconds no further one is published"
    )


class Settlement(BaseModel):
    """The dead letters to settle, `ids`, or all with `all`; the audit keeps `reason`."""

    ids: list[str] = Field(default=[], examples=[["isopolity.registry.city/3/17"]])
    all: bool = False
    reason: str = Field(min_length=3, max_length=500, examples=["the city was entered again by hand"])


class Settled(BaseModel):
    """The letters that were settled."""

    settled: list[DeadLetterSummary]


class Redriven(BaseModel):
    """Results for the records that were, or with `dry_run` would be, published again."""

    dry_run: bool
    redriven: list[DeadLetterSummary] = Field(description="Published again, or with `dry_run` those that would be")
    superseded: list[DeadLetterSummary]
    """Settled without being published, since their topic holds a newer state, which they must not replace."""
    lost: list[DeadLetterSummary]
    """References whose original is no longer on its topic, or has another hash: they cannot be published again."""
    waiting: list[DeadLetterSummary] = Field(
        default=[],
        description="Those of `redriven` that nobody has read yet; unless `time_is_over` a group is paused or stopped",
    )
    returned: list[DeadLetterSummary] = Field(
        default=[], description="Letters of those that were given up once more; nothing was published after them"
    )
    left: list[DeadLetterSummary] = Field(
        default=[], description="Not published: others returned or wait, or the time was over"
    )
    time_is_over: bool = Field(
        default=False, description="Whether `waiting` and `left` have no other reason than the end of `wait_seconds`"
    )
    trials: list[LetterTrial] = Field(default=[], description="With `dry_run`: what each group has done with each")


_REDRIVE: Final = require("operator:redrive")


def dead_letters_router(service: str) -> ServiceRouter:
    """`/<service>/v1/dead-letters`, for operators."""
    router = ServiceRouter(prefix=f"/{service}/v1/dead-letters")

    @router.get("", dependencies=[Depends(require("operator"))])
    async def list_all(
        vitals: AskedVitals, reason: Annotated[str | None, Query()] = None, topic: Annotated[str | None, Query()] = None
    ) -> list[DeadLetterSummary]:
        """Letters that were neither redriven nor settled, the oldest first, without their content."""
        found = await vitals.dead_letters()
        return await summaries(
            [each for each in found if reason in (None, each.reason) and topic in (None, each.topic)]
        )

    @router.post("/redrive", responses=refusals(404), dependencies=[Depends(_REDRIVE)])
    async def publish_again(vitals: AskedVitals, wanted: Redrive) -> Redriven:
        """Publish originals to their topics again, unchanged, in small batches; stops at the first that fails again.

        Consumers do no effect twice. A dry run returns what each group has done with each letter.
        """
        chosen = chosen_letters(await vitals.dead_letters(), wanted.ids, every=wanted.all)
        old = await superseded(vitals.broker, chosen)
        found = [letter if letter.identity in old else await whole(vitals.broker, letter) for letter in chosen]
        letters = [letter for letter in found if letter is not None]
        progress = Progress(handled=[letter for letter in letters if letter.identity not in old])
        if letters and not wanted.dry_run:
            await _keep(vitals, {"ids": [letter.identity for letter in letters], "superseded": sorted(old)})
            async with publishing(vitals) as producer:
                progress = await redrive_in_small_batches(vitals, producer, letters, old, wanted.wait_seconds)
        unsent = {each.identity for each in progress.left}
        return Redriven(
            dry_run=wanted.dry_run,
            redriven=await summaries([each for each in letters if each.identity not in old | unsent]),
            superseded=await summaries([letter for letter in letters if letter.identity in old]),
            lost=[summary(letter) for letter, original in zip(chosen, found, strict=True) if original is None],
            waiting=await summaries(progress.waiting),
            returned=await summaries(progress.returned),
            left=await summaries(progress.left),
            time_is_over=progress.time_is_over,
            trials=await trials(vitals, chosen, found, old) if wanted.dry_run and chosen else [],
        )

    @router.post("/settle", responses=refusals(404), dependencies=[Depends(_REDRIVE)])
    async def count_no_more(vitals: AskedVitals, wanted: Settlement) -> Settled:
        """Settle letters permanently without publishing them; the audit keeps who did it and the reason."""
        letters = chosen_letters(await vitals.dead_letters(), wanted.ids, every=wanted.all)
        if letters:
            await _keep(vitals, {"ids": [letter.identity for letter in letters], "reason": wanted.reason})
            async with publishing(vitals) as producer:
                await settle(producer, vitals.dead_letter_topic, letters)
        return Settled(settled=[summary(letter) for letter in letters])

    @router.post("/unmask", responses=refusals(404), dependencies=[Depends(require("operator:unmask"))])
    async def show(vitals: AskedVitals, wanted: Unmasking) -> DeadLetterDetail:
        """One dead letter unmasked; needs the right to unmask, and a reason."""
        letter = chosen_letters(await vitals.dead_letters(), [wanted.id])[0]
        await _keep(vitals, {"id": letter.identity, "reason": wanted.reason})
        return DeadLetterDetail(
            **summary(letter).model_dump() | {"key": letter.key, "message": letter.failure.message},
            trace=list(letter.failure.trace),
            headers={name: value.decode("utf-8", "replace") for name, value in letter.headers},
            value=None if letter.value is None else letter.value.decode("utf-8", "replace"),
        )

    return router


async def _keep(vitals: Vitals, details: Mapping[str, Any]) -> None:
    await keep_act(vitals.database, vitals.tables.audit, vitals.clock, details)


class MaskedField(BaseModel):
    """A field of the event's contract, and whether the record has it."""

    name: str
    value: str | None = Field(description="Its value as text; null if it is masked or missing")


class MaskedLetter(DeadLetterSummary):
    """A dead letter without its content."""

    fits: bool = Field(description="Whether the value fits the contract of its type")
    kilobytes: int = Field(description="Its size, rounded up, since the exact size could reveal an answer")
    headers: dict[str, str] = Field(description="Ids, type, moments and trace of an event that fits")
    hidden_headers: int
    trace_id: str | None
    fields: list[MaskedField]
    unknown_fields: int = Field(description="Number of fields that the contract lacks")
    trace: list[str] = Field(
        description="Places in the code where the error arose; empty if they might reveal an answer"
    )


def masked_letters_router(service: str) -> ServiceRouter:
    """`/<service>/v1/masked-letters`, for operators who may read."""
    router = ServiceRouter(prefix=f"/{service}/v1/masked-letters")

    @router.get("/{letter_id:path}", dependencies=[Depends(require("operator"))])
    async def show(vitals: AskedVitals, letter_id: str) -> MaskedLetter:
        """One dead letter, by its `topic/partition/offset`: the names of its fields, and no values except ids."""
        return masked(chosen_letters(await vitals.dead_letters(), [letter_id])[0])

    return router


def masked(letter: DeadLetter) -> MaskedLetter:
    """The letter as operators without the right to unmask see it."""
    seen = masked_event(letter.key, letter.value, letter.headers)
    event_type = type_of(letter)
    document = document_of(letter.value)
    is_fit = seen.data is not None
    names = [] if event_type is None else list(event_type.data.model_fields)  # its presence alone may show an answer
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
    """The value of a field as text; None if it is missing or masked, even in part."""
    if value is None or value == MASK:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
