"""Any file: verifying it ends with a sentence, and a certificate that was written can be read again."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from isopolity.command.offline.certificate_check import verified
from isopolity.matching.assignment.certificate import FORMAT, certify, check
from isopolity.matching.assignment.certificate_document import read, written
from isopolity.matching.assignment.presolve import presolve
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.errors import ContradictoryRules
from tests.support.examples import examples
from tests.support.matching.certificates import MAKING, document, forged
from tests.support.matching.greedy_solver import GreedyRoundSolver
from tests.support.matching.round_problems import round_problems

numbers = st.one_of(
    st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-2, 9), st.just(10**300)
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=8,
)


def assert_told(content: bytes | str) -> None:
    """`isopolity round verify` has something to say to people and to programs."""
    report = verified(content)
    assert report.lines()[0] == report.verdict.sentence
    assert report.verdict.sentence.endswith(".")
    assert all(line.isprintable() for line in report.lines())
    assert json.loads(json.dumps(report.document(), allow_nan=False))["proved"] is report.verdict.is_proved


@examples(40)
@given(
    st.binary(max_size=60)
    | anything.map(json.dumps)
    | anything.map(lambda value: json.dumps({"format": FORMAT, "input": value}))
)
def test_any_file_gets_a_sentence(content: bytes | str) -> None:
    assert_told(content)


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """A certificate in which anything stands in some places, under a fingerprint that is right."""
    changed = document()
    for _ in range(draw(st.integers(1, 3))):
        place: Any = changed
        while True:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = draw(st.sampled_from(keys))
            if not place[key] or not isinstance(place[key], dict | list) or draw(st.booleans()):
                break
            place = place[key]
        place[key] = draw(anything)
    return forged(changed)


@examples(100)
@given(spoilt())
def test_any_certificate_that_is_spoilt_gets_a_sentence(content: str) -> None:
    assert_told(content)


@examples(40)
@given(round_problems(), st.binary(min_size=16, max_size=64))
def test_whatever_is_certified_can_be_read_and_proves_the_same(problem: RoundProblem, secret: bytes) -> None:
    try:
        presolve(problem)
    except ContradictoryRules:
        return
    made = certify(problem, GreedyRoundSolver().solve(problem), MAKING, secret)
    again = read(written(made))
    assert written(again) == written(made)
    verdict = check(again)
    assert verdict.is_proved
    assert verdict == check(made)
