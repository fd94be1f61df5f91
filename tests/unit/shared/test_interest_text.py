"""Needs and offers as texts, which the import of files and the library read alike."""

import pytest

from isopolity.contracts.codes import INTEREST_FIELDS, interest_fields, interest_text
from isopolity.contracts.registry import Need, Offer
from isopolity.registry.entrypoints.inputs import InterestInput


@pytest.mark.parametrize("model", [Need, Offer, InterestInput])
def test_the_fields_are_those_of_needs_and_offers(model: type[Need] | type[Offer] | type[InterestInput]) -> None:
    assert tuple(model.model_fields) == INTEREST_FIELDS


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("sdg.4:3:webinar", ["sdg.4", "3", "webinar"]),
        ("sdg.4:3:webinar:2027-12-31", ["sdg.4", "3", "webinar", "2027-12-31"]),
        ("sdg.4: 3 ", ["sdg.4", " 3 "]),
        ("a:b:c:d:e", ["a", "b", "c", "d:e"]),
        ("", [""]),
    ],
)
def test_parts_are_named_in_order_and_left_unchecked(text: str, parts: list[str]) -> None:
    assert list(interest_fields(text).values()) == parts
    assert list(interest_fields(text)) == list(INTEREST_FIELDS[: len(parts)])


@pytest.mark.parametrize("text", ["sdg.4:3:webinar", "sdg.4:3:webinar:2027-12-31"])
def test_a_text_is_made_of_fields_and_read_again(text: str) -> None:
    assert interest_text(interest_fields(text)) == text
    assert interest_text({**interest_fields("sdg.4:3:webinar"), "valid_until": None}) == "sdg.4:3:webinar"
