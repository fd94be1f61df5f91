"""Staff chooses settings; each instance takes over what was chosen last.

Invariant: a choice replaces the one that its chooser has seen, and no other; earlier ones stay as they were. A
transaction that issues goes by the choice that it reads: once staff has chosen *hold*, nothing is mailed by an instance
that has not heard of it yet. Each asker hears on the day that was promised to it, so an introduction that would be
answered only after that day does not go out.
"""

from collections import Counter

from isopolity.machine.turns import each_in_turns
from isopolity.matching.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from isopolity.matching.application.workflows.new_proposal import closes
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.settings import NOTHING, Choice, ChosenSettings, SendingPolicy
from isopolity.matching.errors import ChosenMeanwhile, GivesUpIntroductions


async def choose(
    wanted: ChosenSettings, seen: int, by: str, uow: UnitOfWork, surroundings: Surroundings, *, gives_up: int = 0
) -> Choice | None:
    """Keep a choice; one that is the same as the last is none.

    Raises ChosenMeanwhile where `seen` is not the last, GivesUpIntroductions where more introductions than `gives_up`
    could not go out any more.
    """
    last = await uow.choices.newest()
    if (0 if last is None else last.number) != seen:
        raise ChosenMeanwhile("Somebody else has chosen settings since you looked; look again, then choose.")
    before = NOTHING if last is None else last.settings
    if wanted == before:
        return last
    days = wanted.answer_days or surroundings.answer_days
    if (number := await given_up(days, uow, surroundings)) > gives_up:
        raise GivesUpIntroductions(number)
    choice = Choice(number=seen + 1, chosen_at=surroundings.clock(), chosen_by=by, settings=wanted)
    await uow.choices.add(choice)
    uow.audit.note("network-settings", str(choice.number), before=before.document(), after=wanted.document())
    return choice


async def take_over(unit_of_work: UnitOfWorkFactory, surroundings: Surroundings) -> None:
    """Go by the newest choice from now on."""
    async with unit_of_work() as uow:
        newest = await uow.choices.newest()
    here = surroundings.chosen
    if newest is not None and newest.number > here.number:
        await surroundings.markets.weigh(newest.settings.weights)
        here.number, here.settings = newest.number, newest.settings


async def standing_policy(uow: UnitOfWork, surroundings: Surroundings) -> SendingPolicy:
    """The policy that holds for this transaction."""
    newest = await uow.choices.newest()
    chosen = None if newest is None else newest.settings.sending_policy
    return chosen or surroundings.policy


async def given_up(days: int, uow: UnitOfWork, surroundings: Surroundings) -> int:
    """Count the introductions that could go out today, but no longer if both sides had that many days to answer.

    Where both sides have asked for each other, neither has to answer.
    """
    now = surroundings.clock()
    waiting = await uow.interests.open_of()
    asking = Counter(each.pair_key for each in waiting)

    def is_late(each: Interest) -> bool:
        pair = (each.member_id, each.other_id)
        in_time = closes(pair, now, surroundings.days_to_answer, surroundings)
        return in_time <= each.hear_by < closes(pair, now, days, surroundings)

    alone = [each for each in waiting if asking[each.pair_key] == 1]
    are_late = await each_in_turns(is_late, alone)
    late = [each for each, is_one in zip(alone, are_late, strict=True) if is_one]
    placed = await uow.proposals.find({each.proposal_id for each in late if each.proposal_id is not None})
    went_out = {each.proposal_id for each in placed if each.issued_at is not None}
    return sum(each.proposal_id not in went_out for each in late)
