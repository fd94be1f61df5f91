"""Settings of the connection to Kafka (addresses, time-outs, TLS and SASL from the environment); names of topics there.

In generation 1 a topic has its own name; in generation 2 the name ends in `.g2`. Invariant: no secret is ever printed.
"""

import ssl
from collections.abc import Mapping, Sequence
from functools import lru_cache
from re import compile as pattern
from typing import Annotated, Any, Final, Literal, Self

from aiokafka import structs
from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from isopolity.configuration.secret_files import SettingsWithSecrets
from isopolity.messaging.broker import TopicPartition
from isopolity.messaging.generations import PARTITIONS_OF_A_GENERATION, first_partition, generation_of

Seconds = Annotated[float, Field(gt=0)]


class KafkaSecurity(SettingsWithSecrets):
    """TLS and SASL of the connection to Kafka: `ISOPOLITY_KAFKA_…`."""

    model_config = SettingsConfigDict(env_prefix="ISOPOLITY_KAFKA_", env_ignore_empty=True, extra="ignore")

    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_cafile: FilePath | None = None
    """Certificates to trust (PEM); those of the system if not set."""
    ssl_certfile: FilePath | None = None
    ssl_keyfile: FilePath | None = None
    """A client's certificate and its key, where the brokers ask for one."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            raise ValueError("set ISOPOLITY_KAFKA_SASL_USERNAME and ISOPOLITY_KAFKA_SASL_PASSWORD, or use no SASL")
        if (self.ssl_certfile is None) != (self.ssl_keyfile is None):
            raise ValueError("set both ISOPOLITY_KAFKA_SSL_CERTFILE and ISOPOLITY_KAFKA_SSL_KEYFILE, or neither")
        return self

    def options(self) -> dict[str, Any]:
        """TLS and SASL as options of an aiokafka client; a file of certificates to trust means TLS in any case."""
        encrypted = self.security_protocol.endswith("SSL") or self.ssl_cafile is not None
        has_login = self.security_protocol.startswith("SASL")
        options: dict[str, Any] = {
            "security_protocol": ("SASL_" if has_login else "") + ("SSL" if encrypted else "PLAINTEXT"),
            "ssl_context": self._tls_context() if encrypted else None,
        }
        if has_login and self.sasl_password is not None:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password.get_secret_value()
        return options

    def _tls_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ssl_cafile)
        if self.ssl_certfile is not None:
            context.load_cert_chain(self.ssl_certfile, self.ssl_keyfile)
        return context


class KafkaSettings(BaseModel):
    """Where Kafka is, how to log in, and the time-outs, in seconds."""

    model_config = ConfigDict(frozen=True)

    bootstrap_servers: str = "127.0.0.1:9092"
    """host:port, several separated by commas."""
    security: KafkaSecurity | None = None
    """TLS and SASL; None: neither."""
    request_timeout: Seconds = 10
    """How long one request may take."""
    publish_timeout: Seconds = 15
    """How long publishing one list of messages may take before its outcome counts as unknown."""
    session_timeout: Seconds = 10
    """How long a consumer may be silent before its partitions go to another."""
    rebalance_timeout: Seconds = 45
    """How long a consumer may take to finish what is in flight when partitions move."""
    metadata_age: Seconds = 30
    """The highest age of a client's metadata of topics and partitions."""
    generation: Annotated[int, Field(ge=1)] = 1
    """The generation of the topics that are written and read."""
    partitions: Mapping[str, int] = {}
    """How many partitions topics must have; others may have as many as they do."""
    max_message_bytes: Annotated[int, Field(gt=0)] = 1_048_588
    """Kafka's own default of `max.message.bytes`: larger messages are refused before they are sent."""

    def with_secrets(self) -> dict[str, Any]:
        """The settings as JSON for another process of ours, with secrets in clear text."""
        found = self.model_dump(mode="json")
        if self.security is not None and self.security.sasl_password is not None:
            found["security"]["sasl_password"] = self.security.sasl_password.get_secret_value()
        return found

    def connection(self) -> dict[str, Any]:
        """The options that every aiokafka client takes."""
        security = {"security_protocol": "PLAINTEXT"} if self.security is None else self.security.options()
        return {
            "bootstrap_servers": self.bootstrap_servers,
            "request_timeout_ms": int(self.request_timeout * 1000),
            "metadata_max_age_ms": int(self.metadata_age * 1000),
            **security,
        }


_NAMED: Final = pattern(r"(.+)\.g([1-9][0-9]*)")


def on_kafka(topic: str, generation: int) -> str:
    """The name on Kafka of a topic's generation."""
    return topic if generation == 1 else f"{topic}.g{generation}"


def topic_of(name: str) -> tuple[str, int]:
    """The topic and the generation that have this name on Kafka."""
    found = _NAMED.fullmatch(name)
    return (name, 1) if found is None else (found[1], int(found[2]))


@lru_cache(maxsize=1024)
def theirs(place: TopicPartition) -> structs.TopicPartition:
    """A partition of ours as Kafka knows it."""
    name = on_kafka(place.topic, generation_of(place.partition))
    return structs.TopicPartition(name, place.partition % PARTITIONS_OF_A_GENERATION)


@lru_cache(maxsize=1024)
def ours(place: structs.TopicPartition) -> TopicPartition:
    """A partition of Kafka's as we know it."""
    topic, generation = topic_of(place[0])
    return TopicPartition(topic, first_partition(generation) + place[1])


def all_on_kafka(topics: Sequence[str], generation: int) -> list[str]:
    """The names on Kafka of these topics' generation."""
    return [on_kafka(topic, generation) for topic in topics]
