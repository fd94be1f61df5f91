"""The sums that must hold between the counts, and the counts as people are shown them."""

from dataclasses import replace

import pytest

from isopolity.command.console import print_view
from isopolity.command.hosting.counts import Counts
from isopolity.command.hosting.up import render_counts

COUNTS = Counts(
    members={"city": 10, "foundation": 2},
    applications=0,
    contacts=12,
    requests=1,
    twinnings=3,
    proposals={"twinning": {"issued": 3, "agreed": 1, "held": 7}, "sponsorship": {"answered": 1}},
    partnerships={"exploratory": 1},
    mails={"proposal": {"sent": 10}, "introduction": {"sent": 2}},
    mail_box=12,
    outbox=0,
    lag=0,
    parked=0,
    dead_letters=0,
)


def test_counts_that_add_up_contradict_nothing() -> None:
    assert list(COUNTS.contradictions()) == []
    assert COUNTS.quiescent


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(COUNTS, mail_box=11), "Mails in the mail box: 11;"),
        (replace(COUNTS, mail_box=13), "Mails in the mail box: 13;"),
        (replace(COUNTS, partnerships={}), "Partnerships: 0, but one per agreed proposal makes 1."),
        (
            replace(COUNTS, mails={"proposal": {"sent": 10}, "introduction": {"sent": 1, "unknown": 0}}, mail_box=11),
            "Introduction mails: 1, but 2 per agreed proposal makes 2.",
        ),
        (
            replace(COUNTS, mails={"proposal": {"sent": 9}, "introduction": {"sent": 2}}, mail_box=11),
            "Mails about proposals: 9, but 2 per issued proposal makes 10.",
        ),
    ],
)
def test_sum_that_does_not_hold_is_told_in_a_sentence(wrong: Counts, says: str) -> None:
    assert [sentence for sentence in wrong.contradictions() if sentence.startswith(says)]


def test_mail_whose_outcome_is_unknown_may_lie_in_the_box_or_not() -> None:
    mails = {"proposal": {"sent": 9, "unknown": 1}, "introduction": {"sent": 2}}
    for box in (11, 12):
        assert not list(replace(COUNTS, mails=mails, mail_box=box).contradictions())


@pytest.mark.parametrize(
    "busy",
    [replace(COUNTS, outbox=1), replace(COUNTS, lag=1), replace(COUNTS, mails={"proposal": {"claimed": 1}})],
)
def test_work_that_is_left_is_not_quiescent(busy: Counts) -> None:
    assert not busy.quiescent


def test_figures_leave_out_what_is_held_and_add_all_kinds_of_cities() -> None:
    found = {figure.name: (figure.count, figure.detail) for figure in COUNTS.figures()}
    assert found["Cities"] == (10, "with 3 twinnings already")
    assert found["Partners"] == (2, "foundations, companies, NGOs; 1 request of cities")
    assert found["Proposals"] == (5, "4 twinnings and 1 sponsorship")
    assert found["Mails"] == (12, "10 about proposals, 2 of other kinds")
    assert found["Partnerships"] == (1, "where both sides have said yes")


def test_figures_add_up_with_what_never_went_out_and_what_has_ended() -> None:
    stages = {"issued": 3, "agreed": 2, "held": 7, "scheduled": 2, "discarded": 5}
    more = replace(COUNTS, proposals={"twinning": stages}, partnerships={"exploratory": 1, "ended": 1})
    found = {figure.name: (figure.count, figure.detail) for figure in more.figures()}
    assert found["Proposals"] == (5, "5 twinnings")
    assert found["Partnerships"] == (2, "where both sides have said yes; 1 have ended")


def test_counts_are_printed_in_words_with_zeros_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    found = replace(COUNTS, members={"city": 1454, "county": 0}, proposals={"twinning": {"issued": 7}})
    print_view(render_counts(found.document()))
    text = "\n".join(" ".join(line.split()) for line in capsys.readouterr().out.splitlines())
    for line in ("members 1,454 city", "proposals twinning: 7 issued", "waiting none", "quiescent yes"):
        assert line in text.splitlines()
