"""Rounds as rows: ordered, looked for, cancelled, failed; each use case is one transaction's work.

Invariant: one round at a time runs in the network. An order is stored before it is computed, so that any instance can
compute it, and any can tell how far it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.member_names import by_owners, with_names
from isopolity.matching.application.workflows.published_states import present_order
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import INTERRUPTED, Round, RoundPlan, RoundStatus
from isopolity.matching.domain.rules.changes import Remedy
from isopolity.matching.errors import ContradictoryRules


async def order_round(plan: RoundPlan, uow: UnitOfWork, surroundings: Surroundings) -> Round:
    """Ask for a round; it waits until an instance runs it. The rules in `plan` name members as people do.

    The graph has caught up before the transaction began. Raises UnknownMember, ContradictoryRules.
    """
    if plan.book.floors is None:
        plan = replace(plan, book=replace(plan.book, floors=surroundings.floors))
    try:
        by_owner = by_owners(plan, surroundings.network)
    except ContradictoryRules as error:
        raise ContradictoryRules(with_names(str(error), surroundings.network)) from error
    waiting = Round(
        round_id=surroundings.ids(),
        plan=by_owner,
        status=RoundStatus.WAITING,
        ordered_at=surroundings.clock(),
        ordered_by=present_order(),
    )
    await uow.rounds.add(waiting)
    uow.audit.note("round", waiting.round_id, after={"plan": by_owner})
    return waiting


async def cancel_round(round_id: str, uow: UnitOfWork, now: datetime) -> Round:
    """Call a round off: nothing of it will go out. Raises UnknownRound, RoundOver if it is done or has failed."""
    known = await uow.rounds.get(round_id)
    return await save_round(known, known.cancel(now), uow)


async def fail_round(
    round_id: str,
    sentence: str,
    uow: UnitOfWork,
    network: Network,
    now: datetime,
    remedies: Sequence[Remedy] = (),
) -> Round:
    """End a round for the reason in `sentence`, with names for holders; one that is over stays. Raises UnknownRound."""
    known = await uow.rounds.get(round_id)
    return await save_round(known, known.fail(with_names(sentence, network), now, remedies), uow)


async def next_round(begun: Collection[str], uow: UnitOfWork, now: datetime) -> Round | None:
    """The round that has waited longest. The caller holds the lease, so that no other instance runs a round.

    A round that the caller has `begun` itself, by id, waits again; any other that runs has lost its process and fails.
    """
    found = await uow.rounds.open()
    known = [_left_behind(each, begun, now) for each in found]
    for each in [new for old, new in zip(found, known, strict=True) if new is not old]:
        await uow.rounds.save(each)
    return next((each for each in known if each.status is RoundStatus.WAITING), None)


async def save_round(known: Round, changed: Round, uow: UnitOfWork) -> Round:
    """Keep a changed round, note the change for the audit, and return the round."""
    await uow.rounds.save(changed)
    uow.audit.note("round", known.round_id, before={"status": known.status}, after={"status": changed.status})
    return changed


def _left_behind(known: Round, begun: Collection[str], now: datetime) -> Round:
    if known.status is not RoundStatus.RUNNING:
        return known
    return known.wait_again() if known.round_id in begun else known.fail(INTERRUPTED, now)
