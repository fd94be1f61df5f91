"""Probes of the doctor: each tries one thing that the settings name, and returns a finding or what to change.

Invariant: no probe changes anything, sends mail or prints a secret; accounts are named by their ids alone.
"""

import os
import shutil
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy.exc import SQLAlchemyError

from isopolity.client.call import UnexpectedAnswer
from isopolity.client.operations import health
from isopolity.command.data_folder import holder_of
from isopolity.command.failure import Failure
from isopolity.command.offline import retention_table as kept
from isopolity.command.offline.event_tail import broker
from isopolity.configuration.settings import Settings
from isopolity.contracts.catalogue import TOPICS
from isopolity.machine.clock import system_clock
from isopolity.machine.stores import try_room, why_unwritable
from isopolity.messaging.errors import BrokerUnavailable
from isopolity.notify.bootstrap import mailer_check, open_mailer, refusing_server
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.migrations import is_current
from isopolity.registry.adapters.sql.access.lookalikes import lookalikes
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.connections import EMBEDDED_LOG, open_database


async def probe_database(service: str, settings: Settings, data: Path) -> str:
    """Try to reach a service's database and to write to it. Raises Failure."""
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


def probe_folder(data: Path) -> str:
    """Try whether there is room in the data folder."""
    if not data.exists():
        return f"not there yet; `isopolity up` makes {data}"
    try:
        try_room(data)
    except OSError as error:
        why = why_unwritable(error)
        raise Failure(why.of(data) if why else f"{data}: {error.strerror}") from None
    return f"{data.absolute()} can be written; {shutil.disk_usage(data).free // 10**6:,} MB are free"


async def probe_broker(settings: Settings, data: Path) -> str:
    """Try to reach the broker and to read its topics. Raises Failure."""
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


async def probe_mail(settings: NotifySettings) -> str:
    """Try whether mails are taken, without sending one. Raises Failure."""
    server = settings.smtp_host or settings.mail_catcher
    where = f"the mail server {server}" if server else f"the mail box {settings.mailbox}"
    if not server and not settings.mailbox.exists():
        return f"a mail box on disk; `isopolity up` makes it in {settings.data}"
    problem = await mailer_check(open_mailer(settings))
    if problem is not None:
        raise Failure(f"{problem}; check ISOPOLITY_SMTP_…" if server else f"{where} cannot be written")
    if (known := await _refusal_of_all(settings)) is not None:
        raise Failure(f"the mail server answers, but {known}; look at its log, or at its limits for this sender")
    rehearsal = "; rehearsal: everything goes to one address" if settings.rehearsal else ""
    return f"{where} takes mails{rehearsal}"


async def _refusal_of_all(settings: NotifySettings) -> str | None:
    """Why the mail server refuses all mails, by notify's database; None without such a refusal."""
    if settings.database_url.startswith("sqlite") and not (settings.data / "notify.db").exists():
        return None
    async with open_database(settings, settings.database_url) as database:
        try:
            return await refusing_server(database, system_clock())
        except SQLAlchemyError:  # reported by the line of the database
            return None


async def probe_instance(settings: Settings, data: Path) -> str:
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
            healths = {name: await client.get(f"{url}{health.ready(name).path}") for name in kept.MESSAGING}
        except (httpx.TransportError, httpx.InvalidURL):
            raise Failure(f"nothing answers at {url}, {whose}; start it, or correct the address") from None
    problems = [f"{name}: {problem}" for name, answer in healths.items() for problem in _unready(name, answer)]
    if problems:
        raise Failure(f"{url}, {whose}, answers, but is not ready. {'; '.join(problems)}")
    return f"answers at {url}, {whose}, and is ready"


def _unready(service: str, answer: httpx.Response) -> list[str]:
    if answer.status_code == httpx.codes.OK:
        return []
    try:
        parts = health.ready(service).read(answer.content).parts.items()
    except UnexpectedAnswer:
        return [f"it answered {answer.status_code}"]
    return [f"{part}: {problem}" for part, problem in parts if problem != "ok"]


async def probe_issuer(settings: Settings) -> str:
    """Try to read the keys of the OpenID Connect issuer."""
    address = f"{str(settings.oidc_issuer).rstrip('/')}/.well-known/openid-configuration"
    async with httpx.AsyncClient(timeout=10) as client:
        keys = settings.oidc_jwks_url or (await client.get(address)).raise_for_status().json()["jwks_uri"]
        (await client.get(keys)).raise_for_status()
    return "publishes its keys"


_NAMED: Final = 10
"""The most findings that are named; the others are counted."""


async def check_addresses(settings: RegistrySettings, data: Path) -> str:
    """Say that each mail box has accounts of its own. Raises Failure, with what to do."""
    if settings.database_url.startswith("sqlite") and not (data / "registry.db").exists():
        return "nobody is entered yet"
    async with open_database(settings, settings.database_url) as database:
        if not await is_current(database, "isopolity.registry"):
            return "not looked at; the database is not migrated"
        async with database.reading() as connection:
            found = await lookalikes(connection)
    findings = [f"{' and '.join(each)} have addresses that look alike: check whose they are" for each in found.alike]
    findings += [f"{each} cannot sign in, as another has its mail box: erase one of them" for each in found.unreachable]
    if findings:
        more = f"; and {len(findings) - _NAMED} more" if len(findings) > _NAMED else ""
        raise Failure("; ".join(findings[:_NAMED]) + more)
    return "each mail box has accounts of its own"
