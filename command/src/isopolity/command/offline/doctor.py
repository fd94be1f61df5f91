"""The check of everything that the settings name: databases, broker, mail server, keys, periods, what runs.

Invariant: it changes nothing and sends no mail, though it tries whether each store can be written; no secret is shown,
not even a part of one.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from isopolity.client.operations import health
from isopolity.clock import system_clock
from isopolity.command.console import alarm, output, row, table
from isopolity.command.failure import Failure
from isopolity.command.offline import retention_table as kept
from isopolity.command.offline.address_check import check_addresses
from isopolity.command.offline.event_tail import broker
from isopolity.command.offline.key_check import key_findings
from isopolity.command.running_instance import holder_of
from isopolity.configuration.setting_names import unknown_settings
from isopolity.contracts.catalogue import TOPICS
from isopolity.contracts.validation_sentences import sentence
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.errors import BrokerUnavailable, MessagingError
from isopolity.messaging.kafka.settings import KafkaSecurity
from isopolity.notify.mailers import mailer_check, open_mailer, refusing_server
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.migrations import is_current
from isopolity.portal.settings import PortalSettings
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.connections import EMBEDDED_LOG, open_database
from isopolity.settings import Settings
from isopolity.unwritable import try_room, why_unwritable

Kind = TypeVar("Kind", bound=Settings)
_PATIENCE: Final = 15.0
_SETTINGS: Final[Mapping[str, type[Settings]]] = {
    "registry": RegistrySettings,
    "matching": MatchingSettings,
    "notify": NotifySettings,
    "portal": PortalSettings,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried, or one kind of rows that is kept: what was found, or what to change."""

    subject: str
    fine: bool
    detail: str
    about: str = "tried"
    """`tried`, or `kept` for a kind of rows and its period."""

    def document(self) -> Mapping[str, object]:
        """A JSON object for `--json`."""
        return asdict(self)


def print_findings(findings: list[Finding]) -> None:
    """Print a table of what was tried, one of what is kept, and a line that counts what is wrong."""
    for about, heading in (("tried", "what was found, or what to change"), ("kept", "how long")):
        grid = table(about, "", heading)
        for finding in findings:
            if finding.about == about:
                row(grid, finding.subject, "ok" if finding.fine else alarm("wrong"), finding.detail)
        output().print(grid)
    wrong = sum(not finding.fine for finding in findings)
    output().print(f"{wrong} of {len(findings)} to change." if wrong else "All fine.")


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
    findings: dict[str, Finding] = {}
    for service, kind in _SETTINGS.items():
        try:
            read[service] = kind(data=data)
        except ValidationError as error:
            findings.update((wrong.subject, wrong) for wrong in _wrong_settings(error, "ISOPOLITY_"))
    try:
        KafkaSecurity()
    except ValidationError as error:
        findings.update((wrong.subject, wrong) for wrong in _wrong_settings(error, "ISOPOLITY_KAFKA_"))
    for name, problem in unknown_settings(os.environ):
        findings[name] = Finding(subject=name, fine=False, detail=problem)
    return read, list(findings.values()) or [Finding(subject="settings", fine=True, detail="all can be read")]


def _wrong_settings(error: ValidationError, prefix: str) -> list[Finding]:
    return [
        Finding(subject=prefix + "_".join(map(str, problem["loc"])).upper(), fine=False, detail=sentence(problem))
        for problem in error.errors(include_url=False, include_input=False)
    ]


async def _try_all(settings: Mapping[str, Settings], data: Path) -> AsyncIterator[Finding]:
    registry, notify = _of(RegistrySettings, settings), _of(NotifySettings, settings)
    shared: Settings = notify
    for subject, fine, detail in key_findings(settings, data):
        yield Finding(subject=subject, fine=fine, detail=detail)
    yield _public_url(shared)
    yield _proxies(shared)
    yield await _tried("data folder", lambda: asyncio.to_thread(_folder, data))
    for service, of_service in settings.items():
        yield await _tried(f"{service} database", partial(_database, service, of_service, data))
    yield await _tried("addresses of people", lambda: check_addresses(registry, data))
    yield await _tried("broker", lambda: _broker(shared, data))
    yield await _tried("mail", lambda: _mail(notify))
    yield await _tried("running instance", lambda: _instance(shared, data))
    if shared.oidc_issuer:
        yield await _tried("OpenID Connect issuer", lambda: _issuer(shared))
    async for subject, fine, detail in kept.periods(settings, data):
        yield Finding(subject=subject, fine=fine, detail=detail, about="kept")


def _of(kind: type[Kind], settings: Mapping[str, Settings]) -> Kind:
    """The settings of this kind among those of all services."""
    return next(each for each in settings.values() if isinstance(each, kind))


async def _tried(subject: str, attempt: Callable[[], Awaitable[str]]) -> Finding:
    try:
        async with asyncio.timeout(_PATIENCE):
            return Finding(subject=subject, fine=True, detail=await attempt())
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
    return Finding(subject=subject, fine=False, detail=detail)


