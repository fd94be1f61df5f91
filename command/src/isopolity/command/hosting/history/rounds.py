"""Rounds of the past: both sides answer in one of a few ways, in turn, and partnerships are shown or end."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from isopolity.client.matching import partnerships, proposals, rounds
from isopolity.client.matching.models import EndOrder, ProposalView, RoundOrder, ShowOrder
from isopolity.client.notify import proposals as answers
from isopolity.client.notify.models import AnswerOrder
from isopolity.client.registry import contacts
from isopolity.command.hosting.history.past import ANSWER_DAYS, Past
from isopolity.command.hosting.history.script import Ends, PastRound

Course = tuple[str | None, str | None]
"""The answers of both sides; None: no answer."""
_OVER: Final[Sequence[Course]] = (
    ("yes", "yes"), (None, "yes"), ("yes", "yes"), ("no", "yes"), ("yes", "yes"), (None, None), ("later", "no"),
)  # fmt: skip
"""What becomes of proposals in a round that is over, in turn."""
_OPEN: Final[Sequence[Course]] = (
    (None, None), ("yes", "yes"), (None, None), ("yes", None), (None, None), ("no", "yes"), ("later", None),
)  # fmt: skip
"""What has become of proposals so far, in a round whose time to answer is not over."""
_FIRST, _SECOND = 4.0, 9.0
"""Days after a round on which the sides answer."""
_MOST: Final = 200


async def hold_round(past: Past, plan: PastRound, seed: int, reasons: Sequence[str]) -> None:
    """A round with its answers, up to the end of the time to answer or to the start of the demo."""
    past.move(plan.days)
    done = await past.send(rounds.create(RoundOrder(seed=seed), prefer="wait=600"))
    await past.quiet()
    is_open = plan.days <= ANSWER_DAYS
    said = iter(reasons) if is_open else iter(())
    courses = list(_courses((await past.send(proposals.list(round_id=done.round_id, limit=_MOST))).items, is_open))
    for side, days in enumerate((_FIRST, _SECOND)):
        past.move(plan.days - days)
        for proposal, course in courses:
            if (choice := course[side]) is not None:
                await _answer(past, proposal, side, choice, next(said, None) if choice == "no" else None)
    await past.quiet()
    if not is_open:
        past.move(plan.days - ANSWER_DAYS - 3)
        await past.settle()
        await _show_some(past)


def _courses(found: Sequence[ProposalView], is_open: bool) -> Iterator[tuple[ProposalView, Course]]:
    ways = _OPEN if is_open else _OVER
    for kind in ("twinning", "sponsorship"):
        of_kind = sorted((each for each in found if each.kind == kind), key=lambda each: [s.name for s in each.sides])
        for number, proposal in enumerate(of_kind):
            yield proposal, ways[number % len(ways)]


async def _answer(past: Past, proposal: ProposalView, side: int, choice: str, reason: str | None) -> None:
    member = proposal.sides[side]
    who = await asked(past, member.member_id)
    order = AnswerOrder(choice=choice) if reason is None else AnswerOrder(choice=choice, reason=reason)
    await past.send(answers.answer(proposal.proposal_id, order), of=member.member_id, contact_id=who)


async def asked(past: Past, member_id: str) -> str:
    """The contact of a member that its mails go to."""
    if member_id not in past.asked:
        found = (await past.send(contacts.list(member_id=member_id))).items
        past.asked[member_id] = found[0].contact_id
    return past.asked[member_id]


async def _show_some(past: Past) -> None:
    """Both sides of every third partnership let the public see it."""
    found = (await past.send(partnerships.list(standing=True, limit=_MOST))).items
    for each in sorted(found, key=lambda one: one.partnership_id)[::3]:
        for member in () if each.shown else each.members:
            who = await asked(past, member.member_id)
            shown = partnerships.show(each.partnership_id, ShowOrder(show=True))
            await past.send(shown, of=member.member_id, contact_id=who)


async def end_some(past: Past, plan: Ends) -> None:
    """Staff ends some partnerships, each for a reason of its own."""
    past.move(plan.days)
    found = (await past.send(partnerships.list(standing=True, limit=_MOST))).items
    by_members: Mapping[tuple[str, ...], str] = {
        tuple(member.name for member in each.members): each.partnership_id for each in found
    }
    for number, members in enumerate(sorted(by_members)[:: plan.every]):
        reason = plan.reasons[number % len(plan.reasons)]
        await past.send(partnerships.end(by_members[members], EndOrder(reason=reason)))
    await past.quiet()
