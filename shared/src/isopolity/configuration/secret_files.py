"""Secrets from files: `ISOPOLITY_X_FILE` names the file that holds the secret setting `ISOPOLITY_X`.

Docker and Kubernetes mount secrets as files, which do not appear in lists of processes and environments. Invariant: a
secret comes from one place; if both are set, the process does not start.
"""

import os
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

SUFFIX: Final = "_FILE"
_MADE_WITH_SECRETS: Final = frozenset({"public_keys"})
"""Settings that are not secret, but are made together with secrets."""


class UnusableSecret(Exception):
    """The file of a secret cannot be used; the message says what to change."""


def given_secret(variable: str) -> str | None:
    """The secret in the environment's `variable`, or in the file that `variable` with `_FILE` names; None without both.

    White space around it is stripped. Raises UnusableSecret.
    """
    value, file = os.environ.get(variable), os.environ.get(variable + SUFFIX)
    if not file:
        return value or None
    if value:
        raise UnusableSecret(f"{variable} is set too; leave one of both out")
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UnusableSecret(f"{file} cannot be read ({why}); correct the path, or who may read it") from None
    if not secret:
        raise UnusableSecret(f"{file} is empty; write the secret into it")
    return secret


def may_stand_in_a_file(name: str, field: FieldInfo) -> bool:
    """Whether a file may hold the setting: it is a secret, or is made together with secrets."""
    return name in _MADE_WITH_SECRETS or SecretStr in (field.annotation, *get_args(field.annotation))


class SecretFiles(PydanticBaseSettingsSource):
    """The secrets that files hold, as one source of settings. Raises ValidationError."""

    def __call__(self) -> dict[str, Any]:
        prefix = str(self.config.get("env_prefix", ""))
        found: dict[str, str] = {}
        wrong: list[InitErrorDetails] = []
        for name, field in self.settings_cls.model_fields.items():
            if not may_stand_in_a_file(name, field):
                continue
            try:
                secret = given_secret(f"{prefix}{name}".upper())
            except UnusableSecret as problem:
                kind = PydanticCustomError("secret_file", "{sentence}", {"sentence": str(problem)})
                wrong.append(InitErrorDetails(type=kind, loc=(f"{name}{SUFFIX}".lower(),), input=None))
                continue
            if secret is not None:
                found[name] = secret
        if wrong:
            raise ValidationError.from_exception_data(self.settings_cls.__name__, wrong)
        return found

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Unused: a call reads all secrets at once. Raises NotImplementedError."""
        raise NotImplementedError


class SettingsWithSecrets(BaseSettings):
    """Settings from the environment, and secrets from files too."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Sources of settings, the strongest first: arguments, the environment, files of secrets."""
        return init_settings, env_settings, SecretFiles(settings_cls)
