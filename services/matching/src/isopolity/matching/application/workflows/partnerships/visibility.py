"""What the public sees of a partnership: each side chooses for itself.

Invariant: only the side itself chooses; a partnership is public while both have chosen to show it.
"""

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.published_states import publish_partnership
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.errors import UnknownPartnership


async def choose_to_show(partnership_id: str, member_id: str, uow: UnitOfWork, *, show: bool) -> Partnership:
    """Keep what a member chose, and tell of it; a choice that was made before changes nothing.

    Raises UnknownPartnership where the member has no part in it.
    """
    found = await uow.partnerships.find([partnership_id])
    side = found[0].side_of(member_id) if found else None
    if side is None:
        raise UnknownPartnership(f"You have no partnership {partnership_id}.")
    (known,) = found
    changed = known.choose(side.side, show=show)
    if changed is None:
        return known
    await uow.partnerships.save(changed)
    publish_partnership(uow.outbox, changed)
    uow.audit.note("partnership", partnership_id, before={"shown": not show}, after={"shown": show})
    return changed
