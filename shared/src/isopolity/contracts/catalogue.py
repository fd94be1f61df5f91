"""The catalogue: every topic and event type, who produces and who consumes it, and how long it is kept.

Everything that describes the contracts (JSON Schemas, AsyncAPI, the topic-creation file, the table in the docs) is
generated from here. The number of partitions is fixed when a topic is created.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from isopolity.contracts.canary import CanarySounded
from isopolity.contracts.data import Data
from isopolity.contracts.matching import PartnershipState, ProposalState
from isopolity.contracts.notify import DeliveryState, ResponseReceived, ResponsesCompleted
from isopolity.contracts.registry import (
    CityState,
    ConfirmationRequested,
    ContactState,
    PartnerState,
    RequestState,
    RevocationState,
    TwinningState,
)

PARTITIONS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One type of event, `isopolity.<service>.<subject>.<past tense>.v<major>`, and the model of its data."""

    name: str
    data: type[Data]
    summary: str
    key_field: str
    """The field of the data that holds the key."""

    @property
    def dataschema(self) -> str:
        """The `ce_dataschema` of the type: a URN, since no schema server is promised."""
        return f"urn:isopolity:schema:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One aggregate's topic. Compacted when `retention` is None: each event then carries the whole state."""

    name: str
    key: str
    """What the key is, in words."""
    key_field: str
    """The field that holds the key in the data of the aggregate's own events."""
    producer: str
    consumers: tuple[str, ...]
    types: tuple[EventType, ...]
    retention: timedelta | None = None
    partitions: int = PARTITIONS
    personal_fields: tuple[str, ...] = ()
    """Fields that hold personal data; none may, and a test walks them all."""

    @property
    def compacted(self) -> bool:
        """Whether only the latest event of each key is kept."""
        return self.retention is None

    @property
    def settings(self) -> Mapping[str, str]:
        """The topic's configuration in Kafka's own words."""
        if self.retention is None:
            return {"cleanup.policy": "compact"}
        return {"cleanup.policy": "delete", "retention.ms": str(self.retention // timedelta(milliseconds=1))}


def _topic(
    service: str,
    subject: str,
    data: type[Data],
    types: Mapping[str, str],
    *,
    key: str,
    key_field: str,
    consumers: tuple[str, ...],
    retention: timedelta | None = None,
    partitions: int = PARTITIONS,
    besides: tuple[EventType, ...] = (),
) -> Topic:
    name = f"isopolity.{service}.{subject}"
    return Topic(
        name=name,
        key=key,
        key_field=key_field,
        producer=service,
        consumers=consumers,
        retention=retention,
        partitions=partitions,
        types=tuple(
            EventType(name=f"{name}.{verb}.v1", data=data, summary=text, key_field=key_field)
            for verb, text in types.items()
        )
        + besides,
    )


CITY: Final = _topic(
    "registry",
    "city",
    CityState,
    {
        "registered": "A city applied to join, or staff entered it",
        "revised": "A city's profile changed",
        "endorsed": "Staff endorsed the city: it is visible and matched from now on",
        "withdrawn": "The city left the network",
    },
    key="city id",
    key_field="city_id",
    consumers=("matching",),
)
PARTNER: Final = _topic(
    "registry",
    "partner",
    PartnerState,
    {
        "registered": "A partner applied to join, or staff entered it",
        "revised": "A partner's profile or one of its programmes changed",
        "endorsed": "Staff endorsed the partner",
        "withdrawn": "The partner left the network, and its programmes with it",
    },
    key="partner id",
    key_field="partner_id",
    consumers=("matching",),
)
REQUEST: Final = _topic(
    "registry",
    "request",
    RequestState,
    {
        "published": "A city asked sponsors for something",
        "revised": "The request changed",
        "closed": "The request is no longer open",
    },
    key="request id",
    key_field="request_id",
    consumers=("matching",),
)
TWINNING: Final = _topic(
    "registry",
    "twinning",
    TwinningState,
    {
        "declared": "Two cities are twinned already",
        "retracted": "The declaration was wrong, or the tie has ended",
    },
    key="the two city ids, in order",
    key_field="twinning_id",
    consumers=("matching",),
)
CONTACT: Final = _topic(
    "registry",
    "contact",
    ContactState,
    {
        "changed": "A contact was added or changed; fetch it from registry",
        "erased": "A contact was erased; delete it everywhere",
    },
    key="contact id",
    key_field="contact_id",
    consumers=("matching", "notify"),
)
CONFIRMATION: Final = _topic(
    "registry",
    "confirmation",
    ConfirmationRequested,
    {"requested": "Somebody applied to join: mail a link to the address, so that it is confirmed"},
    key="confirmation id",
    key_field="confirmation_id",
    consumers=("notify",),
    retention=timedelta(days=7),
)
REVOCATION: Final = _topic(
    "registry",
    "revocation",
    RevocationState,
    {"issued": "Bearer tokens that were issued until now are no longer accepted"},
    key="revocation id",
    key_field="revocation_id",
    consumers=("registry", "matching", "notify"),
    partitions=1,
)
PROPOSAL: Final = _topic(
    "matching",
    "proposal",
    ProposalState,
    {
        "issued": "A proposal goes out to both sides",
        "answered": "One side answered",
        "agreed": "Both sides said yes",
        "declined": "The deadline passed and a side had said no",
        "expired": "The deadline passed without two answers",
        "superseded": "The proposal no longer stands, for instance because a member withdrew",
    },
    key="proposal id",
    key_field="proposal_id",
    consumers=("notify",),
    retention=timedelta(days=90),
)
PARTNERSHIP: Final = _topic(
    "matching",
    "partnership",
    PartnershipState,
    {
        "established": "Two members became partners",
        "reviewed": "The partners looked back on their partnership",
        "renewed": "The partners go on",
        "ended": "The partnership ended",
    },
    key="partnership id",
    key_field="partnership_id",
    consumers=("matching", "notify"),
)
RESPONSE: Final = _topic(
    "notify",
    "response",
    ResponseReceived,
    {"received": "A side answered on the answer page"},
    key="proposal id",
    key_field="proposal_id",
    consumers=("matching",),
    retention=timedelta(days=90),
    besides=(
        EventType(
            name="isopolity.notify.response.completed.v1",
            data=ResponsesCompleted,
            summary="The watermark: no answer given before that moment follows in this partition",
            key_field="partition_key",
        ),
    ),
)
DELIVERY: Final = _topic(
    "notify",
    "delivery",
    DeliveryState,
    {
        "sent": "The mail server took the mail",
        "deferred": "The mail server asked to try again later",
        "bounced": "The mail came back",
        "failed": "The mail server refused the mail for good",
        "suppressed": "The mail was not sent, by a setting or a person's wish",
        "unknown": "Whether the mail went out cannot be known; a person decides",
    },
    key="message id",
    key_field="message_id",
    consumers=("matching",),
    retention=timedelta(days=90),
)
REGISTRY_CANARY: Final = _topic(
    "registry",
    "canary",
    CanarySounded,
    {"sounded": "A sign of life, written through registry's outbox"},
    key="canary id",
    key_field="canary_id",
    consumers=("matching",),
    retention=timedelta(days=1),
    partitions=1,
)
MATCHING_CANARY: Final = _topic(
    "matching",
    "canary",
    CanarySounded,
    {"relayed": "The sign of life, passed on through matching's outbox"},
    key="canary id",
    key_field="canary_id",
    consumers=("notify",),
    retention=timedelta(days=1),
    partitions=1,
)

NOTIFY_CANARY: Final = _topic(
    "notify",
    "canary",
    CanarySounded,
    {"returned": "The sign of life, passed back through notify's outbox"},
    key="canary id",
    key_field="canary_id",
    consumers=("matching",),
    retention=timedelta(days=1),
    partitions=1,
)

EVENT_TOPICS: Final = (
    CITY,
    PARTNER,
    REQUEST,
    TWINNING,
    CONTACT,
    CONFIRMATION,
    REVOCATION,
    PROPOSAL,
    PARTNERSHIP,
    RESPONSE,
    DELIVERY,
    REGISTRY_CANARY,
    MATCHING_CANARY,
    NOTIFY_CANARY,
)
SERVICES: Final = ("registry", "matching", "notify")


def dead_letter_topic(service: str) -> Topic:
    """Where `service` puts what it could not process: value, key and headers as they came, the reason added.

    Its one partition gives all instances one order in which dead letters are counted.
    """
    return Topic(
        name=f"isopolity.{service}.dead-letter",
        key="the original key",
        key_field="",
        producer=service,
        consumers=(),
        types=(),
        retention=timedelta(days=30),
        partitions=1,
    )


TOPICS: Final[tuple[Topic, ...]] = (*EVENT_TOPICS, *(dead_letter_topic(service) for service in SERVICES))
EVENT_TYPES: Final[Mapping[str, EventType]] = MappingProxyType(
    {event_type.name: event_type for topic in EVENT_TOPICS for event_type in topic.types}
)
TOPIC_OF_TYPE: Final[Mapping[str, Topic]] = MappingProxyType(
    {event_type.name: topic for topic in EVENT_TOPICS for event_type in topic.types}
)
