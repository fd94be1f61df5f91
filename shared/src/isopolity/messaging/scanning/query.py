"""What is asked of topics: where to begin, which way to read, and which records fit.

Invariant: a record fits by what may be seen of it: where answers are masked, no filter can ask for them.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from isopolity.contracts.catalogue import TOPIC_OF_TYPE, TOPICS
from isopolity.contracts.event import Data
from isopolity.contracts.event_types import whole_name
from isopolity.contracts.seen_events import CLOSED_TYPE, SeenEvent, masked_event, seen_event
from isopolity.messaging.broker import Record
from isopolity.messaging.scanning.conditions import Condition, WrongCondition, conditions_of, models_with

UNFIT: Final = "unfit"
"""The type that stands for records that fit no contract."""
_CORRELATION: Final = "ce_correlationid"


class Place(BaseModel):
    """An offset of a partition."""

    model_config = ConfigDict(frozen=True)

    topic: str
    partition: int
    offset: int


class Query(BaseModel):
    """What is asked; without `places` and `since` from the start, or backwards from the end."""

    model_config = ConfigDict(frozen=True)

    topics: tuple[str, ...]
    backwards: bool = False
    places: tuple[Place, ...] | None = None
    """Where to begin; partitions that are not named stand at their ends."""
    since: datetime | None = None
    """The moment to begin with."""
    most: Annotated[int, Field(ge=1)] = 50
    """How many records are wanted."""
    key: str | None = None
    type: str | None = None
    """The name of a type, or `unfit`."""
    header: tuple[str, str] | None = None
    correlation: str | None = None
    where: tuple[str, ...] = ()
    unmasked: bool = False

    @cached_property
    def conditions(self) -> Sequence[Condition]:
        """The conditions on fields. Raises WrongCondition."""
        return conditions_of(self.where, _models(self.topics), unmasked=self.unmasked)

    def seen(self, record: Record) -> SeenEvent | None:
        """What may be seen of the record, where it fits what is asked."""
        if self._is_out(record):
            return None
        see = seen_event if self.unmasked else masked_event
        event = see(record.key, record.value, record.headers)
        return event if self._fits(event) else None

    def _is_out(self, record: Record) -> bool:
        """Whether the bytes alone say that it does not fit, which costs little."""
        if self.key is not None and record.key != self.key:
            return True
        headers = dict(record.headers)
        if self.correlation is not None and headers.get(_CORRELATION) != self.correlation.encode():
            return True
        if self.type is None or self.type in (UNFIT, CLOSED_TYPE):
            return False
        return headers.get("ce_type") != self.type.encode()

    def _fits(self, event: SeenEvent) -> bool:
        if self.key is not None and event.key != self.key:
            return False
        if self.type == UNFIT:
            return not event.fits
        if self.type is not None and event.type != self.type:
            return False
        if self.correlation is not None and event.headers.get(_CORRELATION) != self.correlation:
            return False
        if self.header is not None and event.headers.get(self.header[0]) != self.header[1]:
            return False
        return all(event.data is not None and each.holds(event.data) for each in self.conditions)


def topics_with_fields(topics: Sequence[str], where: Sequence[str]) -> Sequence[str]:
    """The topics whose events have the fields of all conditions. Raises WrongCondition where there is none."""
    conditions, models = [Condition.of(text) for text in where if text.strip()], _models(topics)
    fitting = [set(models_with(each, models)) for each in conditions]
    found = [name for name in topics if all(having & set(_models((name,))) for having in fitting)]
    if not found and conditions:
        raise WrongCondition("No event of these topics has all of these fields; ask for fewer.")
    return found


def _models(topics: Sequence[str]) -> Sequence[type[Data]]:
    """The contracts of all types on these topics."""
    wanted = set(topics)
    return list(dict.fromkeys(each.data for topic in TOPICS if topic.name in wanted for each in topic.types))


def type_named(name: str) -> str | None:
    """The type that is asked for by its whole name, or as lists print it; None for one that nobody knows."""
    full = whole_name(name)
    known = {*TOPIC_OF_TYPE, CLOSED_TYPE, UNFIT}
    return next((each for each in (name, full, f"{full}.v1") if each in known), None)
