"""Members that an applicant may be: by which names, contacts and places they are found, and what finding them costs."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest

from isopolity.registry.application.directory import Filter
from isopolity.registry.application.imports.lookup import MemberLookup
from isopolity.registry.application.joining import likeness
from isopolity.registry.application.joining.likeness import members_alike
from isopolity.registry.application.known_members import KnownMember, known_member
from isopolity.registry.domain.member import Member
from tests.support.registry.service import city_profile


class Directory:
    """A directory of these members."""

    def __init__(self, *profiles: Any, status: str = "endorsed") -> None:
        self.members = [
            Member(member_id=f"m{number}", version=1, status=status, region="europe", profile=profile)
            for number, profile in enumerate(profiles)
        ]

    async def in_countries(self, countries: Collection[str]) -> Sequence[KnownMember]:
        found = [one for one in self.members if one.profile.country in countries]
        return [known_member(one.member_id, one.status, one.profile) for one in found]

    async def smallest(self, countries: Collection[str], most: int) -> Sequence[str]:
        return [each for each in sorted(countries) if sum(one.profile.country == each for one in self.members) <= most]

    async def page(self, wanted: Filter, **_: Any) -> Sequence[Member[Any]]:
        return [one for one in self.members if one.member_id in (wanted.ids or ())]


def named(name: str, country: str = "DE", **more: Any) -> Any:
    plain = {"geonames_id": None, "latitude": None, "longitude": None, "local_names": (), "web": None}
    return city_profile(**{**plain, **more}, name=name, country=country)


async def reasons(directory: Directory, profile: Any, writing_to: Collection[str] = ()) -> list[str]:
    (found,) = await members_alike(directory, [profile], [writing_to])  # type: ignore[arg-type] # what is asked of it
    return [one.why for one in found or ()]


@pytest.mark.parametrize("name", ["Cologne", "Colonia", "Кёльн", "Köln am Rhein", "Koeln", "Keulen", "科隆"])
async def test_an_application_under_any_known_name_is_like_its_member(name: str) -> None:
    for member in (named("Köln"), named("Cologne", geonames_id=2886242)):
        directory = Directory(member, named("Cologne", "IT"), named("Bonn"))
        if name != member.name:
            assert len(await reasons(directory, named(name))) == 1, member.name
    assert await reasons(Directory(named("Köln")), named(name, "FR")) == []


async def test_a_city_is_not_its_commune() -> None:
    assert await reasons(Directory(named("Yaoundé 1er", "CM")), named("Yaoundé", "CM")) == ["longer-or-shorter"]


async def test_an_application_is_compared_by_contact_web_page_and_place_too() -> None:
    directory = Directory(named("Köln", web="https://www.koeln.example/", latitude=50.94, longitude=6.96))
    other = named("Agrippina")
    assert await reasons(directory, other) == []
    assert await reasons(directory, other, ["m0"]) == ["contact"]
    assert await reasons(directory, named("Agrippina", web="http://koeln.example")) == ["web"]
    assert await reasons(directory, named("Koala", latitude=50.95, longitude=6.95)) == ["distance"]
    assert await reasons(directory, named("Koala", latitude=52.5, longitude=13.4)) == []


async def test_a_member_that_left_and_one_of_the_same_identity_are_no_look_alikes() -> None:
    assert await reasons(Directory(named("Köln"), status="withdrawn"), named("Cologne")) == []
    assert await reasons(Directory(named("Köln")), named("Köln")) == []


async def test_other_numbers_at_geonames_rule_out_no_member_for_staff() -> None:
    assert await reasons(Directory(named("Aachen", geonames_id=7)), named("Aachenn", geonames_id=8)) == ["similar"]


async def test_a_long_list_reads_no_more_members_than_it_has_time_for_and_one_application_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(likeness, "MOST_READ", 1)
    directory: Any = Directory(named("Köln"), named("Bonn"), named("Lyon", "FR"))
    assert await members_alike(directory, [], []) == []
    german, french = named("Cologne"), named("Lion", "FR")
    of_list = await members_alike(directory, [german, french, german], [()] * 3)
    assert [found if found is None else len(found) for found in of_list] == [None, 1, None]
    assert await reasons(directory, german) == ["other-name"]


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
    directory = Directory(named(other, geonames_id=7))
    assert await reasons(directory, named(one)) == ["name"]
    lookup = MemberLookup(directory, "city")
    await lookup.learn({"DE"})
    assert [each.member_id for each in lookup.near("DE", one)] == ["m0"]
    assert [each.why for each in lookup.candidates(named(one))] == ["name"]
