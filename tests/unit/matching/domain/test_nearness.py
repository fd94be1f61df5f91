"""Nearness: topics that meet raise it, far topics lower it, and without topics it lies between."""

import numpy as np
import pytest

from isopolity.matching.domain.scores.nearness import nearness


def test_same_subjects_with_the_same_topic_are_as_near_as_can_be() -> None:
    assert nearness(1.0, 1.0, True) == 1


def test_equal_subjects_with_far_topics_fall_below_those_without_topics() -> None:
    far, unknown, close = nearness(1.0, 0.0, True), nearness(1.0, 0.0, False), nearness(1.0, 0.9, True)
    assert far == pytest.approx(0.25)
    assert far < unknown < close


def test_topics_that_meet_count_although_the_subjects_differ() -> None:
    assert nearness(0.0, 1.0, True) == pytest.approx(0.8)
    assert nearness(0.0, 0.5, True) == pytest.approx(0.4)
    assert nearness(0.0, 0.49, True) == 0
    assert nearness(0.0, 1.0, False) == 0


def test_arrays_of_pairs_are_as_near_as_each_pair() -> None:
    share, close = (each.ravel() for each in np.meshgrid(np.linspace(0, 1, 11), np.linspace(0, 1, 11)))
    for is_known in (False, True):
        found = nearness(share, close, np.full(len(share), is_known))
        alone = [float(nearness(one, other, is_known)) for one, other in zip(share, close, strict=True)]
        assert found.tolist() == alone
        assert ((found >= 0) & (found <= 1)).all()


def test_nearer_subjects_or_topics_never_lower_it() -> None:
    steps = np.linspace(0, 1, 21)
    by_topic = nearness(0.5, steps, np.ones(21, bool))
    by_subject = nearness(steps, 0.6, np.ones(21, bool))
    assert (np.diff(by_topic) >= 0).all()
    assert (np.diff(by_subject) >= 0).all()
