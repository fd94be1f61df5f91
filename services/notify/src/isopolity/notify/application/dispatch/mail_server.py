"""Judges the mail server by its answers to a wave of mails, and tries one that is away.

Invariant: a mail that a server does not take while it takes mails from nobody is put back; its attempt does not count.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from isopolity.clock import Clock
from isopolity.notify.application.mailers import Mailer, MailServerState
from isopolity.notify.application.mails import Outcomes
from isopolity.notify.application.ports import UnitOfWorkFactory
from isopolity.notify.domain.errors import DeliveryProblem, Refused, ServerAway, TryLater
from isopolity.notify.domain.mail_server import MailServer

Change = Callable[[MailServer], MailServer]


def judged(answers: Mapping[str, DeliveryProblem | None], server: MailServer, now: datetime) -> tuple[Outcomes, Change]:
    """The outcomes of a wave, by mail id, and how the server is known from now on.

    A server that puts off the mails of several and takes none in between puts everybody off: that is a state of the
    server. One that takes a mail, or refuses one for good, works. Where no mail was offered it is tried at once.
    """
    if not answers:
        return {}, lambda known: known.untried(now)
    put_off = [mail_id for mail_id, problem in answers.items() if isinstance(problem, TryLater)]
    if any(problem is None or isinstance(problem, Refused) for problem in answers.values()):
        return dict(answers), lambda known: known.took_mail(now)
    if server.puts_off_everybody(put_off):
        reasons = {mail_id: problem.reason for mail_id, problem in answers.items() if problem is not None}
        outcomes = dict(answers) | {mail_id: ServerAway(reasons[mail_id]) for mail_id in put_off}
        return outcomes, lambda known: known.away(reasons[put_off[0]], now, refuses=True)
    if away := next((problem for problem in answers.values() if isinstance(problem, ServerAway)), None):
        return dict(answers), lambda known: known.away(away.reason, now, refuses=away.refuses)
    if put_off:
        return dict(answers), lambda known: known.put_off_one(put_off[0])
    return dict(answers), lambda known: known


async def mails_at_once(state: MailServerState, most: int, now: datetime) -> int:
    """How many mails may be offered to the server now: one where it puts off everybody and is to be tried again."""
    server = await state.get()
    if server.away_since is None:
        return most
    return int(server.refuses and await _reserved(state, now))


async def probe(unit_of_work: UnitOfWorkFactory, mailer: Mailer, clock: Clock) -> bool:
    """Ask the server whether it answers where it is away, or nothing has been heard of it for a minute.

    Returns whether it takes mails again. One process asks a server that is away at a time.
    """
    now = clock()
    async with unit_of_work() as uow:
        server = await uow.mail_server.get()
        if server.refuses or not (server.is_quiet(now) if server.away_since is None else server.may_be_tried(now)):
            return False
        if server.away_since is not None and not await _reserved(uow.mail_server, now):
            return False
        await uow.commit()
    try:
        await mailer.ping()
        problem = None
    except DeliveryProblem as failure:
        problem = failure
    heard = clock()
    async with unit_of_work() as uow:
        known = await uow.mail_server.change(
            lambda one: one.answered(heard) if problem is None else one.away(problem.reason, heard)
        )
        await uow.commit()
    return server.away_since is not None and known.away_since is None


async def _reserved(state: MailServerState, now: datetime) -> bool:
    """Whether this process tries the server now, and no other one."""
    is_ours = False

    def reserve(server: MailServer) -> MailServer:
        nonlocal is_ours
        is_ours = server.away_since is not None and server.may_be_tried(now)
        return server.reserved(now) if is_ours else server

    await state.change(reserve)
    return is_ours
