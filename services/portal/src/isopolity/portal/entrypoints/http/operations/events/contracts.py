"""Contracts: the types of events, as the catalogue knows them: who writes, who reads, how long it is kept, the schema.

Invariant: all of it comes from the catalogue, so that it is right whoever is away.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES, TOPIC_OF_TYPE
from isopolity.contracts.generation.json_schemas import example_of, schema_of
from isopolity.contracts.masked_fields import field_names, is_masked
from isopolity.contracts.topic import Topic
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.operations.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.operations.topics import readers_without_group
from isopolity.portal.entrypoints.http.rendering import page

_PATH: Final = f"{FLOW}/contracts"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicContract:
    """A topic of the catalogue."""

    topic: Topic

    @property
    def without_group(self) -> Sequence[str]:
        """Services that read it without a consumer group."""
        return readers_without_group(self.topic)

    @property
    def days(self) -> int | None:
        """How long an event is kept; None where the latest of each key is."""
        return None if self.topic.retention is None else self.topic.retention.days


def _contract(topic: Topic) -> TopicContract:
    return TopicContract(topic=topic)


@for_operators
async def contracts(request: Request, account: Account) -> Response:
    """All topics with their types."""
    found = [_contract(topic) for topic in EVENT_TOPICS]
    return page(request, "operations/contracts.html", here="me", account=account, contracts=found)


@for_operators
async def contract(request: Request, account: Account) -> Response:
    """One type: its fields, which of them are masked, its schema, and an example."""
    event_type = EVENT_TYPES.get(request.path_params["type"])
    if event_type is None:
        raise NothingThere(request.path_params["type"])
    names = list(field_names(event_type.data))
    return page(
        request,
        "operations/contract.html",
        here="me",
        account=account,
        event_type=event_type,
        contract=_contract(TOPIC_OF_TYPE[event_type.name]),
        masked=[name for name in names if is_masked(name.split("."), event_type.data)],
        schema=json.dumps(schema_of(event_type), ensure_ascii=False, indent=2),
        example=json.dumps(example_of(event_type), ensure_ascii=False, indent=2),
    )


routes = [Route(_PATH, contracts), Route(f"{_PATH}/{{type}}", contract)]
