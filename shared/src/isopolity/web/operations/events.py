"""Events over HTTP: browse, search and follow the topics that the service publishes; answers are masked.

`POST /<service>/v1/states/republish`: a service publishes a state of its own again if it was lost or damaged. The state
is published as the database has it, with its present version, through the outbox: so it cannot overtake a change, and
consumers that have this version ignore it.

Invariant: masked values leave the service only by a POST that gives a reason, once that reason is in the audit. A
republication has its entry in the audit in the same transaction.
"""

import asyncio
from functools import cache
from typing import Annotated, Final

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field

from isopolity.contracts.catalogue import EVENT_TOPICS, published_by
from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable
from isopolity.messaging.scanning import query as scans
from isopolity.messaging.scanning.query import SeenRecord
from isopolity.messaging.scanning.scan import Account, Stopped
from isopolity.persistence.audit import keep_act
from isopolity.persistence.republication import RestorationUnderWay
from isopolity.web.api_documents import refusals
from isopolity.web.operations.event_questions import EventsQuestion, check_offset, places_of, query_of
from isopolity.web.operations.vitals import AskedVitals, Scanned, Scanner, ScansBusy, Vitals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require


class EventsAnswer(BaseModel):
    """Matching events in the order of time, or the newest first with `begin=end`; and how much was read for them."""

    topics: list[str]
    events: list[SeenRecord]
    unmasked: bool
    read: int = Field(description="Records that were read")
    kilobytes: int
    matched: int = Field(description="Records that fit, of those that were read")
    seconds: float
    stopped: Stopped | None = Field(
        description="Why it did not read all: `found` what was asked for, a limit (`records`, `bytes`, `seconds`, "
        "`size`, `memory`), the `broker` went away, a record is `unreadable`, or the scan is `broken`; else null"
    )
    older: str = Field(description="`before` of the events before these")
    newer: str = Field(description="`after` of the events after these")


class UnmaskOrder(EventsQuestion):
    """Which events to show as they are, and why."""

    reason: str = Field(min_length=3, max_length=500, examples=["a city asks why its mail names the wrong town"])
    """The audit keeps it."""


def events_router(service: str) -> ServiceRouter:
    """`/<service>/v1/events`, for operators."""
    router = ServiceRouter(prefix=f"/{service}/v1/events")

    @router.get("", dependencies=[Depends(require("operator"))])
    async def list_events(
        vitals: AskedVitals, request: Request, question: Annotated[EventsQuestion, Query()]
    ) -> EventsAnswer:
        """Events of the topics that the service publishes, masked; filters apply to the masked data."""
        query = query_of(question, vitals.service, vitals.clock(), vitals.generation)
        return await _answer(vitals, request, question, query)

    @router.post("/unmask", dependencies=[Depends(require("operator:unmask"))])
    async def unmask(vitals: AskedVitals, request: Request, order: UnmaskOrder) -> EventsAnswer:
        """The events of a question unmasked, in this answer only; the audit keeps the question and the reason."""
        query = query_of(order, vitals.service, vitals.clock(), vitals.generation, unmasked=True)
        asked = order.model_dump(mode="json", exclude_defaults=True, exclude={"reason"})
        details = {"reason": order.reason, "topics": list(query.topics), "asked": asked}
        await keep_act(vitals.database, vitals.tables.audit, vitals.clock, details)
        return await _answer(vitals, request, order, query)

    return router


async def _answer(vitals: Vitals, request: Request, question: EventsQuestion, query: scans.Query) -> EventsAnswer:
    if vitals.scanner is None or not published_by(vitals.service):
        raise Problem(404, f"{vitals.service} publishes no events.")
    try:
        if question.begin == "offset" and query.places is not None:
            check_offset(question, query, await vitals.broker.bounds(query.topics))
        if question.wait:
            found = await _followed(vitals.scanner, request, question, query)
        else:
            found = await vitals.scanner.scan(query)
    except ScansBusy:
        sentence = "Other scans run and wait; ask again in some seconds, or for fewer topics."
        raise Problem(429, sentence, headers={"Retry-After": "5"}) from None
    except (BrokerUnavailable, BrokerRefused) as error:
        sentence = f"The broker does not answer: {str(error).rstrip('.')}."
        raise Problem(503, sentence, code="unavailable", parameters={"part": "broker"}) from None
    return EventsAnswer(
        topics=list(query.topics), events=list(found.records), unmasked=query.unmasked, **found.account.model_dump()
    )


async def _followed(scanner: Scanner, request: Request, question: EventsQuestion, query: scans.Query) -> Scanned:
    """Events as they come; ends when the client disconnects, so that another follower can take its place."""
    following = asyncio.create_task(scanner.follow(query, places_of(query), question.wait))
    leaving = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((following, leaving), return_when=asyncio.FIRST_COMPLETED)
        return following.result() if following.done() else Scanned(records=(), account=Account())
    finally:
        for task in (following, leaving):
            task.cancel()
        await asyncio.gather(following, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


_STATES: Final = frozenset(topic.name for topic in EVENT_TOPICS if topic.compacted)


class Republication(BaseModel):
    """The state to publish again, and the reason, which the audit keeps."""

    topic: str = Field(max_length=200, examples=["isopolity.registry.city"])
    key: str = Field(min_length=1, max_length=300, description="The key of its events: the id of a city, for instance")
    reason: str = Field(min_length=3, max_length=500, examples=["its event could not be read"])


class Republished(BaseModel):
    """The state that was published again."""

    topic: str
    key: str


@cache
def states_router(service: str) -> ServiceRouter:
    """The route, for a service that keeps states."""
    router = ServiceRouter(prefix=f"/{service}/v1/states")

    @router.post("/republish", responses=refusals(404), dependencies=[Depends(require("operator:redrive"))])
    async def republish(wanted: Republication, vitals: AskedVitals) -> Republished:
        """Publish the present state of one key again; it replaces a wrong event on its topic."""
        states = vitals.states
        own = [] if states is None else sorted({source.topic for source in states.sources} & _STATES)
        if states is None or wanted.topic not in own:
            raise Problem(422, f"{service} keeps no states of {wanted.topic}; choose from {', '.join(own)}.")
        try:
            found = await states.publish_one(wanted.topic, wanted.key, wanted.reason)
        except RestorationUnderWay as error:
            raise Problem(409, str(error), code="not-possible") from None
        if not found:
            raise Problem(404, f"{service} has no published state with this key on {wanted.topic}.")
        return Republished(topic=wanted.topic, key=wanted.key)

    return router
