"""Composition root of notify: chooses the adapter of each port and opens what the caller does not pass."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Unpack

import httpx
from fastapi import FastAPI

from isopolity.notify.adapters.http_registry import (
    HttpApplicants,
    HttpContactDirectory,
    PrefetchingDirectory,
    RegistryCalls,
    authorized,
)
from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.adapters.mailers import MaildirMailer, SmtpMailer, SmtpServer
from isopolity.notify.adapters.sql.mail_counts import counts, mail_server_problem
from isopolity.notify.adapters.sql.member_lists import MemberLists
from isopolity.notify.adapters.sql.queries import FeedbackQueries, MailQueries
from isopolity.notify.adapters.sql.retention import KINDS, forgetting
from isopolity.notify.adapters.sql.shared_rows import answers_are_over, canary_sounded
from isopolity.notify.adapters.sql.tables import messaging
from isopolity.notify.adapters.sql.unarrived import UnarrivedMails, UnreachedContacts
from isopolity.notify.adapters.sql.unit_of_work import SqlNotifyUnitOfWork
from isopolity.notify.application.answers import publish_watermark
from isopolity.notify.application.letters import Mailer
from isopolity.notify.application.ports import UnitOfWorkFactory
from isopolity.notify.application.sender import Sender
from isopolity.notify.domain.errors import DeliveryProblem
from isopolity.notify.domain.mail import RetryPolicy
from isopolity.notify.entrypoints.event_handlers import TOPICS, event_handlers
from isopolity.notify.entrypoints.http import answers, listed_members, mails, office, own_answers, telephone, unarrived
from isopolity.notify.entrypoints.http.context import NotifyContext, install_notify_problems
from isopolity.notify.entrypoints.loops import WATERMARK_LEASE, SendingLoop, WatermarkLoop
from isopolity.notify.republish import SOURCES
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import Database
from isopolity.persistence.lease import lease
from isopolity.persistence.republication import Republishing
from isopolity.persistence.retention import Retention, chores, shortest_period
from isopolity.runtime.connections import open_client
from isopolity.runtime.service import Foundation, Overrides, Service, open_foundation
from isopolity.web.operations.settings import ListedSetting
from isopolity.web.tokens import TokenVerifier

NAME: Final = "notify"
GROUP: Final = "isopolity.notify"


@asynccontextmanager
async def open_notify(
    settings: NotifySettings,
    *,
    mailer: Mailer | None = None,
    http_client: httpx.AsyncClient | None = None,
    tokens: TokenVerifier | None = None,
    **overrides: Unpack[Overrides],
) -> AsyncIterator[Service]:
    """notify, wired but not running; `http_client` reaches registry. Raises SettingMissing without keys."""
    settings.require_keys()
    async with AsyncExitStack() as stack:
        if http_client is None:
            http_client = await stack.enter_async_context(open_client(10))
        opening = open_foundation(settings, NAME, messaging, settings.database_url, **overrides)
        foundation = await stack.enter_async_context(opening)
        authorization = authorized(settings.service_token, settings.notify_key, settings.earlier_keys, foundation.clock)
        registry = RegistryCalls(http_client, settings.registry_url or settings.public_url, authorization)
        mails_waiting = asyncio.Event()
        unit_of_work = partial(SqlNotifyUnitOfWork, foundation.storage, mails_waiting.set)
        context = _context(settings, foundation, registry, unit_of_work)
        sender = _sender(settings, foundation, context, mailer or open_mailer(settings))
        if foundation.database.is_sqlite:  # a single process owns the data: earlier owners are dead
            await sender.disown()
        contacts = PrefetchingDirectory(HttpContactDirectory(registry))
        handlers = event_handlers(contacts, foundation.clock, foundation.ids)
        memory = shortest_period(KINDS, settings)
        consumer = foundation.consumer(GROUP, TOPICS, unit_of_work, handlers, around=contacts.before, remembers=memory)
        due = chores(KINDS, settings, forgetting(foundation.storage, settings.mailbox))
        states = Republishing(unit_of_work=unit_of_work, restorations=foundation.tables.restorations, sources=SOURCES)
        watermark = _watermark_loop(settings, foundation, unit_of_work)
        service = foundation.service(
            tokens=tokens,
            title="Isopolity notify",
            description=DESCRIPTION,
            routers=ROUTERS,
            listed_settings=LISTED_SETTINGS,
            states=states,
            consumers=[consumer],
            tasks={
                "sending": SendingLoop(sender=sender, mails_waiting=mails_waiting).run,
                "watermark": watermark.run,
                "retention": Retention(storage=foundation.storage, service=NAME, chores=due).run,
            },
            turns={"watermark": watermark.publish},
            counts=lambda: counts(foundation.database, foundation.clock(), is_rehearsal=settings.rehearsal is not None),
            canary=lambda: canary_sounded(foundation.database),
            surroundings={"mail server": lambda: mail_server_problem(foundation.database, foundation.clock())},
        )
        install(service.app, context)
        yield service


def _context(
    settings: NotifySettings, foundation: Foundation, registry: RegistryCalls, unit_of_work: UnitOfWorkFactory
) -> NotifyContext:
    links = SignedAnswerLinks(settings.answer_link_keys, settings.public_url, earlier_keys=settings.earlier_keys)
    return NotifyContext(
        unit_of_work=unit_of_work,
        reading=lambda: SqlNotifyUnitOfWork(foundation.storage, for_reading=True),
        links=links,
        writer=JinjaLetterWriter(links, settings.mail_from, settings.rehearsal, public_url=settings.public_url),
        applicants=HttpApplicants(registry),
        mails=MailQueries(database=foundation.database),
        feedback=FeedbackQueries(database=foundation.database),
        unreached=UnreachedContacts(database=foundation.database),
        unarrived=UnarrivedMails(database=foundation.database),
        members=MemberLists(database=foundation.database),
        clock=foundation.clock,
        ids=foundation.ids,
    )


def _sender(settings: NotifySettings, foundation: Foundation, context: NotifyContext, mailer: Mailer) -> Sender:
    return Sender(
        unit_of_work=context.unit_of_work,
        mailer=mailer,
        writer=context.writer,
        applicants=context.applicants,
        clock=foundation.clock,
        ids=foundation.ids,
        concurrency=settings.mail_concurrency,
        lease=timedelta(seconds=settings.mail_lease_seconds),
        retries=RetryPolicy(attempts=settings.mail_attempts),
        count=foundation.metrics.mailed,
        tracing=foundation.tracing,
    )


def _watermark_loop(settings: NotifySettings, foundation: Foundation, unit_of_work: UnitOfWorkFactory) -> WatermarkLoop:
    return WatermarkLoop(
        publish=partial(
            publish_watermark,
            unit_of_work,
            partial(answers_are_over, foundation.database),
            partitions=settings.topic_partitions,
        ),
        lease=partial(lease, foundation.database, WATERMARK_LEASE),
        interval=settings.watermark_seconds,
    )


def open_mailer(settings: NotifySettings) -> Mailer:
    """The mailer for an SMTP server, else for the mail catcher, else for a mail box on disk."""
    if settings.smtp_host is not None:
        return SmtpMailer(
            SmtpServer(
                host=settings.smtp_host,
                port=settings.smtp_port,
                tls=settings.smtp_tls,
                username=settings.smtp_username,
                password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
                timeout=settings.smtp_timeout,
                ca_file=str(settings.smtp_cafile) if settings.smtp_cafile else None,
            )
        )
    if settings.mail_catcher is not None:
        host, _, port = settings.mail_catcher.rpartition(":")
        return SmtpMailer(SmtpServer(host=host, port=int(port), tls="none", timeout=settings.smtp_timeout))
    return MaildirMailer(settings.mailbox)


async def mailer_check(mailer: Mailer) -> str | None:
    """None if the mailer would accept a mail now, else one sentence that says what is wrong."""
    try:
        await mailer.ping()
    except DeliveryProblem as problem:
        return f"the mail server does not take mails: {problem.reason}"
    return None


async def refusing_server(database: Database, now: datetime) -> str | None:
    """The predicate of a sentence about a mail server that answers but refuses all mails; None in any other state."""
    return await mail_server_problem(database, now, only_refusing=True)


DESCRIPTION: Final = "Mails proposals with their reasons, takes the answers, and knows what became of each mail."
ROUTERS: Final = (
    answers.router,
    own_answers.router,
    own_answers.introductions_router,
    telephone.router,
    office.mail_server_router,
    mails.router,
    mails.feedback,
    office.reminders_router,
    office.previews_router,
    unarrived.router,
    unarrived.unreached_router,
    listed_members.router,
)


def install(app: FastAPI, context: NotifyContext) -> None:
    """Put the context of notify's routers on `app`."""
    app.state.notify = context
    install_notify_problems(app)


LISTED_SETTINGS: Final[Mapping[str, ListedSetting]] = {
    "mail_from": ListedSetting("mail"),
    "rehearsal": ListedSetting("mail", lambda settings: settings.rehearsal is not None),
    "mail_attempts": ListedSetting("mail"),
    "mail_days": ListedSetting("retention"),
    "answer_words_days": ListedSetting("retention"),
}
