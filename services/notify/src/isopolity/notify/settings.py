"""The settings of notify: those that all services share, and its own."""

import hmac
from collections.abc import Sequence
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from isopolity.configuration.settings import Settings, long_keys, split_keys
from isopolity.notify.domain.errors import SettingMissing


def made_link_keys(token_keys: Sequence[str]) -> tuple[str, ...]:
    """Keys for answer links, derived from the token keys; used if no others are set."""
    label = b"isopolity.notify.answer-link"
    return tuple(hmac.new(key.encode(), label, sha256).hexdigest() for key in token_keys)


def _with_address(text: str) -> str:
    local, at, domain = parseaddr(text)[1].partition("@")
    if not (local and at and domain and text.isascii()):
        raise ValueError("write an ASCII address: network@city.example, or Network <network@city.example>")
    return text


class NotifySettings(Settings):
    """Read from `ISOPOLITY_…`."""

    notify_database_url: SecretStr | None = None
    """`postgresql://user:password@host/database`; a SQLite file in the data folder if not set."""
    mail_from: Annotated[str, AfterValidator(_with_address)] = "Isopolity <network@isopolity.example>"
    """The sender of all mails."""
    rehearsal: Annotated[str, AfterValidator(_with_address)] | None = None
    """Every mail goes to this address instead of its contact's."""
    smtp_host: str | None = None
    """The mail server; a mail box on disk, in the data folder, if not set."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["none", "starttls", "implicit"] = "starttls"
    """`none` only without user name and password, which would be read on the way."""
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_cafile: Path | None = None
    smtp_timeout: float = Field(default=30.0, gt=0, le=60)
    """Seconds for each step of the dialogue with the mail server."""
    mail_concurrency: int = Field(default=16, ge=1, le=100)
    """Connections to the mail server; also how many mails at most are unknown after a crash."""
    mail_lease_seconds: float = Field(default=600.0, gt=0)
    """Seconds after which a process that holds a mail is taken for dead; must outlast the mail server's timeouts."""
    mail_attempts: int = Field(default=20, ge=1)
    """How many times a mail is tried that the mail server cannot take now; then it is failed."""
    mail_days: int = Field(default=730, ge=120)
    """How long a mail's entry is kept, and the proposal that it is about; longer than topics keep their events."""
    answer_words_days: int = Field(default=365, ge=1)
    """How long the words that a person writes with an answer are kept."""
    mailbox_days: int = Field(default=365, ge=1)
    """How long a mail stays in the mail box on disk."""
    watermark_seconds: float = Field(default=600.0, gt=0, le=600)
    """Seconds between two watermarks of answers: matching settles a deadline up to that much later."""
    mail_catcher: Annotated[str, Field(pattern=r"^[^:\s]+:\d{1,5}$")] | None = None
    """`host:port` of a server for trying out that delivers nothing; used, without TLS, while no mail server is set."""
    link_keys: SecretStr = SecretStr("")
    """Secrets for answer links, comma separated; the first signs, all verify."""
    notify_key: SecretStr | None = None
    """The secret of notify's own key, which signs its calls of registry; registry knows the public half."""
    service_token: SecretStr | None = None
    """The bearer token for registry's contacts; signed with notify's own key if not set."""

    @property
    def database_url(self) -> str:
        if self.notify_database_url is not None:
            return self.notify_database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data / 'notify.db'}"

    @field_validator("link_keys")
    @classmethod
    def _long_link_keys(cls, keys: SecretStr) -> SecretStr:
        return long_keys(keys)

    @field_validator("notify_key")
    @classmethod
    def _long_own_key(cls, key: SecretStr | None) -> SecretStr | None:
        return None if key is None else long_keys(key)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if set(split_keys(self.link_keys)) & set(self.earlier_keys):
            raise ValueError("ISOPOLITY_LINK_KEYS and ISOPOLITY_TOKEN_KEYS share a key: make another for the links")
        return self

    @model_validator(mode="after")
    def _credentials_in_secret(self) -> Self:
        if self.smtp_tls == "none" and (self.smtp_username or self.smtp_password):
            raise ValueError(
                "ISOPOLITY_SMTP_USERNAME and ISOPOLITY_SMTP_PASSWORD would go in clear: set ISOPOLITY_SMTP_TLS to "
                "starttls or implicit, or unset both"
            )
        return self

    @property
    def answer_link_keys(self) -> tuple[str, ...]:
        """Keys for answer links, the signing key first; derived from the token keys if none are set."""
        return split_keys(self.link_keys) or made_link_keys(self.earlier_keys)

    def require_keys(self) -> None:
        """Raise SettingMissing if there are no keys to sign calls of registry or answer links."""
        if not self.earlier_keys and self.service_token is None and self.notify_key is None:
            raise SettingMissing(
                "Set ISOPOLITY_NOTIFY_KEY to a secret of 32 characters or more: it signs calls of registry."
            )
        if not self.answer_link_keys:
            raise SettingMissing("Set ISOPOLITY_LINK_KEYS to a secret of 32 characters or more: it signs answer links.")

    @property
    def mailbox(self) -> Path:
        """The folder of the mail box on disk (Maildir)."""
        return self.data / "mailbox"
