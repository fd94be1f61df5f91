"""The table of neighbouring subjects: its codes exist, and it treats both sides alike."""

import numpy as np
import pytest

from isopolity.contracts.codes import SUBJECTS
from isopolity.matching.domain.scores.subjects import NEIGHBOUR_ROWS, NEIGHBOURS, share, shares


def test_every_code_of_the_table_exists() -> None:
    assert {code for pair in NEIGHBOURS for code in pair} <= set(SUBJECTS)


def test_every_subject_has_a_neighbour() -> None:
    assert {one for one, _ in NEIGHBOURS} == set(SUBJECTS)


def test_the_table_is_symmetric_and_no_share_reaches_that_of_the_same_subject() -> None:
    table = shares(list(SUBJECTS), list(SUBJECTS))
    assert (table == table.T).all()
    assert (np.diag(table) == 1).all()
    assert all(0 < value < 1 for value in NEIGHBOURS.values())
    assert not any(one == other for one, other in NEIGHBOURS)


def test_no_pair_stands_twice_in_the_table() -> None:
    rows = [frozenset(row[:2]) for row in NEIGHBOUR_ROWS]
    assert len(rows) == len(set(rows)) == len(NEIGHBOURS) / 2


def test_the_network_scales_neighbours_and_never_the_same_subject() -> None:
    whole = share("cluster.health", "sdg.3")
    assert share("cluster.health", "sdg.3", 0.5) == pytest.approx(whole / 2)
    assert share("cluster.health", "sdg.3", 0) == 0
    assert share("sdg.3", "sdg.3", 0) == 1
    assert share("cluster.health", "sdg.9") == 0
    assert share("a code of a later release", "sdg.9") == 0
