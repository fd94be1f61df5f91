"""Members whose names are much like those of applicants: who they are, and what finding them costs."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.identity.folded_text import sort_key
from isopolity.registry.application.directory import KnownNames
from isopolity.registry.application.imports.lookup import MemberLookup
from isopolity.registry.application.imports.name_index import LIKE, likest
from isopolity.registry.application.joining import likeness
from isopolity.registry.application.joining.likeness import members_alike
from isopolity.registry.domain.member import Member
from tests.support.examples import examples
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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A & B", "A and B"),
        ("Rio-de-Janeiro", "Rio de Janeiro"),
        ("Oé", "O E"),
        ("The Hague", "Hague"),
        ("x" * 101, "x" * 100),
    ],
    ids=["and", "hyphens", "accents", "article", "long"],
)
async def test_an_application_and_an_import_take_the_same_names_for_alike(one: str, other: str) -> None:
    class Known(Directory):
        async def names(self, countries: Collection[str], *, most: int | None = None) -> Mapping[str, KnownNames]:
            return {each: KnownNames(["m"], [sort_key(other)]) for each in countries}

        async def page(self, *_: Any, **__: Any) -> Sequence[Any]:
            return [member]

        async def in_countries(self, _: Collection[str]) -> Sequence[Any]:
            return [member]

    profile = city_profile(name=one, geonames_id=None)
    known = city_profile(name=other, geonames_id=7)
    member = Member(member_id="m", version=1, status="endorsed", region="europe", profile=known)
    directory: Any = Known()
    assert list(await members_alike(directory, [profile])) == [profile.key]
    assert (await members_alike(directory, [profile]))[profile.key] == [member]
    lookup = MemberLookup(directory, "city")
    await lookup.learn({profile.country})
    assert [each.member_id for each in lookup.near(profile.country, one)] == ["m"]


async def test_one_large_country_does_not_silence_the_small_ones_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Known(Directory):
        async def names(self, countries: Collection[str], *, most: int | None = None) -> Mapping[str, KnownNames]:
            return {each: KnownNames(["m"], ["x"] * (10 if each == "BR" else 1)) for each in countries}

    monkeypatch.setattr(likeness, "MOST_COMPARED", 15)
    profiles = [city_profile(geonames_id=n, country=country) for n, country in enumerate(("BR", "BR", "FI"), 1)]
    directory: Any = Known()
    assert list(await members_alike(directory, profiles)) == [profiles[0].key, profiles[2].key]


@examples(50)
@given(st.text("abcd", min_size=1, max_size=9), st.sets(st.text("abcd", min_size=1, max_size=9), max_size=9))
def test_the_likest_names_are_told_and_none_that_differs_more(name: str, known: set[str]) -> None:
    order = sorted(known)
    told = [order[place] for place in likest(name, order)]
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
