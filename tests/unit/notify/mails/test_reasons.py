"""Reasons of a proposal as a mail and the answer page part them."""

from isopolity.contracts import matching as contracts
from isopolity.notify.domain.proposal import TO_MIND


def test_reasons_to_bear_in_mind_are_those_of_the_contract() -> None:
    assert TO_MIND == contracts.TO_MIND
