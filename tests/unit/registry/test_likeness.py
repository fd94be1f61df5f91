"""Members whose names are much like those of applicants: who they are, and what finding them costs."""

from collections.abc import Collection, Mapping, Sequence
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
    """A directory that knows names alone: ten of each country."""

    async def names(self, countries: Collection[str], *, most: int | None = None) -> Mapping[str, KnownNames]:
        whole = sorted(countries)[: None if most is None else most // 10]
        return {each: KnownNames([str(n) for n in range(10)], [f"vila {n}" for n in range(10)]) for each in whole}

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


async def test_a_long_list_reads_no_more_names_than_it_has_time_for_and_one_application_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(likeness, "MOST_READ", 10)
    profiles = [city_profile(geonames_id=n, country=country) for n, country in enumerate(("BR", "AR", "FI"), 1)]
    found = await members_alike(Directory(), profiles)  # type: ignore[arg-type] # what is asked of it
    assert list(found) == [profiles[1].key]
    monkeypatch.setattr(likeness, "MOST_READ", 0)
    found = await members_alike(Directory(), profiles[2:])  # type: ignore[arg-type] # what is asked of it
    assert list(found) == [profiles[2].key]


@settings(max_examples=50)
@given(st.text("abcd", min_size=1, max_size=9), st.sets(st.text("abcd", min_size=1, max_size=9), max_size=9))
def test_the_likest_names_are_told_and_none_that_differs_more(name: str, known: set[str]) -> None:
    order = sorted(known)
    told = called_alike(KnownNames(order, order), name)
    ratios = {each: _ratio(name, each) for each in order}
    assert len(told) == min(3, sum(ratio >= LIKE for ratio in ratios.values()))
    assert [ratios[each] for each in told] == sorted(ratios.values(), reverse=True)[: len(told)]


def _ratio(one: str, other: str) -> float:
    """The share of characters of the longest common subsequence, by definition."""
    longest = [0] * (len(other) + 1)
    for letter in one:
        before = 0
        for place, each in enumerate(other, 1):
            before, longest[place] = (
                longest[place],
                before + 1 if letter == each else max(longest[place], longest[place - 1]),
            )
    return 2 * longest[-1] / (len(one) + len(other))
