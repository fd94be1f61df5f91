"""Settings that all services share, read from the environment variables ISOPOLITY_…; secrets are never printed.

A secret may stand in a file instead: see `secret_files`.
"""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, FilePath, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from isopolity.configuration.secret_files import SettingsWithSecrets
from isopolity.contracts.countries import countries_with
from isopolity.identity.network_keys import PublicKey, read_public_keys
from isopolity.machine.clock import is_zone
from isopolity.machine.periods import OWN_TOKEN


def split_keys(keys: SecretStr) -> tuple[str, ...]:
    """The keys in a comma-separated setting, the signing one first."""
    return _listed(keys.get_secret_value())


def long_keys(keys: SecretStr) -> SecretStr:
    """The keys. Raises ValueError if one is too short to be kept secret."""
    if any(len(key) < 32 for key in split_keys(keys)):
        raise ValueError("each key needs 32 characters or more; `openssl rand -hex 32` makes one")
    return keys


class Settings(SettingsWithSecrets):
    """Settings of every service; a service adds its own with the same prefix."""

    model_config = SettingsConfigDict(
        env_prefix="ISOPOLITY_", env_ignore_empty=True, extra="ignore", use_attribute_docstrings=True
    )

    data: Path = Path("var")
    """Folder of the embedded mode: databases, broker log, mail box, keys."""
    broker: str = "embedded"
    """`embedded`, or Kafka's bootstrap servers: `host:port,host:port`."""
    topic_generation: int = Field(default=1, ge=1, le=1_000_000)
    """The generation of topics that all services use; raise it by one each time that topics are made anew."""
    topic_partitions: int = Field(default=6, ge=1, le=1000)
    """How many partitions the topics of this generation were made with; topics with a single partition keep one."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    """Where a service listens; 0 takes any free port."""
    public_url: str = "http://127.0.0.1:8000"
    """The address that links in mails start with."""
    trusted_proxies: str = ""
    """Addresses and networks of proxies whose X-Forwarded-For and -Proto are believed, comma separated."""
    internal_hosts: str = ""
    """Further host names by which a service is reached from inside, for instance for its metrics, comma separated."""
    registry_url: str | None = None
    """The address at which other services reach registry; the public URL if not set."""
    database_ssl: Literal["disable", "prefer", "require", "verify-full"] = "prefer"
    """`prefer`: encrypted if the server can; `require`: encrypted; `verify-full`: the server is verified too."""
    database_ssl_cafile: FilePath | None = None
    """Certificates to trust (PEM); those of the system if not set."""
    office_time_zone: str = "UTC"
    """The time zone of the network's office, by its IANA name: days of its tasks, and the hour of the weekly mail."""
    countries: FilePath | None = None
    """A CSV file of the network's own names of countries; its cells replace those of the release's table."""
    public_keys: str = ""
    """Public halves of keys that sign the network's tokens: `NAME:HALF`, comma separated; they are not secret.

    registry publishes these keys beside its own; other services use them until they have read the published ones.
    """
    token_keys: SecretStr = SecretStr("")
    """Secrets that all services shared in the release before, comma separated; set only while upgrading from it."""
    oidc_issuer: str | None = None
    oidc_audience: str = "isopolity"
    oidc_jwks_url: str | None = None
    """The address of the issuer's keys; found by OpenID Connect discovery if not set."""
    token_days: int = Field(default=OWN_TOKEN.days, ge=1, le=366)
    """The longest life of a bearer token; a token with a longer one is refused."""
    audit_days: int = Field(default=1095, ge=365)
    """How long the audit keeps an entry; the database refuses to delete one that is younger than 365 days."""
    audit_address_days: int = Field(default=30, ge=0)
    """How long the audit keeps the network address from which an act came."""
    journal_days: int = Field(default=400, ge=1)
    """How long the journal keeps the line of an event: its ids, type, moment and place."""
    build: str = Field(default="", pattern=r"^[\w.+-]{0,64}$")
    """The running build, such as a commit; metrics, logs, pages and `--version` name it beside the version."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "json"
    otlp_endpoint: str | None = None
    """Where OpenTelemetry traces are sent (OTLP over HTTP); without it, none are made."""
    canary_seconds: float = Field(default=60.0, gt=0)
    """Seconds between two canaries."""

    @field_validator("countries")
    @classmethod
    def _named_countries(cls, own: Path | None) -> Path | None:
        if own is not None:
            countries_with(own)
        return own

    @field_validator("office_time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if not is_zone(name):
            raise ValueError("write a time zone by its IANA name, such as Europe/Berlin")
        return name

    @field_validator("token_keys")
    @classmethod
    def _long_keys(cls, keys: SecretStr) -> SecretStr:
        return long_keys(keys)

    @field_validator("public_keys")
    @classmethod
    def _readable_keys(cls, keys: str) -> str:
        read_public_keys(keys)
        return keys

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: str) -> str:
        try:
            networks = [ip_network(proxy, strict=False) for proxy in _listed(proxies)]
        except ValueError:
            raise ValueError("write addresses and networks, such as 10.0.3.7,10.1.0.0/16") from None
        if not all(network.prefixlen for network in networks):
            raise ValueError("name the proxies alone; a network of everybody would let each client choose its address")
        return ",".join(map(str, networks))

    @property
    def proxies(self) -> tuple[str, ...]:
        """The networks of proxies whose forwarded headers are believed."""
        return _listed(self.trusted_proxies)

    @property
    def inside_hosts(self) -> tuple[str, ...]:
        """The further names that are called from inside only, in lower case."""
        return _listed(self.internal_hosts.lower())

    @property
    def database_url(self) -> str:
        """The URL of the service's own database; each service's settings implement it."""
        raise NotImplementedError

    @property
    def longest_token(self) -> timedelta:
        """The longest life of a bearer token."""
        return timedelta(days=self.token_days)

    @property
    def embedded(self) -> bool:
        return self.broker == "embedded"

    @property
    def given_keys(self) -> tuple[PublicKey, ...]:
        """The public keys that the settings name."""
        return read_public_keys(self.public_keys)

    @property
    def earlier_keys(self) -> tuple[str, ...]:
        """The secrets that all services shared in the release before, the signing one first."""
        return split_keys(self.token_keys)

    @property
    def own_keys(self) -> tuple[PublicKey, ...] | None:
        """All public keys of the network, if this service publishes them; None: they are fetched from registry."""
        return None

    @property
    def missing_keys(self) -> str | None:
        """A sentence on the missing keys without which the service cannot start; None if it has all."""
        return None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split(",") if entry.strip())
