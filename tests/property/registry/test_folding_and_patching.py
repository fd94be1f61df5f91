"""Folding and merge patches, whatever the text and the documents."""

import unicodedata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from isopolity.identity.folded_text import fold
from isopolity.registry.entrypoints.http.merge_patch import merged

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=4)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(categories=("Lu", "Ll")), max_size=20))
def test_composed_and_decomposed_spellings_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text(alphabet="aãbcçdeéèfüñöø ", max_size=20))
def test_what_is_typed_without_accents_finds_the_name(name: str) -> None:
    typed = name.translate(str.maketrans("ãçéèüñöø", "aceeunoo"))
    assert fold(typed) == fold(name)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return value


@given(OBJECTS, OBJECTS)
def test_a_patch_applied_twice_changes_nothing_more(target: Any, patch: Any) -> None:
    once = merged(target, patch)
    assert merged(once, patch) == once


@given(OBJECTS)
def test_a_patch_of_nothing_changes_nothing(target: Any) -> None:
    assert merged(target, {}) == target


@given(OBJECTS, OBJECTS)
def test_a_null_deletes_and_all_else_is_set(target: Any, patch: Any) -> None:
    result = merged(target, patch)
    for name, value in patch.items():
        if value is None:
            assert name not in result
        elif not isinstance(value, dict):
            assert result[name] == value
    assert {name: result[name] for name in target.keys() - patch.keys()} == {
        name: target[name] for name in target.keys() - patch.keys()
    }


@given(OBJECTS)
def test_a_patch_onto_nothing_gives_the_patch_without_its_nulls(patch: Any) -> None:
    assert merged(None, patch) == without_nulls(patch)
