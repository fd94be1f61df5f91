"""Criteria as they come in an address."""

import pytest

from isopolity.matching.entrypoints.http.explorer import CriteriaQuery, ExplorerQuery
from isopolity.matching.errors import InvalidWhatIf


@pytest.mark.parametrize("name", ["grant", "population"])
def test_a_range_that_ends_below_its_beginning_is_refused_and_not_counted(name: str) -> None:
    query = CriteriaQuery.model_validate({f"{name}_min": 50_000, f"{name}_max": 40_000})
    with pytest.raises(InvalidWhatIf, match="The most, 40,000, is less than the least, 50,000"):
        query.criteria()
    assert CriteriaQuery.model_validate({f"{name}_min": 50_000, f"{name}_max": 50_000}).criteria()


@pytest.mark.parametrize("name", ["size", "asked"])
def test_a_choice_that_ends_below_its_beginning_is_refused(name: str) -> None:
    query = ExplorerQuery.model_validate({f"{name}_min": 500_000, f"{name}_max": 1_000})
    with pytest.raises(InvalidWhatIf, match="The most, 1,000, is less than the least, 500,000"):
        query.choice()
    assert ExplorerQuery.model_validate({f"{name}_min": 1_000, f"{name}_max": 1_000}).choice()
