"""The errors of registry, each with one sentence that says what to change.

RegistryError
├── InvalidProfile      one or more fields are wrong
│   └── WrongCode       the code of an app, or an enrolment code, is wrong
├── AlreadyRegistered   the natural key is taken
├── ConcurrentChange    somebody else wrote the same thing at the same moment
├── OperatorsOnly       only an operator with all rights may do this
├── NotFound            there is no such thing, or the caller may not see it
├── Gone                there was such a thing, but it is no longer valid
├── LimitReached        the sender has reached a limit for now
├── StaleVersion        the change was made to an older version
├── StaleEntry          the same, for something without versions
├── IssuerAway          the issuer of the office's organisation does not answer
└── NotPossible         the present status does not allow it
"""

from collections.abc import Sequence
from dataclasses import dataclass


class RegistryError(Exception):
    """Root of registry's errors."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """A wrong field: its path in the profile, and a sentence that says what to change."""

    path: tuple[str | int, ...]
    detail: str


class InvalidProfile(RegistryError):
    """Fields are wrong; `errors` names each."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(error.detail for error in errors))
        self.errors = tuple(errors)


class WrongCode(InvalidProfile):
    """The code of an app is wrong, too old or used, or an enrolment code is wrong; the try counts."""

    def __init__(
        self, sentence: str = "This code does not count; type the six digits that your app shows now."
    ) -> None:
        super().__init__([FieldError(("code",), sentence)])


class AlreadyRegistered(RegistryError):
    """The natural key is taken."""


class ConcurrentChange(RegistryError):
    """Another transaction took the same natural key; this one was rolled back."""


class OperatorsOnly(RegistryError):
    """Only an operator with all rights may do this."""


class NotFound(RegistryError):
    """There is no such thing."""


class Gone(RegistryError):
    """There was such a thing, but it is no longer valid."""


class LimitReached(RegistryError):
    """The sender has reached a limit; it may try again in `seconds`."""

    def __init__(self, detail: str, seconds: int) -> None:
        super().__init__(detail)
        self.seconds = seconds


class StaleVersion(RegistryError):
    """The change was made to an older version than `current`."""

    def __init__(self, current: int) -> None:
        super().__init__(f"The version is {current} by now; read it again, repeat the change on it and send its ETag.")
        self.current = current


class StaleEntry(RegistryError):
    """Something without versions was changed by somebody else since the caller read it."""


class IssuerAway(RegistryError):
    """The issuer of the office's organisation does not answer, or not as it should."""


class NotPossible(RegistryError):
    """The present status does not allow it."""
