"""Answers of the services for their topics, merged in the order of time.

Invariant: a service that is away, or that refuses, hides nothing of the others; what is left out of a page is not left
out of the next one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from isopolity.client.call import Call
from isopolity.client.operations.models import EventsAnswer, SeenRecord
from isopolity.messaging.broker import TopicPartition
from isopolity.messaging.scanning.conditions import WrongCondition
from isopolity.messaging.scanning.windows import read_places, written_places
from isopolity.portal.adapters.service_apis import NothingThere, ServiceAway
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, Problems, unless
from isopolity.portal.entrypoints.http.operations.events.asked import ON_A_PAGE, Asked, service_of
from isopolity.portal.entrypoints.http.pages import Request, apis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The events of all topics that were asked for, and the services that did not answer."""

    events: Sequence[SeenRecord] = ()
    answers: Mapping[str, EventsAnswer] = field(default_factory=dict)
    """By service; those that answered."""
    away: Sequence[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    """By service that refused while another answered: what it says."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Problems of fields by name, if no service answered."""
    older: str = ""
    newer: str = ""

    @property
    def read(self) -> int:
        """Records that were read."""
        return sum(answer.read for answer in self.answers.values())

    @property
    def matched(self) -> int:
        """Records that fit."""
        return sum(answer.matched for answer in self.answers.values())

    @property
    def left_out(self) -> bool:
        """Whether some of those that fit stand on another page."""
        return bool(self.events) and self.matched > len(self.events)

    @property
    def lacks(self) -> bool:
        """Whether what a service would tell is missing."""
        return bool(self.away or self.refused or self.problems)

    @property
    def stopped(self) -> Mapping[str, str]:
        """Why a service did not read all, where it did not."""
        return {service: answer.stopped for service, answer in self.answers.items() if answer.stopped}


async def events_of(
    request: Request, asked: Asked, *, limit: int = ON_A_PAGE, wait: int = 0, reason: str | None = None
) -> Found:
    """The events that are asked for, up to `limit`; as they are where there is a reason for it.

    With `wait` seconds it comes back as soon as one service has an event. Raises NotForThisVisitor.
    """
    try:
        calls = [
            asked.question(service, limit, wait) if reason is None else asked.order(service, limit, reason)
            for service in asked.services
        ]
    except WrongCondition as error:
        return Found(problems={"where": str(error)})
    asking = {asyncio.create_task(_answer(request, call)): call.service for call in calls}
    waiting, answers = set(asking), dict[str, EventsAnswer | Problems]()
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            answers |= {asking[task]: task.result() for task in done}
            if wait and any(isinstance(each, EventsAnswer) and each.events for each in answers.values()):
                break
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    return _put_together(asked, answers, limit)


async def _answer(request: Request, call: Call[EventsAnswer]) -> EventsAnswer | Problems:
    """A service's answer, or the problems that it finds in the question; no problems if it is away."""
    form = PageForm(None, was_sent=False)
    asked = apis_of(request).send(call, is_long=True)
    return await form.answer(unless(asked, NothingThere, ServiceAway)) or form.problems


def _order(event: SeenRecord) -> tuple[datetime, str, int, int]:
    """Events of one moment by topic, partition and offset."""
    return event.at, event.topic, event.partition, event.offset


def _put_together(asked: Asked, answers: Mapping[str, EventsAnswer | Problems], limit: int) -> Found:
    known = {service: answer for service, answer in answers.items() if isinstance(answer, EventsAnswer)}
    faults = {service: answer for service, answer in answers.items() if not isinstance(answer, EventsAnswer)}
    events = sorted((event for answer in known.values() for event in answer.events), key=_order)
    if asked.is_backwards:
        events.reverse()
    older, newer = _places(asked, known, events[limit:])
    refused = {service: " ".join(fault.values()) for service, fault in faults.items() if fault}
    problems = {name: sentence for fault in faults.values() for name, sentence in fault.items()}
    return Found(
        events=events[:limit],
        answers=known,
        away=[service for service, fault in faults.items() if not fault],
        refused=refused if known else {},
        problems={} if known else problems,
        older=older,
        newer=newer,
    )


def _places(asked: Asked, known: Mapping[str, EventsAnswer], left_out: Sequence[SeenRecord]) -> tuple[str, str]:
    """Where to go on back and on, what is left out included; a service that did not answer stays where it was."""
    older: dict[TopicPartition, int] = {}
    newer: dict[TopicPartition, int] = {}
    for text, places in ((asked.before, older), (asked.after, newer)):
        if text and known:
            places |= read_places(text)
    for answer in known.values():
        older |= read_places(answer.older) if answer.older else {}
        newer |= read_places(answer.newer) if answer.newer else {}
    for event in left_out:
        place = TopicPartition(event.topic, event.partition)
        if asked.is_backwards_of(service_of(place.topic)):
            older[place] = max(older[place], event.offset + 1)
        else:
            newer[place] = min(newer[place], event.offset)
    return written_places(older) if older else "", written_places(newer) if newer else ""
