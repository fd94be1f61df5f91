"""Expectations from answers: bounded, forgotten slowly, and never held against a member for good."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.domain.acceptance import (
    DEFAULT_LEARNING,
    Counts,
    Expectations,
    Moments,
    Prior,
    Reply,
    expectations,
    prior_of,
)
from tests.support.examples import examples
from tests.support.matching.answers import Trial as Answered
from tests.support.matching.answers import counts_of
from tests.support.matching.service import NOW

Trial = tuple[str, str, Reply, float]
trials = st.tuples(
    st.sampled_from(["twinning", "sponsorship"]),
    st.sampled_from(["city/a", "city/b", "city/c"]),
    st.sampled_from(list(Reply)),
    st.floats(0, 4000),
)
SILENT, OTHER, YES = Reply.SILENT, Reply.OTHER, Reply.YES


def learned(found: Sequence[Trial]) -> Expectations:
    return expectations(counted(found))


def counted(found: Sequence[Trial]) -> Counts:
    return counts_of(
        [
            Answered(kind=kind, member=member, reply=reply, settled_at=NOW - timedelta(days=age))
            for kind, member, reply, age in found
        ],
        NOW,
    )


def of_a(*replies: tuple[Reply, float], others: Sequence[Trial] = ()) -> float:
    return learned([*others, *(("twinning", "city/a", reply, age) for reply, age in replies)]).acceptance(
        "twinning", "city/a"
    )


@examples(60)
@given(st.lists(trials, max_size=25), st.randoms())
def test_an_expectation_is_a_chance_and_does_not_depend_on_the_order_of_the_outcomes(
    found: list[Trial], random: object
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    one, other = learned(found), learned(shuffled)
    for kind in ("twinning", "sponsorship", "circle"):
        for member in ("city/a", "city/b", "city/new"):
            assert 0 < one.acceptance(kind, member) < 1
            assert other.acceptance(kind, member) == pytest.approx(one.acceptance(kind, member), rel=1e-9)


@pytest.mark.parametrize("first", range(4))
def test_how_alike_members_are_is_not_learned_from_one_member_alone(first: int) -> None:
    """Its sums cancel but for the last bit, which depends on their order."""
    ages = [1481.625, 1481.625, 0.0, 2577.75]
    usual = of_a(*((SILENT, age) for age in ages))
    assert of_a(*((SILENT, age) for age in [*ages[first:], *ages[:first]])) == pytest.approx(usual, rel=1e-9)
    assert of_a(*((SILENT, age) for age in sorted(ages))) == pytest.approx(usual, rel=1e-9)


@examples(60)
@given(st.floats(0.1, 0.9), st.floats(0.5, 50), st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_rate_lies_between_the_networks_and_the_members_own(mean: float, strength: float, yes: int, no: int) -> None:
    rate = Prior(mean=mean, strength=strength).posterior(np.array([yes]), np.array([yes + no]))[0]
    own = yes / (yes + no) if yes + no else mean
    assert min(own, mean) - 1e-12 <= rate <= max(own, mean) + 1e-12
    assert abs(rate - own) <= strength / (strength + yes + no) + 1e-12


def test_without_any_outcome_everybody_is_expected_the_same() -> None:
    nothing = learned([])
    assert nothing.acceptance("twinning", "city/a") == nothing.acceptance("sponsorship", "partner/p") == 0.5


def test_the_numbers_of_replies_are_those_that_databases_hold() -> None:
    assert {reply.name: int(reply) for reply in Reply} == {"SILENT": -1, "OTHER": 0, "YES": 1}


def test_a_newcomer_is_expected_to_do_as_the_network_does() -> None:
    found: list[Trial] = [("twinning", f"city/{i}", YES if i % 4 == 0 else OTHER, 0.0) for i in range(400)]
    assert learned(found).acceptance("twinning", "city/new") == pytest.approx(0.25, abs=0.01)
    assert learned(found).acceptance("sponsorship", "city/new") == 0.5


def test_members_that_differ_are_told_apart_sooner() -> None:
    of_each = np.full(40, 20.0)
    alike = prior_of(Moments.of(np.full(40, 10.0), of_each))
    unlike = prior_of(Moments.of(np.where(np.arange(40) % 2, 19.0, 1.0), of_each))
    assert alike.mean == unlike.mean == 0.5
    assert alike.strength == DEFAULT_LEARNING.strengths[1]
    assert unlike.strength == DEFAULT_LEARNING.strengths[0]


@examples(30)
@given(st.lists(st.tuples(st.sampled_from([OTHER, YES]), st.floats(0, 1000)), min_size=1, max_size=10))
def test_a_further_yes_raises_and_a_further_no_lowers(before: list[tuple[Reply, float]]) -> None:
    others: list[Trial] = [("twinning", f"city/{i}", YES if i % 2 else OTHER, 0.0) for i in range(60)]
    usual = of_a(*before, others=others)
    assert of_a(*before, (YES, 0.0), others=others) > usual > of_a(*before, (OTHER, 0.0), others=others)


def test_what_is_long_ago_counts_less_and_in_the_end_not_at_all() -> None:
    refused = [(OTHER, 0.0)] * 6
    rates = [of_a(*((reply, age) for reply, _ in refused)) for age in (0, 365, 730, 3650, 36500)]
    assert rates == sorted(rates)
    assert rates[0] < 0.4
    assert rates[-1] == pytest.approx(0.5, abs=1e-6)


def test_silence_benches_softly_after_some_patience() -> None:
    answering = [
        learned([("twinning", "city/a", SILENT, 0.0)] * times).benched.get("city/a", 1.0) for times in range(9)
    ]
    assert answering == [1, 1, 1, 1, 0.5, 0.25, 0.2, 0.2, 0.2]


def test_a_benched_member_comes_back_with_time() -> None:
    rates = [of_a(*[(SILENT, float(age))] * 6) for age in (0, 60, 120, 240, 720, 7300)]
    assert rates == sorted(rates)
    assert not learned([("twinning", "city/a", SILENT, 240.0)] * 6).benched
    assert rates[-1] == pytest.approx(0.5, abs=1e-2)


@pytest.mark.parametrize("answer", [OTHER, YES])
def test_a_benched_member_comes_back_at_once_with_any_answer(answer: Reply) -> None:
    silent: list[Trial] = [("twinning", "city/a", SILENT, float(30 * i)) for i in range(1, 7)]
    assert learned(silent).benched
    assert not learned([*silent, ("sponsorship", "city/a", answer, 0.0)]).benched
    assert learned([*silent, ("twinning", "city/a", answer, 400.0)]).benched


def test_an_answer_counts_as_the_newer_of_two_that_were_settled_at_once() -> None:
    round_of_five: list[Trial] = [("twinning", "city/a", reply, 10.0) for reply in (SILENT,) * 4 + (OTHER,)]
    assert not learned(round_of_five).benched


def test_neither_expectations_nor_counts_are_printed() -> None:
    counts = counted([("twinning", "city/a", YES, 0.25)])
    for private in (counts, expectations(counts)):
        assert "city/a" not in repr(private)
        assert "0." not in repr(private)
