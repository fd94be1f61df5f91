"""The examples on the API's page are answers that the API could give."""

from typing import Any

import pytest
from pydantic import BaseModel

from isopolity.matching.entrypoints.http.money.portfolios import PortfolioView
from isopolity.matching.entrypoints.http.pair_schemas import PairView
from isopolity.matching.entrypoints.http.partnerships import OwnPartnershipView, PartnershipView
from isopolity.matching.entrypoints.http.requests import SupportableRequestView
from isopolity.matching.entrypoints.http.rounds.round_schemas import RoundView
from isopolity.matching.entrypoints.http.schemas import (
    ApprovalView,
    OwnProposalView,
    ProposalView,
    SuggestionView,
)
from isopolity.matching.entrypoints.http.view import EXAMPLES

MODELS = (
    *(RoundView, PairView, SuggestionView, ProposalView, OwnProposalView, PartnershipView, OwnPartnershipView),
    *(ApprovalView, SupportableRequestView, PortfolioView),
)


@pytest.mark.parametrize(
    ("model", "example"), [(model, example) for model in MODELS for example in EXAMPLES[model.__name__]]
)
def test_an_example_is_a_whole_answer_and_nothing_more(model: type[BaseModel], example: dict[str, Any]) -> None:
    assert model.model_validate(example, extra="forbid").model_dump(mode="json", exclude_unset=True) == example
    assert example in model.model_json_schema()["examples"]
