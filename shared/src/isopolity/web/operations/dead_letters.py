"""Dead letters over HTTP: list them, look at one, publish originals again, settle those that nobody needs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from isopolity.messaging.broker import Producer
from isopolity.messaging.dead_letters import DeadLetter
from isopolity.messaging.errors import BrokerRefused
from isopolity.messaging.redrive import redrive, settle, superseded, whole
from isopolity.persistence.audit import keep_act
from isopolity.web.operations.vitals import Vitals
from isopolity.web.problems import Problem
from isopolity.web.routing import PrefixRouter
from isopolity.web.security import require


class DeadLetterSummary(BaseModel):
    """A record that a consumer gave up."""

    id: str
    """`topic/partition/offset` of the original."""
    topic: str
    key: str
    group: str
    reason: str
    detail: str
    at: datetime
    is_reference: bool
    """It was too large to be kept whole: the original lies at its place only, as long as its topic keeps it."""


class DeadLetterDetail(DeadLetterSummary):
    """With everything that it came with; of a reference the first bytes, without headers."""

    headers: dict[str, str]
    value: str | None


class Redrive(BaseModel):
    """Which to publish again: `ids`, or all with `all`; nothing is published with `dry_run`."""

    ids: list[str] = Field(default=[], examples=[["isopolity.registry.city/3/17"]])
    all: bool = False
    dry_run: bool = False


class Settlement(BaseModel):
    """The dead letters to settle, `ids`, or all with `all`; the audit keeps `reason`."""

    ids: list[str] = Field(default=[], examples=[["isopolity.registry.city/3/17"]])
    all: bool = False
    reason: str = Field(min_length=3, max_length=500, examples=["the city was entered again by hand"])


class Settled(BaseModel):
    """The letters that count no more."""

    settled: list[DeadLetterSummary]


class Redriven(BaseModel):
    """The records that were, or with `dry_run` would be, published again."""

    dry_run: bool
    redriven: list[DeadLetterSummary]
    superseded: list[DeadLetterSummary]
    """Settled without being published: their topic holds a newer state, which they must not replace."""
    lost: list[DeadLetterSummary]
    """References whose original is on its topic no longer, or is another one: they cannot be published again."""


_REDRIVE: Final = require("operator:redrive")


def dead_letters_router(vitals: Vitals) -> APIRouter:
    """`/<service>/v1/dead-letters`, for operators."""
    router = PrefixRouter(prefix=f"/{vitals.service}/v1/dead-letters", tags=["operations"])

    @router.get("", dependencies=[Depends(require("operator"))])
    async def list_all(reason: Annotated[str | None, Query()] = None) -> list[DeadLetterSummary]:
        """All that nobody has redriven or settled, oldest first."""
        return [summary(letter) for letter in await vitals.dead_letters() if reason in (None, letter.reason)]

    @router.post("/redrive", dependencies=[Depends(_REDRIVE)])
    async def publish_again(wanted: Redrive) -> Redriven:
        """Publish originals to their topics again, as they came; consumers do no effect twice.

        The audit gets its entry first, since no transaction spans database and broker: it tells what was asked for.
        """
        chosen = chosen_letters(await vitals.dead_letters(), wanted.ids, every=wanted.all)
        old = await superseded(vitals.broker, chosen)
        found = [letter if letter.identity in old else await whole(vitals.broker, letter) for letter in chosen]
        letters = [letter for letter in found if letter is not None]
        if letters and not wanted.dry_run:
            told = {"ids": [letter.identity for letter in letters], "superseded": sorted(old)}
            await keep_act(vitals.database, vitals.tables.audit, vitals.clock, told)
            async with _producer(vitals) as producer:
                await redrive(producer, vitals.dead_letter_topic, letters, vitals.clock, old=old)
        return Redriven(
            dry_run=wanted.dry_run,
            redriven=[summary(letter) for letter in letters if letter.identity not in old],
            superseded=[summary(letter) for letter in letters if letter.identity in old],
            lost=[summary(letter) for letter, original in zip(chosen, found, strict=True) if original is None],
        )

    @router.post("/settle", dependencies=[Depends(_REDRIVE)])
    async def count_no_more(wanted: Settlement) -> Settled:
        """Settle letters for good without publishing them; the audit keeps who did it and the reason."""
        letters = chosen_letters(await vitals.dead_letters(), wanted.ids, every=wanted.all)
        if letters:
            told = {"ids": [letter.identity for letter in letters], "reason": wanted.reason}
            await keep_act(vitals.database, vitals.tables.audit, vitals.clock, told)
            async with _producer(vitals) as producer:
                await settle(producer, vitals.dead_letter_topic, letters)
        return Settled(settled=[summary(letter) for letter in letters])

    @router.get("/{letter_id:path}", dependencies=[Depends(require("operator:unmask"))])
    async def show(letter_id: str) -> DeadLetterDetail:
        """One dead letter, named by `topic/partition/offset`, as it came: for who may see what is masked."""
        letter = chosen_letters(await vitals.dead_letters(), [letter_id])[0]
        return DeadLetterDetail(
            **summary(letter).model_dump(),
            headers={name: value.decode("utf-8", "replace") for name, value in letter.headers},
            value=None if letter.value is None else letter.value.decode("utf-8", "replace"),
        )

    return router


@asynccontextmanager
async def _producer(vitals: Vitals) -> AsyncIterator[Producer]:
    try:
        async with vitals.broker.producer() as producer:
            yield producer
    except BrokerRefused as error:
        raise Problem(409, f"The broker does not take them: {error}.", code="refused") from error


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


def summary(letter: DeadLetter) -> DeadLetterSummary:
    """The letter as lists tell it."""
    shared = {name: getattr(letter, name) for name in ("topic", "key", "group", "reason", "detail", "at")}
    return DeadLetterSummary(id=letter.identity, **shared, is_reference=bool(letter.digest))
