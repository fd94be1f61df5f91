"""Names of all settings `ISOPOLITY_…`, so that a misspelt one is noticed; the release of Isopolity that runs.

Invariant: the list holds what the settings' classes of every service and of the command read; a test compares them,
since no service sees another's class. Metrics, logs, samples, pages and `--version` get the release from here alone.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.metadata import version
from platform import python_version
from typing import Final

PREFIX: Final = "ISOPOLITY_"
_FOR_TESTS: Final = "ISOPOLITY_TEST_"
OF_SERVICES: Final = frozenset(
    {
        *("AFFINITY", "ANSWER_DAYS", "ANSWER_WORDS_DAYS", "APPLICATION_DAYS", "APPLICATIONS_PER_ADDRESS"),
        *("APPLICATIONS_PER_CLIENT", "APPLICATIONS_PER_DAY", "AUDIT_ADDRESS_DAYS", "AUDIT_DAYS", "BROKER", "BUILD"),
        *(
            "CANARY_SECONDS",
            "CERTIFICATE_DAYS",
            "CLAIM_DAYS",
            "CLOSED_REQUEST_DAYS",
            "COUNTRIES",
            "DATA",
            "DATABASE_SSL",
        ),
        *("DATABASE_SSL_CAFILE", "DECIDED_APPLICATION_DAYS", "DRAFT_DAYS", "ENDED_PARTNERSHIP_DAYS"),
        *("ENDED_TWINNING_DAYS", "FLOORS", "FREEZE_DAYS", "GRAPH_PATIENCE_SECONDS", "HELD_PROPOSAL_DAYS", "HOST"),
        *("INTEREST_DAYS", "INTERNAL_HOSTS", "JOURNAL_DAYS", "KAFKA_SASL_MECHANISM", "KAFKA_SASL_PASSWORD"),
        *("KAFKA_SASL_USERNAME", "KAFKA_SECURITY_PROTOCOL", "KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE"),
        *(
            "KAFKA_SSL_KEYFILE",
            "KNOWN_BROWSER_DAYS",
            "LEARN_PAIRS",
            "LEGAL_ACTS",
            "LINK_KEYS",
            "LOG_FORMAT",
            "LOG_LEVEL",
            "MAIL_ATTEMPTS",
        ),
        *("MAIL_CATCHER", "MAIL_CONCURRENCY", "MAIL_DAYS", "MAIL_FROM", "MAIL_LEASE_SECONDS", "MAILBOX_DAYS"),
        *("MATCHING_DATABASE_URL", "MATCHING_URL", "MINIMUM_SCORE", "NOTIFY_DATABASE_URL", "NOTIFY_KEY"),
        *(
            "NOTIFY_URL",
            "OFFICE",
            "OFFICE_EMAIL",
            "OFFICE_TIME_ZONE",
            "OIDC_AUDIENCE",
            "OIDC_ISSUER",
            "OIDC_JWKS_URL",
            "OTLP_ENDPOINT",
        ),
        *("PARTNERSHIP_CAPACITY_DAYS", "PORT", "PORTAL_DATABASE_URL", "PUBLIC_KEYS", "PUBLIC_URL"),
        *("REGISTRY_DATABASE_URL", "REGISTRY_KEYS", "REGISTRY_URL", "REHEARSAL", "REVIEW_PROGRAMMES"),
        *("REVIEW_REQUESTS", "REVIEW_WORDS", "ROUND_DAYS", "SENDING_POLICY", "SERVICE_TOKEN", "SESSION_DAYS"),
        *("SETTLE_SECONDS", "SETTLED_PROPOSAL_DAYS", "SIGN_INS_PER_ADDRESS", "SIGN_INS_PER_DAY"),
        *("SIGN_IN_GUESSES_PER_DAY", "SMTP_CAFILE", "SMTP_HOST", "SMTP_PASSWORD", "SMTP_PORT", "SMTP_TIMEOUT"),
        *("SMTP_TLS", "SMTP_USERNAME", "STAFF_CLIENT_ID", "STAFF_CLIENT_SECRET", "STAFF_ISSUER"),
        *("STAFF_SECOND_FACTOR", "STAFF_SESSION_HOURS", "TOKEN_DAYS", "TOKEN_KEYS", "TOPIC_GENERATION"),
        *("TOPIC_PARTITIONS", "TRUSTED_PROXIES", "UNDO_HOURS", "WATERMARK_SECONDS", "WEIGHTS"),
        *("WITHDRAWN_MEMBER_DAYS",),
    }
)
"""Settings that a service reads."""
IN_FILES: Final = frozenset(
    {
        *("KAFKA_SASL_PASSWORD", "LINK_KEYS", "MATCHING_DATABASE_URL", "NOTIFY_DATABASE_URL", "NOTIFY_KEY"),
        *("PORTAL_DATABASE_URL", "PUBLIC_KEYS", "REGISTRY_DATABASE_URL", "REGISTRY_KEYS", "SERVICE_TOKEN"),
        *("SMTP_PASSWORD", "STAFF_CLIENT_SECRET", "TOKEN_KEYS"),
    }
)
"""Settings of services that a file may hold: the setting `NAME_FILE` names the file of `NAME`."""
OF_THE_COMMAND: Final = frozenset({"ACTOR", "COMMAND_KEY", "COMMAND_KEY_FILE", "TOKEN", "TRACEBACK", "URL"})
"""Settings that `isopolity` alone reads."""


def unknown_settings(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The name of each variable `ISOPOLITY_…` that nothing reads, and a sentence on what to do about it."""
    known = sorted(OF_SERVICES | OF_THE_COMMAND | {f"{name}_FILE" for name in IN_FILES})
    for variable in sorted(environment):
        name = variable.upper()  # as the settings' classes read it
        if not name.startswith(PREFIX) or name.startswith(_FOR_TESTS):
            continue
        name = name.removeprefix(PREFIX)
        if name not in known:
            nearest = get_close_matches(name, known, n=1)
            advice = f"did you mean {PREFIX}{nearest[0]}?" if nearest else "take it out."
            yield variable, f"{variable} is no setting; {advice}"


BUILD: Final = "ISOPOLITY_BUILD"
"""The setting that names the build; an image is made with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release: `0.1.0`, or `0.1.0+3f2a91c` where its build is named."""

    version: str
    build: str = ""

    def __str__(self) -> str:
        return f"{self.version}+{self.build}" if self.build else self.version


def release_of(build: str = "") -> Release:
    """The release of the packages that are installed here, as this build of them."""
    return Release(version=_installed(), build=build)


def release_line(name: str, environment: Mapping[str, str] | None = None) -> str:
    """The line that `--version` prints for the program `name`."""
    build = (os.environ if environment is None else environment).get(BUILD, "")
    return f"{name} {release_of(build)} (Python {python_version()})"


@cache
def _installed() -> str:
    return version("isopolity-shared")
