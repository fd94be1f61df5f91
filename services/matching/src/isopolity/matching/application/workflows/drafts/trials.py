"""Trial of edits: what each would do to a draft as it is, told before anybody decides.

Invariant: a trial changes nothing, and tells of an edit what making it would tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts.edits import EditOrder, edited_numbers
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.drafts.draft import Draft, DraftEdit
from isopolity.matching.domain.drafts.draft_numbers import DraftNumbers
from isopolity.matching.errors import ContradictoryRules, DraftIsClosed, NoPair


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An edit as it would be made; or why it would be refused."""

    edit: DraftEdit | None = None
    refused: str = ""


async def tried_edits(
    draft: Draft,
    numbers: DraftNumbers,
    orders: Sequence[EditOrder],
    by: str,
    reading: UnitOfWorkFactory,
    surroundings: Surroundings,
) -> Sequence[Trial]:
    """The trials of edits in their order, each alone and none after another; nobody who edits meanwhile waits.

    The graph has caught up before. Raises DraftIsClosed, UnknownMember.
    """
    draft.require_open()
    trials = list[Trial]()
    async with reading() as uow:
        for order in orders:
            try:
                _, edit = await edited_numbers(order, draft.edits + 1, by, numbers, uow, surroundings)
                trials.append(Trial(edit=edit))
            except (ContradictoryRules, DraftIsClosed, NoPair) as refused:
                trials.append(Trial(refused=f"{refused}"))
    return trials
