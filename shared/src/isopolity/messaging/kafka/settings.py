"""How to reach a Kafka cluster: addresses, TLS, SASL and the time-outs; no secret is ever printed."""

import ssl
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, model_validator

Seconds = Annotated[float, Field(gt=0)]


class KafkaSettings(BaseModel):
    """Where Kafka is and how to log in; with `ca_file` or `tls` the connection is encrypted."""

    model_config = ConfigDict(frozen=True)

    bootstrap_servers: str = "127.0.0.1:9092"
    """host:port, several separated by commas."""
    tls: bool = False
    ca_file: FilePath | None = None
    """Certificates to trust; without it, those of the system."""
    certificate_file: FilePath | None = None
    key_file: FilePath | None = None
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    request_timeout: Seconds = 10
    """How long one request may take."""
    publish_timeout: Seconds = 15
    """How long publishing one list of messages may take before its outcome counts as unknown."""
    session_timeout: Seconds = 15
    """How long a consumer may be silent before its partitions go to another."""
    rebalance_timeout: Seconds = 45
    """How long a consumer may take to finish what is in flight when partitions move."""
    max_message_bytes: Annotated[int, Field(gt=0)] = 1_048_588
    """Kafka's own default of `max.message.bytes`: larger messages are refused before they are sent."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.sasl_mechanism is not None and (self.sasl_username is None or self.sasl_password is None):
            raise ValueError("SASL needs a user name and a password: set both, or no mechanism")
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("a client certificate needs its key: set both files, or neither")
        return self

    def connection(self) -> dict[str, Any]:
        """The options that every aiokafka client takes."""
        encrypted = self.tls or self.ca_file is not None
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "request_timeout_ms": int(self.request_timeout * 1000),
            "security_protocol": ("SASL_" if self.sasl_mechanism else "") + ("SSL" if encrypted else "PLAINTEXT"),
            "ssl_context": self._tls_context() if encrypted else None,
        }
        if self.sasl_mechanism is not None and self.sasl_password is not None:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password.get_secret_value()
        return options

    def _tls_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.certificate_file is not None:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return context