def _public_url(settings: Settings) -> Finding:
    parts = urlsplit(settings.public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        detail = "ISOPOLITY_PUBLIC_URL must be the address that links in mails start with, e.g. https://network.example"
        return Finding(subject="public address", fine=False, detail=detail)
    return Finding(subject="public address", fine=True, detail=settings.public_url)


def _proxies(settings: Settings) -> Finding:
    """Whether proxies are named. Services and our proxy speak no TLS, so https needs another proxy before them."""
    subject, named = "trusted proxies", settings.proxies
    if not named and settings.public_url.startswith("https:"):
        detail = (
            "name in ISOPOLITY_TRUSTED_PROXIES the proxy that ends TLS, with all that stand behind it; "
            "without, all clients count as one"
        )
        return Finding(subject=subject, fine=False, detail=detail)
    detail = f"{len(named)}: {', '.join(named)}" if named else "none; a client's address is the one that connects"
    return Finding(subject=subject, fine=True, detail=detail)


async def _database(service: str, settings: Settings, data: Path) -> str:
    if settings.database_url.startswith("sqlite") and not (data / f"{service}.db").exists():
        return f"not there yet; `isopolity up` makes it in {data}"
    async with open_database(settings, settings.database_url) as database:
        try:
            await database.ping()
            if not await is_current(database, f"isopolity.{service}"):
                raise Failure(f"it is not migrated; run `python -m isopolity.{service} migrate`")
            await database.try_writing(kept.MESSAGING[service].outbox)
        except SQLAlchemyError:
            problem = database.why_unwritable()
            if problem is None:
                raise
            raise Failure(problem) from None
    return "answers, is migrated and can be written, with all rights on its tables"


def _folder(data: Path) -> str:
    """Try whether there is room in the data folder."""
    if not data.exists():
        return f"not there yet; `isopolity up` makes {data}"
    try:
        try_room(data)
    except OSError as error:
        why = why_unwritable(error)
        raise Failure(why.of(data) if why else f"{data}: {error.strerror}") from None
    return f"{data.absolute()} can be written; {shutil.disk_usage(data).free // 10**6:,} MB are free"


async def _broker(settings: Settings, data: Path) -> str:
    if settings.embedded and not (data / EMBEDDED_LOG).exists():
        return f"embedded; `isopolity up` makes its log in {data}"
    async with broker(data) as opened:
        try:
            await opened.ping()
        except BrokerUnavailable:
            sentence = f"nothing answers at {settings.broker}; check ISOPOLITY_BROKER and ISOPOLITY_KAFKA_…"
            raise Failure(sentence) from None
        async with opened.reader([topic.name for topic in TOPICS]) as reader:
            partitions = await reader.end_offsets()
    return f"answers, with {len(TOPICS)} topics of {len(partitions)} partitions"


async def _mail(settings: NotifySettings) -> str:
    if settings.smtp_host is None and settings.mail_catcher is None and not settings.mailbox.exists():
        return f"a mail box on disk; `isopolity up` makes it in {settings.data}"
    problem = await mailer_check(open_mailer(settings))
    if problem is not None:
        by_smtp = settings.smtp_host or settings.mail_catcher
        unwritable = f"the mail box {settings.mailbox} cannot be written"
        raise Failure(f"{problem}; check ISOPOLITY_SMTP_…" if by_smtp else unwritable)
    if (known := await _refusal_of_all(settings)) is not None:
        raise Failure(f"the mail server answers, but {known}; look at its log, or at its limits for this sender")
    rehearsal = "; rehearsal: everything goes to one address" if settings.rehearsal else ""
    where = f"the mail box {settings.mailbox}"
    if settings.smtp_host or settings.mail_catcher:
        where = f"the mail server {settings.smtp_host or settings.mail_catcher}"
    return f"{where} takes mails{rehearsal}"


async def _refusal_of_all(settings: NotifySettings) -> str | None:
    """Why the mail server refuses all mails, by notify's database; None where notify knows of no such refusal."""
    if settings.database_url.startswith("sqlite") and not (settings.data / "notify.db").exists():
        return None
    async with open_database(settings, settings.database_url) as database:
        try:
            return await refusing_server(database, system_clock())
        except SQLAlchemyError:  # reported by the line of the database
            return None


async def _instance(settings: Settings, data: Path) -> str:
    """Say whether something runs, and whose address was tried."""
    holder = holder_of(data) if settings.embedded else None
    if given := os.environ.get("ISOPOLITY_URL"):
        url, whose = given.rstrip("/"), "the address in ISOPOLITY_URL"
    elif holder is not None:
        url, whose = holder.url, f"the address of process {holder.process}, which holds {data}"
    elif settings.embedded:
        return f"nothing runs on {data}, so no address was tried; `isopolity up` starts it"
    else:
        url, whose = settings.public_url.rstrip("/"), "the address in ISOPOLITY_PUBLIC_URL"
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            healths = {name: await client.get(f"{url}{health.ready(name).path}") for name in _SETTINGS}
        except (httpx.TransportError, httpx.InvalidURL):
            raise Failure(f"nothing answers at {url}, {whose}; start it, or correct the address") from None
    problems = [f"{name}: {problem}" for name, answer in healths.items() for problem in _unready(answer)]
    if problems:
        raise Failure(f"{url}, {whose}, answers, but is not ready. {'; '.join(problems)}")
    return f"answers at {url}, {whose}, and is ready"


def _unready(answer: httpx.Response) -> list[str]:
    if answer.status_code == httpx.codes.OK:
        return []
    try:
        parts = answer.json()["parts"].items()
    except (ValueError, LookupError, AttributeError, TypeError):
        return [f"it answered {answer.status_code}"]
    return [f"{part}: {problem}" for part, problem in parts if problem != "ok"]


async def _issuer(settings: Settings) -> str:
    address = f"{str(settings.oidc_issuer).rstrip('/')}/.well-known/openid-configuration"
    async with httpx.AsyncClient(timeout=10) as client:
        keys = settings.oidc_jwks_url or (await client.get(address)).raise_for_status().json()["jwks_uri"]
        (await client.get(keys)).raise_for_status()
    return "publishes its keys"


def _reason(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    with suppress(IndexError):
        return str(cause).strip().splitlines()[0]
    return type(cause).__name__
