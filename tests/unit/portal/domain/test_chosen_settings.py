"""Settings that staff chooses, from a form."""

from collections.abc import Mapping

import pytest

from isopolity.client.matching.models import NetworkSettingsInput, NetworkSettingsView, WeightsView
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS
from isopolity.portal.domain.chosen_settings import chosen, fields_of

WEIGHTS = WeightsView.model_validate(DEFAULT_WEIGHTS.document())
HELD = NetworkSettingsView.model_validate({
    "number": 3, "answer_days": 28, "usual_answer_days": 21, "weights": WEIGHTS, "usual_weights": WEIGHTS,
    "choices": [], "sending_policy": "hold", "usual_sending_policy": "hold",
})  # fmt: skip
FIELDS = fields_of(WEIGHTS) | {"seen": "3", "answer_days": "28"}


def order_of(filled: Mapping[str, str]) -> NetworkSettingsInput:
    """What a form without a fault chooses."""
    order = chosen(filled, HELD).order
    assert order is not None
    return order


def test_what_is_as_the_operator_has_it_is_not_chosen() -> None:
    assert order_of(FIELDS).model_dump(exclude_unset=True) == {
        "seen": 3, "answer_days": 28, "weights": None, "sending_policy": None,
    }  # fmt: skip
    for days in ("21", ""):
        assert order_of(FIELDS | {"answer_days": days}).answer_days is None


def test_a_twinning_has_no_first_city_and_a_comma_is_a_point() -> None:
    weights = order_of(FIELDS | {"twinning-needs": "0,5", "neighbours": "0"}).weights
    assert weights is not None
    assert weights.twinning is not None
    assert (weights.twinning["needs-a"], weights.twinning["needs-b"]) == (0.5, 0.5)
    assert weights.twinning["balance"] == WEIGHTS.twinning["balance"]
    assert weights.sponsorship == WEIGHTS.sponsorship
    assert weights.neighbours == 0


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
