"""Opens the mailer that the settings choose, and checks whether it accepts mails."""

from datetime import datetime

from isopolity.notify.adapters.maildir_mailer import MaildirMailer
from isopolity.notify.adapters.smtp_mailer import SmtpMailer, SmtpServer
from isopolity.notify.adapters.sql.mail_counts import mail_server_problem
from isopolity.notify.application.mailers import Mailer
from isopolity.notify.domain.errors import DeliveryProblem
from isopolity.notify.settings import NotifySettings
from isopolity.persistence.database import Database


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
