"""Members whose names are much like those of applicants: who they are, and what finding them costs."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isopolity.registry.application.directory import KnownNames
from isopolity.registry.application.imports.lookup import LIKE
from isopolity.registry.application.joining import likeness
from isopolity.registry.application.joining.likeness import called_alike, members_alike
from tests.support.registry.service import city_profile


class Directory:
    """A directory that knows names alone."""

    async def names(self, countries: Collection[str]) -> Sequence[KnownNames]:
        return [KnownNames(str(n), "BR", [f"vila {n}"]) for n in range(10)]

    async def page(self, *_: Any, **__: Any) -> Sequence[Any]:
        return ()


@pytest.mark.parametrize(("most", "compared"), [(20, 2), (15, 1), (5, 1)], ids=["two", "one", "always one"])
async def test_a_long_list_compares_no_more_names_than_it_has_time_for(
    monkeypatch: pytest.MonkeyPatch, most: int, compared: int
) -> None:
    monkeypatch.setattr(likeness, "MOST_COMPARED", most)
    profiles = [city_profile(geonames_id=number) for number in (1, 2, 3)]
    found = await members_alike(Directory(), profiles)  # type: ignore[arg-type] # what is asked of it
    assert list(found) == [profile.key for profile in profiles[:compared]]


@settings(max_examples=50)
@given(st.text("abcd", min_size=1, max_size=9), st.sets(st.text("abcd", min_size=1, max_size=9), max_size=9))
def test_no_name_that_is_much_alike_is_left_out_before_it_is_compared(name: str, known: set[str]) -> None:
    order = sorted(known)
    assert called_alike({each: each for each in order}, name) == get_close_matches(name, order, n=3, cutoff=LIKE)
