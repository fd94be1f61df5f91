"""Derives the state of the mail server from its answers to a wave of mails, and probes a server that is away.

Invariant: a mail that meets a server which accepts no mail at all is put back, and its attempt does not count.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from isopolity.machine.clock import Clock
from isopolity.notify.application.letters import Mailer, MailServerState
from isopolity.notify.application.mails import Outcomes
from isopolity.notify.application.ports import UnitOfWorkFactory
from isopolity.notify.domain.errors import DeliveryProblem, Refused, ServerAway, TryLater
from isopolity.notify.domain.mail_server import MailServer

Change = Callable[[MailServer], MailServer]


def judged(answers: Mapping[str, DeliveryProblem | None], server: MailServer, now: datetime) -> tuple[Outcomes, Change]:
    """The outcomes of a wave, by mail id, and the new state of the server.

    A server that defers several mails and accepts none in between defers everybody, which is a state of the server. A
    server that accepts a mail, or refuses one for good, works. If no mail was offered, it may be tried at once.
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
    """The number of mails to offer to the server now: one if it defers everybody and its next try is due."""
    server = await state.get()
    if server.away_since is None:
        return most
    return int(server.refuses and await _reserved(state, now))


async def probe(unit_of_work: UnitOfWorkFactory, mailer: Mailer, clock: Clock) -> bool:
    """Ping the server if it is away, or has been silent for a minute.

    Returns whether it accepts mails again. Only one process at a time pings a server that is away.
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
    """Whether this process has reserved the next try of the server."""
    is_ours = False

    def reserve(server: MailServer) -> MailServer:
        nonlocal is_ours
        is_ours = server.away_since is not None and server.may_be_tried(now)
        return server.reserved(now) if is_ours else server

    await state.change(reserve)
    return is_ours
