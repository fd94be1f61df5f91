"""The catalogue: every topic with its event types, who produces and who consumes it, how long it is kept; the groups.

Invariant: all that describes the contracts (JSON Schemas, AsyncAPI, the topic-creation file, the table in the docs) is
generated from here. The number of partitions is fixed when a topic is created.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from isopolity.contracts import event_types as types
from isopolity.contracts.event_types import SERVICES
from isopolity.contracts.matching import InterestEnded, PartnershipState, ProposalState
from isopolity.contracts.notify import DeliveryState, ResponseReceived, ResponsesCompleted
from isopolity.contracts.registry import (
    CanarySounded,
    CityState,
    ConfirmationRequested,
    ContactState,
    PartnerState,
    RequestState,
    RevocationState,
    SignInRequested,
    TwinningState,
)
from isopolity.contracts.topic import EventType, Topic, event_topic

CITY: Final = event_topic(
    "registry",
    "city",
    CityState,
    {
        types.CITY_REGISTERED: "A city applied to join, or staff entered it",
        types.CITY_REVISED: "A city's profile changed",
        types.CITY_ENDORSED: "Staff endorsed the city: it is visible and matched from now on",
        types.CITY_WITHDRAWN: "The city left the network",
    },
    key_field="city_id",
    refs=(("member", "city_id"),),
    consumers=("matching", "notify"),
)
PARTNER: Final = event_topic(
    "registry",
    "partner",
    PartnerState,
    {
        types.PARTNER_REGISTERED: "A partner applied to join, or staff entered it",
        types.PARTNER_REVISED: "A partner's profile or one of its programmes changed",
        types.PARTNER_ENDORSED: "Staff endorsed the partner",
        types.PARTNER_WITHDRAWN: "The partner left the network, and its programmes with it",
    },
    key_field="partner_id",
    refs=(("member", "partner_id"),),
    consumers=("matching", "notify"),
)
REQUEST: Final = event_topic(
    "registry",
    "request",
    RequestState,
    {
        types.REQUEST_PUBLISHED: "A city asked sponsors for something",
        types.REQUEST_REVISED: "The request changed",
        types.REQUEST_CLOSED: "The request is no longer open",
    },
    key_field="request_id",
    refs=(("member", "city_id"),),
    consumers=("matching",),
)
TWINNING: Final = event_topic(
    "registry",
    "twinning",
    TwinningState,
    {
        types.TWINNING_DECLARED: "Two cities are twinned already",
        types.TWINNING_RETRACTED: "The declaration was wrong, or the tie has ended",
    },
    key="the two city ids, in order",
    key_field="twinning_id",
    refs=(("member", "city_a"), ("member", "city_b")),
    consumers=("matching",),
)
CONTACT: Final = event_topic(
    "registry",
    "contact",
    ContactState,
    {
        types.CONTACT_CHANGED: "A contact was added or changed; fetch it from registry",
        types.CONTACT_ERASED: "A contact was erased; delete it everywhere",
    },
    key_field="contact_id",
    refs=(("member", "member_id"),),
    consumers=("matching", "notify"),
)
CONFIRMATION: Final = event_topic(
    "registry",
    "confirmation",
    ConfirmationRequested,
    {types.CONFIRMATION_REQUESTED: "Somebody applies to join: mail a link, or what the office writes about it"},
    key_field="confirmation_id",
    consumers=("notify",),
    retention=timedelta(days=7),
)
SIGN_IN: Final = event_topic(
    "registry",
    "sign-in",
    SignInRequested,
    {types.SIGN_IN_REQUESTED: "Somebody named an address to sign in: mail a link and a code, if registry says to whom"},
    key_field="sign_in_id",
    consumers=("notify",),
    retention=timedelta(days=1),
)
REVOCATION: Final = event_topic(
    "registry",
    "revocation",
    RevocationState,
    {types.REVOCATION_ISSUED: "Bearer tokens that were issued until now are no longer accepted"},
    key_field="revocation_id",
    consumers=SERVICES,
    partitions=1,
)
PROPOSAL: Final = event_topic(
    "matching",
    "proposal",
    ProposalState,
    {
        types.PROPOSAL_ISSUED: "A proposal goes out to both sides",
        types.PROPOSAL_ANSWERED: "One side answered",
        types.PROPOSAL_AGREED: "Both sides said yes",
        types.PROPOSAL_DECLINED: "The deadline passed and a side had said no",
        types.PROPOSAL_EXPIRED: "The deadline passed without two answers",
        types.PROPOSAL_SUPERSEDED: "The proposal no longer stands: staff took it back",
    },
    key_field="proposal_id",
    refs=(("proposal", "proposal_id"), ("member", "sides.member_id")),
    consumers=("notify",),
    retention=timedelta(days=90),
)
PARTNERSHIP: Final = event_topic(
    "matching",
    "partnership",
    PartnershipState,
    {
        types.PARTNERSHIP_ESTABLISHED: "Two members became partners",
        types.PARTNERSHIP_REVIEWED: "The partners looked back on their partnership",
        types.PARTNERSHIP_RENEWED: "The partners go on",
        types.PARTNERSHIP_ENDED: "The partnership ended",
    },
    key_field="partnership_id",
    refs=(("partnership", "partnership_id"), ("proposal", "proposal_id"), ("member", "sides.member_id")),
    consumers=("matching", "notify"),
)
INTEREST: Final = event_topic(
    "matching",
    "interest",
    InterestEnded,
    {types.INTEREST_ENDED: "The day by which an asker hears is over, and nothing was agreed: tell it so"},
    key_field="interest_id",
    refs=(("member", "member_id"),),
    consumers=("notify",),
    retention=timedelta(days=90),
)
RESPONSE: Final = event_topic(
    "notify",
    "response",
    ResponseReceived,
    {types.RESPONSE_RECEIVED: "A side answered on the answer page"},
    key_field="proposal_id",
    refs=(("proposal", "proposal_id"),),
    consumers=("matching",),
    retention=timedelta(days=90),
    besides=(
        EventType(
            name=types.RESPONSES_COMPLETED,
            data=ResponsesCompleted,
            summary="The watermark: no answer given before that moment follows in this partition",
            key_field="partition_key",
            is_journaled=False,
        ),
    ),
)
DELIVERY: Final = event_topic(
    "notify",
    "delivery",
    DeliveryState,
    {
        types.DELIVERY_SENT: "The mail server took the mail",
        types.DELIVERY_DEFERRED: "The mail server asked to try again later",
        types.DELIVERY_BOUNCED: "The mail came back",
        types.DELIVERY_FAILED: "The mail server refused the mail for good",
        types.DELIVERY_SUPPRESSED: "The mail was not sent, by a setting or a person's wish",
        types.DELIVERY_UNKNOWN: "Whether the mail went out cannot be known; a person decides",
    },
    key_field="message_id",
    refs=(("mail", "message_id"), ("proposal", "proposal_id")),
    consumers=("matching",),
    retention=timedelta(days=90),
)


def _canary_topic(service: str, event_type: str, summary: str, consumer: str) -> Topic:
    """The topic on which `service` passes the canary on to `consumer`."""
    return event_topic(
        service,
        "canary",
        CanarySounded,
        {event_type: f"{summary} through {service}'s outbox"},
        key_field="canary_id",
        consumers=(consumer,),
        retention=timedelta(days=1),
        partitions=1,
        is_journaled=False,
    )


REGISTRY_CANARY: Final = _canary_topic("registry", types.CANARY_SOUNDED, "A sign of life, written", "matching")
MATCHING_CANARY: Final = _canary_topic("matching", types.CANARY_RELAYED, "The sign of life, passed on", "notify")
NOTIFY_CANARY: Final = _canary_topic("notify", types.CANARY_RETURNED, "The sign of life, passed back", "matching")

EVENT_TOPICS: Final[tuple[Topic, ...]] = tuple(each for each in globals().values() if isinstance(each, Topic))
"""All of the above."""


def dead_letter_topic(service: str) -> Topic:
    """Topic of messages that `service` could not process: value, key and headers as they came, the reason added.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A consumer group, the service that runs it, and its topics.

    A topic may be read without a group, too: matching's graph reader and the readers of revocations commit nothing.
    """

    name: str
    service: str
    topics: tuple[str, ...]


def _group(service: str, *topics: str) -> Group:
    return Group(name=f"isopolity.{service}", service=service, topics=topics)


MATCHING_GROUP: Final = _group(
    "matching",
    *(CITY.name, PARTNER.name, REQUEST.name, TWINNING.name),
    *(RESPONSE.name, DELIVERY.name, REGISTRY_CANARY.name, NOTIFY_CANARY.name),
)
NOTIFY_GROUP: Final = _group(
    "notify",
    *(CITY.name, PARTNER.name, CONTACT.name, PROPOSAL.name, PARTNERSHIP.name, INTEREST.name),
    *(CONFIRMATION.name, SIGN_IN.name, MATCHING_CANARY.name),
)
GROUPS: Final = (MATCHING_GROUP, NOTIFY_GROUP)


def published_by(service: str) -> tuple[str, ...]:
    """The topics of events that a service publishes."""
    return tuple(topic.name for topic in EVENT_TOPICS if topic.producer == service)


TOPICS: Final[tuple[Topic, ...]] = (*EVENT_TOPICS, *(dead_letter_topic(service) for service in SERVICES))
EVENT_TYPES: Final[Mapping[str, EventType]] = MappingProxyType(
    {event_type.name: event_type for topic in EVENT_TOPICS for event_type in topic.types}
)
TOPIC_OF_TYPE: Final[Mapping[str, Topic]] = MappingProxyType(
    {event_type.name: topic for topic in EVENT_TOPICS for event_type in topic.types}
)
