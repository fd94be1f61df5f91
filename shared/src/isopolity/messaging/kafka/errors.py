"""Every wait on Kafka is bounded, and every error of aiokafka becomes one of ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import errors as kafka

from isopolity.messaging.errors import BrokerRefused, BrokerUnavailable, MessagingError, ProducerFenced, RecordTooLarge

_REFUSALS: Final = (
    kafka.AuthenticationFailedError,
    kafka.AuthenticationMethodNotSupported,
    kafka.SaslAuthenticationFailed,
    kafka.UnsupportedSaslMechanismError,
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.TransactionalIdAuthorizationFailed,
    kafka.InvalidTopicError,
    kafka.PolicyViolationError,
)
_TOO_LARGE: Final = (kafka.MessageSizeTooLargeError, kafka.RecordListTooLargeError, kafka.RecordTooLargeError)

FAILURES: Final = (kafka.KafkaError, kafka.ConsumerStoppedError, OSError, AssertionError, AttributeError, RuntimeError)
"""Errors that a client raises where the broker fails.

aiokafka trips over an answer that names no brokers, as one that is not yet back in its cluster gives, and over a
connection that uvloop has closed already: writing to that is a RuntimeError, where asyncio's own loop says nothing.
"""


@asynccontextmanager
async def bounded(seconds: float, doing: str) -> AsyncIterator[None]:
    """Bound the work inside to `seconds`; aiokafka's errors become ours, whose sentence says `doing`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise BrokerUnavailable(f"Kafka did not answer within {seconds:g} s while {doing}") from None
    except FAILURES as error:
        raise translate(error, doing) from error


def translate(error: Exception, doing: str) -> MessagingError:
    """Our error for one of aiokafka's."""
    if isinstance(error, kafka.ProducerFenced | kafka.InvalidProducerEpoch):
        return ProducerFenced("another producer with this transactional id has started; stop publishing here")
    if isinstance(error, _TOO_LARGE):
        return RecordTooLarge(f"Kafka refused {doing}: {error}")
    if isinstance(error, _REFUSALS):
        return BrokerRefused(f"Kafka refused {doing}: {error}")
    return BrokerUnavailable(f"Kafka failed while {doing}: {type(error).__name__}: {error}")
