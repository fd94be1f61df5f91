"""The network's weights: whatever cannot be used is refused in a sentence, and equal weights have equal versions."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from isopolity.matching.adapters.sql.proposals import DOCUMENT
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.workflows.new_proposal import new_proposal
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights
from isopolity.matching.errors import InvalidWeights
from isopolity.matching.settings import MatchingSettings, read_weights
from isopolity.runtime.process import settings_problem
from tests.support.matching.instance import network_of
from tests.support.matching.service import NOW, city, need, offer

ALL_ZERO = dict.fromkeys(DEFAULT_WEIGHTS.twinning, 0)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"twinning": {"size": -0.1}}, "Give the weight size of a twinning a number from 0 to 1000."),
        ({"sponsorship": {"grant": float("nan")}}, "Give the weight grant of a sponsorship a number from 0 to 1000."),
        ({"sponsorship": {"grant": float("inf")}}, "Give the weight grant of a sponsorship a number from 0 to 1000."),
        ({"twinning": {"size": 10**5000}}, "Give the weight size of a twinning a number from 0 to 1000."),
        ({"twinning": {"size": "much"}}, "Give the weight size of a twinning a number from 0 to 1000."),
        ({"twinning": {"size": True}}, "Give the weight size of a twinning a number from 0 to 1000."),
        ({"twinning": ALL_ZERO}, "All weights of a twinning are zero; give at least one part a positive weight."),
        ({"twinning": ALL_ZERO | {"size": 1}}, "give needs-a or needs-b or balance a positive weight."),
        ({"sponsorship": {"subjects": 0}}, "give subjects a positive weight."),
        ({"twinning": {"needs-a": 1}}, "give needs-a and needs-b the same weight."),
        ({"twinning": {"height": 1}}, "A twinning has no part 'height'; its parts are needs-a, needs-b, balance,"),
        ({"neighbours": 1.5}, "Give the weight neighbours a number from 0 to 1."),
        ({"neighbors": 1}, "There is no weight 'neighbors'; there are twinning, sponsorship and neighbours."),
        ({"twinning": 3}, "The weights of twinning are no table; write a number for each part."),
        ([], "The weights are no table; write tables twinning and sponsorship, a number a part."),
    ],
)
def test_weights_that_cannot_be_used_are_refused_in_a_sentence(document: object, sentence: str) -> None:
    with pytest.raises(InvalidWeights) as refused:
        Weights.of(document)
    assert sentence in str(refused.value)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*DEFAULT_WEIGHTS.twinning, "subjects", "neighbours", "twinning"]), inner)
    ),
    max_leaves=8,
)


@given(json | st.fixed_dictionaries({"twinning": json, "sponsorship": json, "neighbours": json}))
def test_any_document_is_usable_or_refused(document: object) -> None:
    with contextlib.suppress(InvalidWeights):
        weights = Weights.of(document)
        assert all(0 <= weight <= 1000 for weight in (*weights.twinning.values(), *weights.sponsorship.values()))


def test_what_is_not_named_keeps_its_default() -> None:
    weights = Weights.of({"twinning": {"size": 0.5}})
    assert weights.twinning == {**DEFAULT_WEIGHTS.twinning, "size": 0.5}
    assert weights.sponsorship == DEFAULT_WEIGHTS.sponsorship


def test_equal_weights_have_equal_versions_and_others_another() -> None:
    spelled_out = Weights.of({"neighbours": 1, "sponsorship": {}, "twinning": dict(DEFAULT_WEIGHTS.twinning)})
    assert spelled_out.version == DEFAULT_WEIGHTS.version == Weights.of({"twinning": {"size": 0.08}}).version
    assert Weights.of({"twinning": {"size": -0.0}}).version == Weights.of({"twinning": {"size": 0}}).version
    others = [{"twinning": {"size": 0.1}}, {"sponsorship": {"network": 0.07}}, {"neighbours": 0.99}]
    assert len({DEFAULT_WEIGHTS.version, *(Weights.of(other).version for other in others)}) == 4


@pytest.mark.parametrize(
    ("name", "content"), [("w.toml", "[twinning]\nsize = 0.5\n"), ("w.json", '{"twinning": {"size": 0.5}}')]
)
def test_weights_are_read_from_toml_and_from_json(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert read_weights(path) == Weights.of({"twinning": {"size": 0.5}})
    assert MatchingSettings(weights=path).network_weights == read_weights(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"size = = 3", "are no TOML"),
        (b"\xff\xfe", "are no TOML"),
        (b"neighbours = " + b"1" * 5000, "are no TOML"),
        (b"[twinning]\nsize = -1", "Give the weight size of a twinning a number from 0 to 1000"),
    ],
)
def test_a_wrong_file_of_weights_is_a_wrong_setting(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "weights.toml"
    path.write_bytes(content)
    with pytest.raises(ValidationError) as refused:
        MatchingSettings(weights=path)
    assert sentence in settings_problem(refused.value)
    assert settings_problem(refused.value).startswith("Correct ISOPOLITY_WEIGHTS: ")


def proposed(weights: Weights) -> Proposal:
    """A proposal between two cities that meet on the very subject one way, and on a neighbour the other way."""
    a = city("lyon", needs=(need("sdg.3"),), offers=(offer("sdg.13"),))
    b = city("graz", needs=(need("sdg.7"),), offers=(offer("sdg.3"),))
    market = MarketSource(network_of([a, b]), weights).market(NOW.date())
    return new_proposal(scored_pair(market, "city/lyon", "city/graz"), market, "p", None, NOW)


def test_a_proposal_names_the_weights_it_was_scored_with() -> None:
    usual, other = proposed(DEFAULT_WEIGHTS), proposed(Weights.of({"twinning": {"balance": 0.7}}))
    assert usual.weights_version == DEFAULT_WEIGHTS.version != other.weights_version
    assert {part.name: part.weight for part in other.parts}["balance"] == 0.7
    assert usual.score != other.score


def test_a_network_may_leave_neighbours_out_of_score_and_reasons() -> None:
    with_them, without = proposed(DEFAULT_WEIGHTS), proposed(Weights(neighbours=0))
    assert without.score < with_them.score
    assert any("climate action" in reason.text for reason in with_them.b.reasons)
    assert not any("climate action" in reason.text for side in without.sides for reason in side.reasons)


def test_a_proposal_from_before_weights_had_versions_is_still_read() -> None:
    document = DOCUMENT.dump_python(proposed(DEFAULT_WEIGHTS), mode="json")
    assert DOCUMENT.validate_python(document).weights_version == DEFAULT_WEIGHTS.version
    del document["weights_version"]
    assert DOCUMENT.validate_python(document).weights_version is None
