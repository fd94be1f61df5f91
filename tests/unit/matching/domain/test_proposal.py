"""The proposal as a state machine, and what a member may see of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.domain.side import Answer, ProgrammeSummary, RequestSummary, Side
from isopolity.matching.entrypoints.http.partnerships import PartnershipView
from isopolity.matching.entrypoints.http.schemas import OwnProposalView
from tests.support.matching.service import NOW

DEADLINE = NOW + timedelta(days=21)


def held() -> Proposal:
    def side(name: str) -> Side:
        return Side(
            side=name, holder=f"city/{name}", member_kind="city", member_id=name, name=name.upper(), country="KE"
        )

    return Proposal(
        proposal_id="p1",
        version=1,
        kind="twinning",
        stage=Stage.HELD,
        pair_key="a:b",
        a=side("a"),
        b=side("b"),
        score=0.5,
        parts=(),
        round_id=None,
        created_at=NOW,
    )


def issued() -> Proposal:
    return held().issue(NOW, DEADLINE)


def after(proposal: Proposal, side: str, answer: Answer, at: datetime = NOW, until: date | None = None) -> Proposal:
    changed = proposal.answered(side, answer, at, until)
    assert changed is not None
    return changed


def test_a_member_has_one_side_of_a_partnership_and_others_have_none() -> None:
    partnership = Partnership.established("s1", issued(), NOW)
    sides = [partnership.side_of(member_id) for member_id in ("a", "b", "c")]
    assert sides == [partnership.a, partnership.b, None]


def test_two_yes_agree_at_once() -> None:
    agreed = after(after(issued(), "a", Answer.YES), "b", Answer.YES)
    assert (agreed.stage, agreed.version) == (Stage.AGREED, 4)
    assert Partnership.established("s1", agreed, NOW).stage is PartnershipStage.EXPLORATORY


def test_a_no_leaves_the_proposal_open_to_the_other_side_until_the_deadline() -> None:
    refused = after(issued(), "a", Answer.NO)
    assert refused.stage is Stage.ANSWERED
    both = after(refused, "b", Answer.YES)
    assert both.stage is Stage.ANSWERED
    assert both.settle(DEADLINE - timedelta(seconds=1)) is None
    settled = both.settle(DEADLINE)
    assert settled is not None
    assert settled.stage is Stage.DECLINED


def test_silence_and_pending_expire_at_the_same_moment_as_a_refusal() -> None:
    for proposal in (issued(), after(issued(), "a", Answer.PENDING), after(issued(), "b", Answer.LATER)):
        settled = proposal.settle(DEADLINE)
        assert settled is not None
        assert (settled.stage, settled.settled_at) == (Stage.EXPIRED, DEADLINE)


def test_yes_and_no_are_final_and_later_is_not() -> None:
    for final in (Answer.YES, Answer.NO):
        assert after(issued(), "a", final).answered("a", Answer.LATER, NOW) is None
    changed = after(issued(), "a", Answer.LATER).answered("a", Answer.YES, NOW + timedelta(seconds=1))
    assert changed is not None
    assert changed.a.answer is Answer.YES


def test_an_answer_that_is_not_newer_than_the_one_known_changes_nothing() -> None:
    """The response topic may be read from its start at any time."""
    first, second = NOW, NOW + timedelta(seconds=1)
    known = after(after(issued(), "a", Answer.PENDING, first), "a", Answer.LATER, second)
    for answer, at in ((Answer.PENDING, first), (Answer.LATER, second), (Answer.YES, second)):
        assert known.answered("a", answer, at) is None


def test_pending_runs_no_longer_than_the_proposal() -> None:
    pending = after(issued(), "a", Answer.PENDING, until=date(2030, 1, 1))
    assert pending.a.pending_until == DEADLINE.date()
    assert after(pending, "a", Answer.YES, NOW + timedelta(seconds=1)).a.pending_until is None


def test_an_answer_after_the_deadline_or_settlement_changes_nothing() -> None:
    assert issued().answered("a", Answer.YES, DEADLINE) is None
    for settled in (issued().supersede(NOW, "member-withdrew"), issued().settle(DEADLINE), held().discard(NOW), held()):
        assert settled is not None
        assert settled.answered("a", Answer.YES, NOW) is None


def test_an_answer_that_says_the_same_again_changes_nothing() -> None:
    assert after(issued(), "a", Answer.LATER).answered("a", Answer.LATER, NOW) is None


def test_what_a_member_sees_is_the_same_whatever_the_other_side_said() -> None:
    seen = set()
    for other in (None, Answer.NO, Answer.LATER, Answer.PENDING, Answer.YES):
        proposal = issued() if other is None else after(issued(), "b", other)
        settled = proposal.settle(DEADLINE)
        assert settled is not None
        views = [OwnProposalView.of(each, "a") for each in (proposal, settled)]
        assert all(view is not None for view in views)
        seen.add(tuple(view.model_dump_json() for view in views if view is not None))
    assert len(seen) == 1


def test_what_lapsed_stays_open_to_the_other_side_and_agrees_to_nothing() -> None:
    lapsed = after(issued(), "b", Answer.YES).lapse("b", "request-closed")
    assert lapsed is not None
    assert lapsed.lapse("a", "member-withdrew") is None
    assert lapsed.answered("b", Answer.NO, NOW + timedelta(seconds=1)) is None
    both = after(lapsed, "a", Answer.YES)
    assert (both.stage, both.version, both.lapsed_by) == (Stage.ANSWERED, 5, "b")
    settled = both.settle(DEADLINE)
    assert settled is not None
    assert (settled.stage, settled.cause) == (Stage.EXPIRED, "request-closed")
    assert held().lapse("a", "member-withdrew") is None


def test_a_held_proposal_and_somebody_elses_are_not_seen() -> None:
    assert OwnProposalView.of(held(), "a") is None
    assert OwnProposalView.of(issued(), "c") is None


def test_what_a_city_asks_for_is_told_to_the_sponsor_and_not_to_the_public() -> None:
    request = RequestSummary(
        description="Evening courses.",
        subjects=(),
        amount_min=1,
        amount_max=2,
        currency="EUR",
        starts=None,
        ends=None,
        beneficiaries=None,
        payee="Ville de Lyon",
    )
    proposal = replace(issued(), b=replace(issued().b, request=request))
    told = OwnProposalView.of(proposal, "a")
    assert told is not None
    assert told.other.request is not None
    assert told.other.request.payee == "Ville de Lyon"
    partnership = PartnershipView.of(Partnership.established("s1", proposal, NOW), for_staff=True)
    assert "Ville de Lyon" not in partnership.model_dump_json()


def test_a_partnership_is_public_while_both_sides_have_chosen_so() -> None:
    partnership = Partnership.established("s1", issued(), NOW)
    assert not partnership.is_shown
    by_b = partnership.choose("b", show=True)
    assert by_b is not None
    assert by_b.choose("b", show=True) is None
    by_both = by_b.choose("a", show=True)
    assert by_both is not None
    assert (by_b.is_shown, by_both.is_shown, by_both.shown_by, by_both.version) == (False, True, ("a", "b"), 3)
    ended = by_both.end("completed", NOW)
    assert ended is not None
    taken_back = ended.choose("b", show=False)
    assert taken_back is not None
    assert (ended.is_shown, taken_back.is_shown, taken_back.stage) == (True, False, "ended")


def test_an_ended_partnership_stays_ended() -> None:
    partnership = Partnership.established("s1", issued(), NOW)
    ended = partnership.end("member-withdrew", NOW)
    assert ended is not None
    assert (ended.version, ended.ended_reason) == (2, "member-withdrew")
    assert ended.end("again", NOW) is None


def test_a_side_reads_when_it_answered_itself_and_nothing_of_the_other_answer() -> None:
    proposal = after(after(issued(), "a", Answer.NO, NOW + timedelta(days=1)), "b", Answer.LATER, NOW)
    views = [OwnProposalView.of(proposal, name) for name in ("a", "b")]
    assert [view and view.own.answered_at for view in views] == [NOW + timedelta(days=1), NOW]
    assert not any(view and "answer" in view.other.model_dump() for view in views)


def test_a_partner_reads_what_its_budget_counts_and_a_city_does_not() -> None:
    empty = dict.fromkeys(("purpose", "eligibility", "population_min", "population_max", "closes"))
    lists = dict.fromkeys(("subjects", "supports", "regions", "countries"), ())
    granting = ProgrammeSummary(**empty, **lists, grant_min=58_000, grant_max=90_000, currency="EUR")  # type: ignore[arg-type]
    proposal = replace(issued(), kind="sponsorship", a=replace(held().a, programme=granting))
    asking = RequestSummary(
        description="", subjects=(), amount_min=70_000, amount_max=80_000, currency="EUR",
        starts=None, ends=None, beneficiaries=None, payee=None,
    )  # fmt: skip
    told = [
        (view := OwnProposalView.of(replace(proposal, b=replace(held().b, request=request)), name))
        and view.with_set_aside().set_aside
        for name, request in (("a", None), ("b", None), ("a", asking), ("a", replace(asking, currency="USD")))
    ]
    assert told == [0, None, 70_000, None]
