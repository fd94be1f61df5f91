"""The check of everything that the settings name: databases, broker, mail server, keys, periods, what runs.

Invariant: it changes nothing and sends no mail, although it tries to write to each store; it prints no part of a
secret.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from isopolity.command.console import View, alarm, table
from isopolity.command.failure import Failure
from isopolity.command.offline import probes
from isopolity.command.offline import retention_table as kept
from isopolity.command.offline.network_keys import key_findings
from isopolity.configuration.setting_names import unknown_settings
from isopolity.configuration.settings import Settings
from isopolity.contracts.validation_sentences import sentence
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.errors import MessagingError
from isopolity.messaging.kafka.settings import KafkaSecurity
from isopolity.notify.settings import NotifySettings
from isopolity.portal.settings import PortalSettings
from isopolity.registry.settings import RegistrySettings

Kind = TypeVar("Kind", bound=Settings)
_PATIENCE: Final = 15.0
_SETTINGS: Final[Mapping[str, type[Settings]]] = {
    "registry": RegistrySettings,
    "matching": MatchingSettings,
    "notify": NotifySettings,
    "portal": PortalSettings,
}


class Finding(NamedTuple):
    """The result for one thing that was tried, or one kind of rows that is kept: a finding, or what to change."""

    subject: str
    fine: bool
    detail: str
    about: str = "tried"
    """`tried`, or `kept` for a kind of rows and its period."""


def render_findings(findings: list[Finding]) -> View:
    """A table of things tried, one of kinds kept, and a line with the number of faults."""
    for about, heading in (("tried", "what was found, or what to change"), ("kept", "how long")):
        of_kind = [each for each in findings if each.about == about]
        rows = [(each.subject, "ok" if each.fine else alarm("wrong"), each.detail) for each in of_kind]
        yield table(f"{about}, , {heading}", rows)
    wrong = sum(not finding.fine for finding in findings)
    yield f"{wrong} of {len(findings)} to change." if wrong else "All fine."


async def diagnose(data: Path) -> list[Finding]:
    """Check the settings and, if all can be read, try everything that they name."""
    settings, findings = _settings(data)
    if len(settings) < len(_SETTINGS):
        return findings
    async for finding in _try_all(settings, data):
        findings.append(finding)
    return findings


def _settings(data: Path) -> tuple[Mapping[str, Settings], list[Finding]]:
    read: dict[str, Settings] = {}
    wrong: dict[str, str] = {}
    for service, kind in _SETTINGS.items():
        try:
            read[service] = kind(data=data)
        except ValidationError as error:
            wrong |= _problems(error, "ISOPOLITY_")
    try:
        KafkaSecurity()
    except ValidationError as error:
        wrong |= _problems(error, "ISOPOLITY_KAFKA_")
    wrong |= dict(unknown_settings(os.environ))
    findings = [Finding(name, False, problem) for name, problem in wrong.items()]
    return read, findings or [Finding("settings", True, "all can be read")]


def _problems(error: ValidationError, prefix: str) -> Mapping[str, str]:
    """The problem of each setting that cannot be read, by the setting's name."""
    found = error.errors(include_url=False, include_input=False)
    return {prefix + "_".join(map(str, each["loc"])).upper(): sentence(each) for each in found}


async def _try_all(settings: Mapping[str, Settings], data: Path) -> AsyncIterator[Finding]:
    registry, notify = _of(RegistrySettings, settings), _of(NotifySettings, settings)
    shared: Settings = notify
    for found in key_findings(settings, data):
        yield Finding(*found)
    yield _public_url(shared)
    yield _proxies(shared)
    yield await _tried("data folder", lambda: asyncio.to_thread(probes.probe_folder, data))
    for service, of_service in settings.items():
        yield await _tried(f"{service} database", partial(probes.probe_database, service, of_service, data))
    yield await _tried("addresses of people", lambda: probes.check_addresses(registry, data))
    yield await _tried("broker", lambda: probes.probe_broker(shared, data))
    yield await _tried("mail", lambda: probes.probe_mail(notify))
    yield await _tried("running instance", lambda: probes.probe_instance(shared, data))
    if shared.oidc_issuer:
        yield await _tried("OpenID Connect issuer", lambda: probes.probe_issuer(shared))
    async for period in kept.periods(settings, data):
        yield Finding(*period, about="kept")


def _of(kind: type[Kind], settings: Mapping[str, Settings]) -> Kind:
    """The settings of this kind among those of all services."""
    return next(each for each in settings.values() if isinstance(each, kind))


async def _tried(subject: str, attempt: Callable[[], Awaitable[str]]) -> Finding:
    try:
        async with asyncio.timeout(_PATIENCE):
            return Finding(subject, True, await attempt())
    except TimeoutError:
        detail = f"no answer within {_PATIENCE:.0f} s; check the address and the firewall"
    except (Failure, MessagingError) as error:
        detail = str(error)
    except SQLAlchemyError as error:
        is_file = hasattr(getattr(error, "orig", None), "sqlite_errorcode")
        hint = "check the file, its folder and their owner" if is_file else "check the address, user and password"
        detail = f"{_reason(error)}; {hint}"
    except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
        detail = f"{error or type(error).__name__}; check the address"
    return Finding(subject, False, detail)


def _public_url(settings: Settings) -> Finding:
    parts = urlsplit(settings.public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        detail = "ISOPOLITY_PUBLIC_URL must be the address that links in mails start with, e.g. https://network.example"
        return Finding("public address", False, detail)
    return Finding("public address", True, settings.public_url)


def _proxies(settings: Settings) -> Finding:
    """Whether proxies are named. Services and our proxy speak no TLS, so https needs another proxy before them."""
    named = settings.proxies
    if not named and settings.public_url.startswith("https:"):
        detail = (
            "name in ISOPOLITY_TRUSTED_PROXIES the proxy that ends TLS, with all that stand behind it; "
            "without, all clients count as one"
        )
        return Finding("trusted proxies", False, detail)
    detail = f"{len(named)}: {', '.join(named)}" if named else "none; a client's address is the one that connects"
    return Finding("trusted proxies", True, detail)


def _reason(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    with suppress(IndexError):
        return str(cause).strip().splitlines()[0]
    return type(cause).__name__
