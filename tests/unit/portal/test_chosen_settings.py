"""Settings that staff chooses, from a form."""

from typing import Any

import pytest

from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS
from isopolity.portal.domain.chosen_settings import chosen, fields_of

WEIGHTS: Any = DEFAULT_WEIGHTS.document()
HELD: Any = {
    "number": 3, "answer_days": 28, "usual_answer_days": 21, "weights": WEIGHTS, "usual_weights": WEIGHTS,
    "choices": [], "sending_policy": "hold", "usual_sending_policy": "hold",
}  # fmt: skip
FIELDS = fields_of(WEIGHTS) | {"seen": "3", "answer_days": "28"}


def test_what_is_as_the_operator_has_it_is_not_chosen() -> None:
    assert chosen(FIELDS, HELD).order == {
        "seen": 3, "answer_days": 28, "weights": None, "sending_policy": None,
    }  # fmt: skip
    for days in ("21", ""):
        assert chosen(FIELDS | {"answer_days": days}, HELD).order["answer_days"] is None


def test_a_twinning_has_no_first_city_and_a_comma_is_a_point() -> None:
    weights = chosen(FIELDS | {"twinning-needs": "0,5", "neighbours": "0"}, HELD).order["weights"]
    assert (weights["twinning"]["needs-a"], weights["twinning"]["needs-b"]) == (0.5, 0.5)
    assert weights["twinning"]["balance"] == WEIGHTS["twinning"]["balance"]
    assert weights["sponsorship"] == WEIGHTS["sponsorship"]
    assert weights["neighbours"] == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("twinning-size", text) for text in ("many", "-1", "nan", "")),
        *(("answer_days", text) for text in ("three", "2.5")),
        ("sponsorship-grant", "1001"),
        ("neighbours", "2"),
    ],
)
def test_what_is_no_number_is_named(name: str, text: str) -> None:
    assert list(chosen(FIELDS | {name: text}, HELD).wrong) == [name]
