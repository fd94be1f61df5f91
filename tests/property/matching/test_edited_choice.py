"""Edits of a choice keep its capacities, its pins, its bans and what is out, whatever is edited."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.assignment.edited_choice import EditedChoice, change
from isopolity.matching.assignment.problem import RoundProblem
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.assignment.verification import verified
from isopolity.matching.errors import EdgeIsOut, NodeIsFull

ACTS = ("put_in", "take_out", "pin", "ban", "free")


@st.composite
def choices(draw: st.DrawFn) -> EditedChoice:
    nodes = draw(st.integers(2, 7))
    pairs = [(a, b) for a in range(nodes) for b in range(a + 1, nodes)]
    edges = sorted(draw(st.sets(st.sampled_from(pairs), min_size=1)))
    problem = RoundProblem(
        capacity=np.array(draw(st.lists(st.integers(0, 2), min_size=nodes, max_size=nodes)), np.int64),
        a=np.array([a for a, _ in edges], np.int64),
        b=np.array([b for _, b in edges], np.int64),
        weight=np.array([draw(st.integers(1, 9)) for _ in edges], np.int64),
    )
    chosen = AssignmentSolver().solve(problem).chosen
    out = [edge for edge in chosen.tolist() if draw(st.booleans())]
    return EditedChoice(problem=problem, chosen=chosen, out=np.array(out, np.int64))


def is_sound(choice: EditedChoice) -> bool:
    problem, chosen = choice.problem, choice.chosen
    used = np.bincount(np.concatenate((problem.a[chosen], problem.b[chosen])), minlength=len(problem.capacity))
    kept = np.isin(choice.fixed, chosen).all() and not np.isin(choice.problem.never, chosen).any()
    return bool((used <= problem.capacity).all() and kept and (np.diff(chosen) > 0).all())


@given(choices(), st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 20)), max_size=8))
def test_every_edit_leaves_a_choice_that_can_be_published(choice: EditedChoice, edits: list[tuple[str, int]]) -> None:
    for act, number in edits:
        edge = number % len(choice.problem.a)
        before = choice
        try:
            choice = getattr(choice, act)(edge)
        except (NodeIsFull, EdgeIsOut):
            assert choice is before
            continue
        assert is_sound(choice)
        assert (edge in choice.chosen) == (act in ("put_in", "pin") or (act == "free" and edge in before.chosen))
        found = change(before, choice)
        assert found.value == choice.value - before.value
        assert found.added.tolist() == sorted({*choice.chosen.tolist()} - {*before.chosen.tolist()})
        assert found.removed.tolist() == sorted({*before.chosen.tolist()} - {*choice.chosen.tolist()})
        assert found.left_alone.tolist() == np.flatnonzero(before.is_paired & ~choice.is_paired).tolist()
    solved = AssignmentSolver().solve(choice.ruled)
    assert verified(choice.ruled, solved).is_proved
    assert verified(choice.ruled, solved).bound >= choice.value


@given(choices(), st.data())
def test_a_new_edge_moves_nothing_else(choice: EditedChoice, data: st.DataObject) -> None:
    problem = choice.problem
    nodes = len(problem.capacity)
    wider = choice.with_nodes(np.array([1], np.int64))
    other = data.draw(st.integers(0, nodes - 1))
    assert wider.edge(other, nodes) is None
    after, at = wider.with_edge(other, nodes, 5)
    assert after.edge(other, nodes) == at
    assert at not in after.chosen
    assert after.value == choice.value
    before = {(int(a), int(b)) for a, b in zip(problem.a, problem.b, strict=True)}
    for a, b in before:
        old, new = choice.edge(a, b), after.edge(a, b)
        assert old is not None
        assert new is not None
        for name in ("chosen", "out"):
            assert (old in getattr(choice, name)) == (new in getattr(after, name))
        assert problem.weight[old] == after.problem.weight[new]


def test_the_lightest_edge_of_a_full_end_gives_way_and_its_other_end_is_told() -> None:
    problem = RoundProblem(
        capacity=np.array([2, 1, 1, 1], np.int64),
        a=np.array([0, 0, 0], np.int64),
        b=np.array([1, 2, 3], np.int64),
        weight=np.array([5, 3, 1], np.int64),
    )
    choice = EditedChoice(problem=problem, chosen=np.array([0, 1], np.int64))
    edited = choice.put_in(2)
    found = change(choice, edited)
    assert (edited.chosen.tolist(), found.value, found.left_alone.tolist()) == ([0, 2], -2, [2])
    with pytest.raises(NodeIsFull):
        choice.pin(0).pin(1).put_in(2)
    with pytest.raises(EdgeIsOut):
        choice.publish(np.array([1], np.int64)).ban(1)
