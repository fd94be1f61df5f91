"""Settings of the connection to Kafka: what is incomplete is refused, what is secret is not shown."""

import asyncio
import ssl
from pathlib import Path
from unittest.mock import patch

import certifi
import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr, ValidationError

from isopolity.messaging.kafka.clients import tear_down_producer
from isopolity.messaging.kafka.settings import KafkaSecurity, KafkaSettings


def test_plain_connection_is_the_default() -> None:
    assert KafkaSettings().connection()["security_protocol"] == "PLAINTEXT"


def test_login_over_tls() -> None:
    settings = KafkaSettings(
        security=KafkaSecurity(security_protocol="SASL_SSL", sasl_username="notify", sasl_password=SecretStr("s3cret"))
    )
    options = settings.connection()
    assert options["security_protocol"] == "SASL_SSL"
    assert isinstance(options["ssl_context"], ssl.SSLContext)
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("notify", "s3cret")
    assert "s3cret" not in f"{settings!r} {settings}"


def test_login_without_a_password_is_refused() -> None:
    with pytest.raises(ValidationError, match="set ISOPOLITY_KAFKA_SASL_USERNAME and"):
        KafkaSecurity(security_protocol="SASL_SSL", sasl_username="notify")


def test_certificate_without_its_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="set both ISOPOLITY_KAFKA_SSL_CERTFILE and"):
        KafkaSecurity(ssl_certfile=Path(__file__))


def test_certificates_to_trust_mean_an_encrypted_connection() -> None:
    assert KafkaSecurity(ssl_cafile=Path(certifi.where())).options()["security_protocol"] == "SSL"


async def trip() -> None:
    raise KeyError("a batch that the sender wanted to put back")


async def hang() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("ending", [trip, hang])
async def test_a_producer_that_cannot_stop_in_order_is_torn_down_all_the_same(ending: object) -> None:
    producer = AIOKafkaProducer(bootstrap_servers="127.0.0.1:9", enable_idempotence=True)
    with patch.object(producer, "stop", ending):
        await tear_down_producer(producer, 0.05)
    await producer.stop()
