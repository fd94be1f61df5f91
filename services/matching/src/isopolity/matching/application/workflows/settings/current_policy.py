"""When proposals go out without a word of staff, as it was chosen last by anybody, at any instance.

Invariant: what is issued in a transaction goes by the choice that the transaction reads: once staff has chosen *hold*,
nothing is mailed by an instance that has not heard of it yet.
"""

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.settings.sending_policy import SendingPolicy


async def standing_policy(uow: UnitOfWork, surroundings: Surroundings) -> SendingPolicy:
    """The policy that holds for this transaction."""
    newest = await uow.choices.newest()
    chosen = None if newest is None else newest.settings.sending_policy
    return chosen or surroundings.policy
