"""Nearness: topics decide where both sides name some, and without them it lies between near and far ones."""

import numpy as np
import pytest

from isopolity.matching.domain.scores.nearness import ANSWERS, MEET, SAME, nearness, nearness_to_programme, words_matter

NOBODY, ONE, BOTH = 0, 1, 2
"""The number of sides that name topics."""


def test_same_subjects_with_the_same_topic_are_as_near_as_can_be() -> None:
    assert nearness(1.0, 1.0, BOTH) == nearness(1.0, SAME, BOTH) == 1


def test_equal_subjects_with_far_topics_are_about_other_things() -> None:
    far, half, unknown, close = (
        nearness(1.0, *each) for each in ((ANSWERS, BOTH), (0.0, ONE), (0.0, NOBODY), (0.9, BOTH))
    )
    assert far == 0
    assert far < half < unknown < close


def test_topics_that_meet_count_although_the_subjects_differ() -> None:
    assert nearness(0.0, 1.0, BOTH) == pytest.approx(0.8)
    assert nearness(0.0, (ANSWERS + SAME) / 2, BOTH) == pytest.approx(0.4)
    assert nearness(0.0, ANSWERS, BOTH) == 0
    assert nearness(0.0, 1.0, NOBODY) == 0


def test_common_words_make_up_for_a_part_of_what_topics_miss() -> None:
    without, some, all_of_them = (nearness(1.0, 0.7, BOTH, True, words) for words in (0.0, 0.5, 1.0))
    assert without == 0
    assert 0 < some < all_of_them < 1


@pytest.mark.parametrize("naming", [NOBODY, ONE])
def test_one_language_without_common_words_says_less_than_two_languages(naming: int) -> None:
    other, unknown, same = (nearness(1.0, 0.0, naming, *each) for each in ((True, 0.0), (False, 0.0), (True, 1.0)))
    assert other < unknown < same == 1


def test_what_names_no_topics_is_little_to_a_programme_that_does() -> None:
    unsaid, unknown = nearness_to_programme(1.0, 0.0, False, True), nearness_to_programme(1.0, 0.0, True, False)
    assert unsaid < nearness(1.0, 0.0, ONE) < unknown == nearness_to_programme(1.0, 0.0, False, False)
    assert nearness_to_programme(1.0, MEET, True, True) == 0 < nearness_to_programme(1.0, ANSWERS, True, True)
    assert nearness_to_programme(1.0, SAME, True, True) == 1


def test_common_words_bring_a_city_nearer_to_a_programme() -> None:
    for names, precise in ((False, False), (True, False), (False, True)):
        of = [float(nearness_to_programme(1.0, 0.0, names, precise, *each)) for each in ((True, 0.0), (False, 0.0))]
        some, all_of_them = (float(nearness_to_programme(1.0, 0.0, names, precise, True, words)) for words in (0.5, 1))
        assert of == sorted(of)
        assert of[0] < some < all_of_them == 1
    assert nearness_to_programme(0.0, 0.0, False, False, True, 1.0) == 0


def test_words_that_do_not_matter_change_nothing() -> None:
    steps = np.linspace(0, 1, 41)
    share, close = (each.ravel() for each in np.meshgrid(steps, steps))
    for names, precise in ((False, False), (True, False), (False, True), (True, True)):
        about = (share, close, names, precise)
        none, all_of_them = (nearness_to_programme(*about, True, words) for words in (0.0, 1.0))
        assert (words_matter(*about) | (none == all_of_them)).all()


def test_arrays_of_pairs_are_as_near_as_each_pair() -> None:
    share, close = (each.ravel() for each in np.meshgrid(np.linspace(0, 1, 11), np.linspace(0, 1, 11)))
    for naming in (NOBODY, ONE, BOTH):
        found = nearness(share, close, np.full(len(share), naming))
        alone = [float(nearness(one, other, naming)) for one, other in zip(share, close, strict=True)]
        assert found.tolist() == alone
        assert ((found >= 0) & (found <= 1)).all()


def test_nearer_subjects_or_topics_never_lower_it() -> None:
    steps = np.linspace(0, 1, 21)
    by_topic = nearness(0.5, steps, np.full(21, BOTH))
    by_subject = nearness(steps, 0.7, np.full(21, BOTH))
    assert (np.diff(by_topic) >= 0).all()
    assert (np.diff(by_subject) >= 0).all()
