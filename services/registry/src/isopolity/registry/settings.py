"""The settings of registry: what all services share, and its own."""

import hmac
from datetime import timedelta
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from isopolity.configuration.settings import Settings, long_keys, split_keys
from isopolity.identity.network_keys import REGISTRY, PublicKey, public_key
from isopolity.machine import periods
from isopolity.registry.application.access.rules import SignInRules
from isopolity.registry.application.limits import ApplicationLimits


class RegistrySettings(Settings):
    """Read from `ISOPOLITY_…`."""

    registry_database_url: SecretStr | None = None
    """`postgresql://user:password@host/database`; a SQLite file in the data folder if not set."""

    registry_keys: SecretStr = SecretStr("")
    """Secrets of registry alone, comma separated: the first signs and seals, all verify and open."""

    applications_per_client: int = Field(default=20, ge=1)
    """Applications a day from one network address."""
    applications_per_address: int = Field(default=3, ge=1)
    """Applications a day that make a mail to one e-mail address."""
    applications_per_day: int = Field(default=500, ge=1)
    """Applications a day in all."""
    application_days: int = Field(default=180, ge=7)
    """How long a confirmed application that nobody decides is kept, with who applied."""
    decided_application_days: int = Field(default=90, ge=1)
    """How long a decided application, which names nobody, can be read."""
    withdrawn_member_days: int = Field(default=730, ge=30)
    """How long a withdrawn member can be brought back; then it goes, with its contacts and all that belongs to it."""
    closed_request_days: int = Field(default=730, ge=30)
    """How long a closed request is kept."""
    ended_twinning_days: int = Field(default=730, ge=30)
    """How long a refused or retracted twinning is kept."""
    claim_days: int = Field(default=365, ge=30)
    """How long a twinning that one side claims waits for the other, and a change of identity is kept."""
    review_programmes: bool = True
    """Whether a partner's change of the meaning of an admitted programme waits for staff."""
    review_words: bool = False
    """Whether a change of own words waits for staff: of an endorsed member about itself or its needs and offers, of a
    city in its requests."""
    review_requests: bool = False
    """Whether a city's new request, and a change of the meaning of a request, waits for staff."""
    sign_ins_per_address: int = Field(default=20, ge=1)
    """Most requests a day to sign in with one e-mail address, by unknown browsers at one network address."""
    sign_ins_per_day: int = Field(default=2_000, ge=1)
    """Most requests a day to sign in, by all unknown browsers."""
    sign_in_guesses_per_day: int = Field(default=100, ge=1)
    """Most wrong codes a day, by all unknown browsers, over all e-mail addresses."""
    known_browser_days: int = Field(default=periods.KNOWN_BROWSER.days, ge=1, le=periods.KNOWN_BROWSER.days)
    """Days for which a browser is known after its last sign-in; browsers keep no cookie longer than 400 days."""
    session_days: int = Field(default=14, ge=1, le=366)
    """How long a session of a member's contact lasts from its sign-in on."""
    staff_session_hours: int = Field(default=12, ge=1, le=744)
    """How long a session of staff or an operator lasts from its sign-in on."""

    staff_second_factor: bool = True
    """Whether staff and operators need a code of an app beside the mailed link."""

    staff_issuer: str | None = None
    """OpenID Connect issuer of the office's organisation, where staff and operators may sign in."""
    staff_client_id: str | None = None
    """As which client the issuer knows this network."""
    staff_client_secret: SecretStr | None = None
    """The client's secret, if it has one."""

    @field_validator("registry_keys")
    @classmethod
    def _long_registry_keys(cls, keys: SecretStr) -> SecretStr:
        return long_keys(keys)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if set(self.ring) & set(self.earlier_keys):
            raise ValueError("ISOPOLITY_REGISTRY_KEYS and ISOPOLITY_TOKEN_KEYS share a key: make another for registry")
        return self

    @model_validator(mode="after")
    def _known_to_the_issuer(self) -> Self:
        if (self.staff_issuer is None) != (self.staff_client_id is None):
            raise ValueError("set ISOPOLITY_STAFF_ISSUER and ISOPOLITY_STAFF_CLIENT_ID together, or neither")
        return self

    @property
    def ring(self) -> tuple[str, ...]:
        """The secrets of registry alone, the one that signs and seals first."""
        return split_keys(self.registry_keys)

    @property
    def sealing_keys(self) -> tuple[str, ...]:
        """Keys that seal secrets of apps, the newest first; those of the release before open what it sealed."""
        return self.ring + self.earlier_keys

    @property
    def digest_key(self) -> bytes:
        """Key of the digests of codes and addresses: made from the first key for this purpose alone."""
        if self.ring:
            return hmac.digest(self.ring[0].encode(), b"isopolity.registry.digests", "sha256")
        return self.earlier_keys[0].encode() if self.earlier_keys else b""

    @property
    def own_keys(self) -> tuple[PublicKey, ...]:
        """The public keys of the network: its own, and those that the settings name of others."""
        others = (key for key in self.given_keys if key.name != REGISTRY)
        return (*(public_key(secret, REGISTRY) for secret in self.ring), *others)

    @property
    def missing_keys(self) -> str | None:
        if self.ring or self.earlier_keys or self.oidc_issuer:
            return None
        return "Set ISOPOLITY_REGISTRY_KEYS (32 characters or more) or ISOPOLITY_OIDC_ISSUER."

    @property
    def sign_in_rules(self) -> SignInRules:
        return SignInRules(
            key=self.digest_key,
            per_address=self.sign_ins_per_address,
            per_day=self.sign_ins_per_day,
            guesses_per_day=self.sign_in_guesses_per_day,
            session=timedelta(days=self.session_days),
            staff_session=timedelta(hours=self.staff_session_hours),
            second_factor=self.staff_second_factor,
        )

    @property
    def application_limits(self) -> ApplicationLimits:
        return ApplicationLimits(
            key=self.digest_key,
            per_client=self.applications_per_client,
            per_address=self.applications_per_address,
            in_all=self.applications_per_day,
        )

    @property
    def database_url(self) -> str:
        if self.registry_database_url is not None:
            return self.registry_database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data / 'registry.db'}"
