"""Wires notify: everything that it needs from outside is opened here, unless it is given."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import httpx
from pydantic import JsonValue

from isopolity.clock import Clock, IdFactory, system_clock, uuid7
from isopolity.contracts.catalogue import CONFIRMATION, CONTACT, MATCHING_CANARY, PROPOSAL
from isopolity.lineage import Tracing
from isopolity.messaging.broker import MessageBroker
from isopolity.notify.adapters.feedback_queries import FeedbackQueries
from isopolity.notify.adapters.http_applicants import HttpApplicants
from isopolity.notify.adapters.http_contact_directory import HttpContactDirectory
from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.adapters.maildir_mailer import MaildirMailer
from isopolity.notify.adapters.prefetching_directory import PrefetchingDirectory
from isopolity.notify.adapters.registry_calls import Authorization, RegistryCalls, signed_authorization
from isopolity.notify.adapters.smtp_mailer import SmtpMailer, SmtpServer
from isopolity.notify.adapters.sql.contacts import count_contacts
from isopolity.notify.adapters.sql.queries import MailQueries
from isopolity.notify.adapters.sql.retention import KINDS, forgetting
from isopolity.notify.adapters.sql.signals import answers_are_over
from isopolity.notify.adapters.sql.tables import MESSAGING
from isopolity.notify.adapters.sql.unit_of_work import SqlNotifyUnitOfWork
from isopolity.notify.adapters.sql_sightings import last_canary
from isopolity.notify.application.answers import Answering
from isopolity.notify.application.canary import CanaryHandler
from isopolity.notify.application.confirmations import ConfirmationHandlers
from isopolity.notify.application.contacts import ContactHandlers
from isopolity.notify.application.decisions import Resolving
from isopolity.notify.application.ports import ContactDirectory, Mailer
from isopolity.notify.application.proposals import ProposalHandlers
from isopolity.notify.application.sender import Sender
from isopolity.notify.application.signals import WatermarkTelling
from isopolity.notify.domain.errors import DeliveryProblem, SettingMissing
from isopolity.notify.domain.mail import RetryPolicy
from isopolity.notify.entrypoints.http.answers import answer_router
from isopolity.notify.entrypoints.http.confirmations import confirmation_router
from isopolity.notify.entrypoints.http.feedback import feedback_router
from isopolity.notify.entrypoints.http.mails import mail_router
from isopolity.notify.entrypoints.sending_loop import SendingLoop
from isopolity.notify.entrypoints.watermark_loop import LEASE, WatermarkLoop
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import Database
from isopolity.persistence.lease import lease
from isopolity.persistence.processing import Handler
from isopolity.persistence.retention import Retention, chores
from isopolity.runtime.service import Foundation, Service, open_foundation
from isopolity.web.tokens import LocalTokens, TokenVerifier

NAME: Final = "notify"
GROUP: Final = "isopolity.notify"
TOPICS: Final = (CONTACT.name, PROPOSAL.name, CONFIRMATION.name, MATCHING_CANARY.name)


@asynccontextmanager
async def open_notify(
    settings: NotifySettings,
    *,
    broker: MessageBroker | None = None,
    database: Database | None = None,
    mailer: Mailer | None = None,
    http_client: httpx.AsyncClient | None = None,
    tokens: TokenVerifier | None = None,
    tracing: Tracing | None = None,
    clock: Clock = system_clock,
    ids: IdFactory = uuid7,
) -> AsyncIterator[Service]:
    """notify, wired; `http_client` reaches registry. Raises SettingMissing without keys for its calls or its links."""
    if not settings.keys and settings.service_token is None:
        raise SettingMissing(
            "Set ISOPOLITY_TOKEN_KEYS to a secret of 32 characters or more: it signs calls of registry."
        )
    if not settings.answer_link_keys:
        raise SettingMissing("Set ISOPOLITY_LINK_KEYS to a secret of 32 characters or more: it signs answer links.")
    async with AsyncExitStack() as stack:
        if http_client is None:
            http_client = await stack.enter_async_context(httpx.AsyncClient(timeout=10))
        foundation = await stack.enter_async_context(
            open_foundation(
                settings,
                NAME,
                MESSAGING,
                settings.database_url,
                broker=broker,
                database=database,
                tracing=tracing,
                clock=clock,
                ids=ids,
            )
        )
        registry = RegistryCalls(
            http_client, settings.registry_url or settings.public_url, _authorization(settings, clock)
        )
        yield await _service(settings, foundation, registry, mailer or open_mailer(settings), tokens)


async def _service(
    settings: NotifySettings,
    foundation: Foundation,
    registry: RegistryCalls,
    mailer: Mailer,
    tokens: TokenVerifier | None,
) -> Service:
    links = SignedAnswerLinks(settings.answer_link_keys, settings.public_url, earlier_keys=settings.keys)
    directory, applicants = HttpContactDirectory(registry), HttpApplicants(registry)
    loop: SendingLoop

    def unit_of_work() -> SqlNotifyUnitOfWork:
        return SqlNotifyUnitOfWork(foundation.storage, lambda: loop.wake())

    sender = Sender(
        unit_of_work=unit_of_work,
        mailer=mailer,
        writer=JinjaLetterWriter(links, settings.mail_from, settings.rehearsal, public_url=settings.public_url),
        applicants=applicants,
        clock=foundation.clock,
        ids=foundation.ids,
        concurrency=settings.mail_concurrency,
        lease=timedelta(seconds=settings.mail_lease_seconds),
        retries=RetryPolicy(attempts=settings.mail_attempts),
        observer=foundation.metrics,
        tracing=foundation.tracing,
    )
    loop = SendingLoop(sender=sender)
    if foundation.database.is_sqlite:  # one process owns the data: whoever held a mail before is dead
        await sender.disown()
    watermark = WatermarkLoop(
        telling=WatermarkTelling(
            unit_of_work=unit_of_work, answers_are_over=lambda: answers_are_over(foundation.database)
        ),
        lease=lambda: lease(foundation.database, LEASE),
        interval=settings.watermark_seconds,
    )
    due = chores(KINDS, settings, forgetting(foundation.storage, settings.mailbox))
    retention = Retention(storage=foundation.storage, service=NAME, chores=due)
    queries = MailQueries(database=foundation.database)
    answering = Answering(unit_of_work=unit_of_work, links=links, clock=foundation.clock, ids=foundation.ids)
    resolving = Resolving(unit_of_work=unit_of_work, clock=foundation.clock)
    prefetching = PrefetchingDirectory(directory, directory)
    effects = handlers(prefetching, foundation.clock, foundation.ids)
    consumer = foundation.consumer(GROUP, TOPICS, unit_of_work, effects, around=prefetching.before)
    return foundation.service(
        tokens=tokens,
        title="Isopolity notify",
        description="Mails proposals with their reasons, takes the answers, and knows what became of each mail.",
        routers=[
            answer_router(answering),
            confirmation_router(applicants),
            mail_router(queries, resolving),
            feedback_router(FeedbackQueries(database=foundation.database)),
        ],
        consumers=[consumer],
        tasks={"sending": loop.run, "watermark": watermark.run, "retention": retention.run},
        counts=lambda: _counts(queries),
        canary=lambda: _canary_sounded(foundation.database),
    )


def handlers(directory: ContactDirectory, clock: Clock, ids: IdFactory) -> Mapping[str, Handler[SqlNotifyUnitOfWork]]:
    """What notify does with each type of event."""
    contacts = ContactHandlers(directory)
    proposals = ProposalHandlers(clock, ids)
    confirmations = ConfirmationHandlers(clock, ids)
    canary = CanaryHandler(clock)
    return {
        "isopolity.registry.contact.changed.v1": contacts.changed,
        "isopolity.registry.contact.erased.v1": contacts.erased,
        "isopolity.registry.confirmation.requested.v1": confirmations.requested,
        "isopolity.matching.proposal.issued.v1": proposals.issued,
        "isopolity.matching.proposal.answered.v1": proposals.answered,
        "isopolity.matching.proposal.agreed.v1": proposals.agreed,
        "isopolity.matching.proposal.declined.v1": proposals.closed,
        "isopolity.matching.proposal.expired.v1": proposals.closed,
        "isopolity.matching.proposal.superseded.v1": proposals.closed,
        "isopolity.matching.canary.relayed.v1": canary.relayed,
    }


def open_mailer(settings: NotifySettings) -> Mailer:
    """The mailer that the settings name: an SMTP server, a server for trying out, or a mail box on disk."""
    if settings.smtp_host is None and settings.mail_catcher is None:
        return MaildirMailer(settings.mailbox)
    if settings.smtp_host is None:
        host, _, port = str(settings.mail_catcher).rpartition(":")
        return SmtpMailer(SmtpServer(host=host, port=int(port), tls="none", timeout=settings.smtp_timeout))
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


def _authorization(settings: NotifySettings, clock: Clock) -> Authorization:
    if settings.service_token is not None:
        return settings.service_token.get_secret_value
    return signed_authorization(LocalTokens(settings.keys, clock))


async def mailer_check(mailer: Mailer) -> str | None:
    """None if a mail could be handed over now, else one sentence that says what is wrong."""
    try:
        await mailer.ping()
    except DeliveryProblem as problem:
        return f"the mail server does not take mails: {problem.reason}"
    return None


async def _counts(queries: MailQueries) -> dict[str, JsonValue]:
    mails = {f"mails_{state}": count for state, count in (await queries.counts()).items()}
    oldest = await queries.oldest_waiting()
    return {
        **mails,
        "contacts": await count_contacts(queries.database),
        "oldest_mail_waiting_since": oldest.isoformat() if oldest else None,
    }


async def _canary_sounded(database: Database) -> datetime | None:
    seen = await last_canary(database)
    return None if seen is None else seen[0]
