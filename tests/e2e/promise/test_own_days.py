"""Days to answer that end where their readers are tell neither side what the other answered, in any two zones.

For each pair of zones, around each change of daylight saving, a proposal is lived through in which one side acts; what
the other side can see of it at each moment, at matching and at notify, must be what it sees where nothing is done.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final

import pytest

from isopolity.client.matching import models
from isopolity.matching.application.workflows.new_proposal import as_issued
from isopolity.matching.application.workflows.published_states import proposal_state
from isopolity.matching.domain.proposal import NOT_AGREED, Proposal, Stage
from isopolity.matching.domain.side import Answer, Side
from isopolity.matching.entrypoints.http.schemas import OwnProposalView
from isopolity.notify.application.matching_events import to_proposal
from isopolity.portal.adapters.tokens import proposal_token
from tests.support.matching.instance import network_of, surroundings_of
from tests.support.matching.service import city

ZONES: Final = (
    *("Pacific/Pago_Pago", "America/Los_Angeles", "America/Havana", None),
    *("Africa/Cairo", "Asia/Kathmandu", "Pacific/Chatham", "Pacific/Kiritimati"),
)
"""From 11 hours behind UTC to 14 ahead of it; in two of them clocks change at midnight."""
STARTS: Final = tuple(datetime(2026, *day, 10, 30, tzinfo=UTC) for day in ((2, 20), (3, 10), (10, 4), (10, 20)))
"""Of proposals whose days to answer lie after a change of clocks, forward or back, on either side of the equator."""
OUTLINED: Final = 'class="open"'
"""Of a half of a token whose side has not said yes, for all that the reader may know."""
SECOND: Final = timedelta(seconds=1)
Act = Callable[[Proposal, datetime], Proposal | None]


@dataclass(frozen=True, slots=True)
class Answering:
    """Side `a` or `b` gives an answer."""

    side: str
    answer: Answer

    def __call__(self, proposal: Proposal, now: datetime) -> Proposal | None:
        return proposal.answered(self.side, self.answer, now)


def leave(proposal: Proposal, _now: datetime) -> Proposal | None:
    return proposal.lapse("a", "member-withdrew")


NO, LATER, PENDING, YES = (Answering("a", answer) for answer in (Answer.NO, Answer.LATER, Answer.PENDING, Answer.YES))
SOME: Final[tuple[Act, ...]] = (NO, LATER, PENDING, leave)
"""Acts of side a that the other must not find out; a yes is found out where the other says yes, too."""

ANSWERS: Final[tuple[Mapping[int, Act], ...]] = ({}, *({when: Answering("b", Answer.YES)} for when in (0, 3)))
"""Answers of side b, by the number of the moment: nothing, or yes before both days end or between them."""


def proposal_in(a: str | None, b: str | None, start: datetime) -> Proposal:
    def side(name: str) -> Side:
        return Side(side=name, holder=f"city/{name}", member_kind="city", member_id=name, name=name, country="KE")

    members = [city(name, country="KE", time_zone=zone) for name, zone in (("a", a), ("b", b))]
    held = Proposal(
        proposal_id="p",
        version=1,
        kind="twinning",
        stage=Stage.HELD,
        pair_key="a:b",
        a=side("a"),
        b=side("b"),
        score=0.5,
        parts=(),
        round_id=None,
        created_at=start,
    )
    return as_issued(held, start, surroundings_of(network_of(members)))


def moments(proposal: Proposal) -> list[datetime]:
    """Around both ends, and between them."""
    ends = sorted(filter(None, (proposal.answers_until("a"), proposal.answers_until("b"))))
    between = ends[0] + (ends[1] - ends[0]) / 2
    return [moment + shift for moment in (ends[0], between, ends[1]) for shift in (-SECOND, timedelta(0), SECOND)]


def lived(issued: Proposal, acts: Mapping[int, Act], answers: Mapping[int, Act]) -> Iterator[tuple[object, ...]]:
    """All that side b sees, at each moment; `acts` of a and `answers` of b are done at the moments of these numbers."""
    proposal = issued
    for number, now in enumerate(sorted(moments(issued))):
        for act in (acts.get(number), answers.get(number)):
            proposal = (act(proposal, now) if act else None) or proposal
        proposal = proposal.settle(now) or proposal
        view, known = OwnProposalView.of(proposal, "b"), to_proposal(proposal_state(proposal))
        closing = "closing" if proposal.stage in NOT_AGREED else proposal.stage if known.settled else None  # its mail
        assert view is not None, "each side sees a proposal that was issued"
        token = token_of(view)
        assert token.count(OUTLINED) == {"agreed": 0}.get(view.stage, 1 if view.own.answer == "yes" else 2)
        yield view, token, known.takes_answers("b", now), known.waits("b", now), known.settled, closing


def token_of(view: OwnProposalView) -> str:
    """The halves of the proposal, as its side sees them on its pages."""
    return proposal_token(models.OwnProposalView.model_validate(view.model_dump(mode="json")))


@pytest.mark.parametrize("start", STARTS, ids=str)
def test_no_days_of_two_sides_tell_one_what_the_other_did(start: datetime) -> None:
    for a, b in product(ZONES, ZONES):
        issued = proposal_in(a, b, start)
        for when in (0, 4):  # before both days end, and between them, where the own one is over for one of the two
            for answers in ANSWERS:
                expected = list(lived(issued, {}, answers))
                for act in SOME:
                    assert list(lived(issued, {when: act}, answers)) == expected, (a, b, act, when)
            refused = list(lived(issued, {when: YES}, {0: Answering("b", Answer.LATER)}))
            assert refused == list(lived(issued, {}, {0: Answering("b", Answer.LATER)})), (a, b, when)


@pytest.mark.parametrize("start", STARTS, ids=str)
def test_each_side_has_whole_days_and_the_proposal_closes_within_a_day_of_the_first_end(start: datetime) -> None:
    for a, b in product(ZONES, ZONES):
        issued = proposal_in(a, b, start)
        ends = [each for each in (issued.answers_until("a"), issued.answers_until("b")) if each is not None]
        assert issued.answer_by == max(ends)
        assert max(ends) - min(ends) < timedelta(hours=26), (a, b)
        for end in ends:
            assert timedelta(days=20, hours=22) < end - start < timedelta(days=22, hours=2), (a, b)
        assert issued.settle(max(ends) - SECOND) is None
        assert issued.settle(max(ends)) is not None
