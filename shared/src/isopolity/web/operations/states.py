"""`POST /<service>/v1/states/republish`: the owner of a state publishes it again, for what was lost or came to harm.

Invariant: the state goes out as the database has it, under its version, through the outbox: it overtakes no change, and
consumers that know it take it as no change. The entry in the audit is of the same transaction.
"""

from typing import Any, Final

from fastapi import Depends
from pydantic import BaseModel, Field

from isopolity.contracts.catalogue import EVENT_TOPICS
from isopolity.persistence.republication import Republishing, RestorationUnderWay
from isopolity.web.documents.refusals import refusals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require

_STATES: Final = frozenset(topic.name for topic in EVENT_TOPICS if topic.compacted)


class Republication(BaseModel):
    """Which state to publish again, and why; the audit keeps that."""

    topic: str = Field(max_length=200, examples=["isopolity.registry.city"])
    key: str = Field(min_length=1, max_length=300, description="The key of its events: the id of a city, for instance")
    reason: str = Field(min_length=3, max_length=500, examples=["its event could not be read"])


class Republished(BaseModel):
    """The state that goes out again."""

    topic: str
    key: str


def states_router(service: str, states: Republishing[Any]) -> ServiceRouter:
    """The route, for a service that keeps states."""
    router = ServiceRouter(prefix=f"/{service}/v1/states")
    own = sorted({source.topic for source in states.sources} & _STATES)

    @router.post("/republish", responses=refusals(404), dependencies=[Depends(require("operator:redrive"))])
    async def republish(wanted: Republication) -> Republished:
        """Publish the state of one key again, as it is; what a bad event said is then overtaken on its topic."""
        if wanted.topic not in own:
            raise Problem(422, f"{service} keeps no states of {wanted.topic}; choose from {', '.join(own)}.")
        try:
            found = await states.publish_one(wanted.topic, wanted.key, wanted.reason)
        except RestorationUnderWay as error:
            raise Problem(409, str(error), code="not-possible") from None
        if not found:
            raise Problem(404, f"{service} tells nobody of a state with this key on {wanted.topic}.")
        return Republished(topic=wanted.topic, key=wanted.key)

    return router
