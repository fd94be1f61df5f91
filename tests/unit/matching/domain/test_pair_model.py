"""What the pair model learns from counts of answers, and what it must not do with them."""

from dataclasses import replace
from itertools import product
from math import log

import numpy as np
import pytest

from isopolity.matching.domain.member import KINDS, SPONSORSHIP, TWINNING
from isopolity.matching.domain.pair_model.characteristics import CELLS, COUNTED, RECORD, record_level
from isopolity.matching.domain.pair_model.pair_model import DEFAULT_PAIR_LEARNING, CellCount, PairModel, with_effects

LEVELS = [2, 3, 0, 1, 1, 1, 0]
"""Some level of each characteristic of twinnings."""
DISTANCE, LANGUAGE = 1, 2


def cell(kind: str = TWINNING, **levels: int) -> int:
    """The cell of a pair with these levels, by the names of characteristics."""
    wanted = LEVELS if kind == TWINNING else [1] * len(CELLS[kind].characteristics)
    known = [levels.get(each.name, level) for each, level in zip(CELLS[kind].characteristics, wanted, strict=True)]
    return int(CELLS[kind].numbers([np.array([level]) for level in known])[0])


def counts(answers: int, likes: float, dislikes: float) -> dict[str, CellCount]:
    """Answers, half with a common language, of which the share `likes` is yes, half without: the share `dislikes`."""
    found = {}
    for (language, share), record in product(enumerate((likes, dislikes)), range(2)):
        of_each = answers / 4
        text = f"{CELLS[TWINNING].text(cell(language=language))}{record}"
        found[text] = CellCount(round(of_each), of_each, share * of_each)
    return found


def model(answers: int = 2_000, likes: float = 0.6, dislikes: float = 0.2) -> PairModel:
    found = PairModel.of(TWINNING, counts(answers, likes, dislikes))
    assert found is not None
    return found


def effects(found: PairModel) -> list[float]:
    """The effects with a common language and without."""
    cells = np.array([cell(language=level) for level in range(2)])
    return [float(each) for each in found.effects(cells)]


def test_there_is_no_model_below_the_least_number_of_answers() -> None:
    least = DEFAULT_PAIR_LEARNING.least
    assert PairModel.of(TWINNING, counts(least - 4, 0.9, 0.1)) is None
    assert PairModel.of(TWINNING, counts(least, 0.9, 0.1)) is not None
    assert PairModel.of(SPONSORSHIP, {}) is None


def test_what_members_like_raises_a_chance_and_what_they_do_not_lowers_it() -> None:
    liked, disliked = effects(model())
    truth = log(0.6 / 0.4) - log(0.2 / 0.8)
    assert liked > 0 > disliked
    assert liked - disliked == pytest.approx(truth, rel=0.15)


def test_few_answers_move_less_than_many() -> None:
    few, many = (effects(model(answers)) for answers in (300, 5_000))
    assert 0 < few[0] - few[1] < many[0] - many[1]


def test_chance_alone_is_not_taken_for_a_taste() -> None:
    liked, disliked = effects(model(400, 0.42, 0.40))
    assert abs(liked - disliked) < 0.1


def test_no_effect_is_greater_than_the_bound() -> None:
    found = PairModel.of(TWINNING, counts(20_000, 0.99, 0.01), replace(DEFAULT_PAIR_LEARNING, bound=2.0))
    assert found is not None
    liked, disliked = effects(found)
    assert liked == pytest.approx(log(2.0))
    assert disliked == pytest.approx(-log(2.0))
    usual = np.array([0.25])
    assert with_effects(usual, np.array([liked])) == pytest.approx([0.4])
    assert with_effects(usual, np.array([disliked])) == pytest.approx([1 / 7])


def test_pairs_of_which_little_is_known_are_given_more() -> None:
    curious, sober = (
        PairModel.of(TWINNING, counts(2_000, 0.6, 0.2), replace(DEFAULT_PAIR_LEARNING, curiosity=each))
        for each in (0.5, 0.0)
    )
    assert curious is not None
    assert sober is not None
    known, unknown = np.array([cell(language=0)]), np.array([cell(language=2)])
    more = [float(curious.effects(each)[0] - sober.effects(each)[0]) for each in (known, unknown)]
    assert 0 < more[0] < more[1]


def test_who_answers_is_told_apart_from_what_is_liked() -> None:
    """Sides that mostly say yes got the pairs with a common language; among equals the language changes nothing."""
    found = {}
    for language, record, share in ((0, 3, 0.8), (1, 0, 0.2), (0, 0, 0.2), (1, 3, 0.8)):
        answers = 900.0 if (language, record) in ((0, 3), (1, 0)) else 100.0
        text = f"{CELLS[TWINNING].text(cell(language=language))}{record}"
        found[text] = CellCount(round(answers), answers, share * answers)
    of_pairs = PairModel.of(TWINNING, found, replace(DEFAULT_PAIR_LEARNING, curiosity=0.0))
    assert of_pairs is not None
    liked, disliked = effects(of_pairs)
    assert abs(liked - disliked) < 0.1


def test_each_coefficient_has_its_uncertainty_and_the_number_of_its_answers() -> None:
    found = {each.level: each for each in model(2_000).coefficients()}
    common, none = (found[CELLS[TWINNING].characteristics[LANGUAGE].levels[level]] for level in range(2))
    assert common.answers == none.answers == 1_000
    assert none.low < none.factor < none.high < 1 < common.low < common.factor < common.high
    assert all(each.answers for each in found.values())


def test_a_cell_of_another_release_counts_for_nothing() -> None:
    found = counts(400, 0.6, 0.2)
    assert PairModel.of(TWINNING, {f"{text}0": each for text, each in found.items()}) is None
    assert PairModel.of(TWINNING, {**found, "99999999": CellCount(9_999, 9_999.0, 0.0)}) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_is_read_back_from_its_text(kind: str) -> None:
    cells = COUNTED[kind]
    some = np.random.default_rng(1).integers(0, np.prod(cells.sizes), 200)
    assert [cells.number(cells.text(each)) for each in some.tolist()] == some.tolist()


@pytest.mark.parametrize(("number", "yes", "level"), [(0, 0, 4), (9, 0, 0), (4, 1, 1), (2, 1, 2), (4, 3, 3), (1, 1, 3)])
def test_the_record_of_a_side_is_its_share_of_yes(number: int, yes: int, level: int) -> None:
    assert record_level(number, yes) == level
    assert level < len(RECORD.levels)
