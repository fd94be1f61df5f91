"""Members named on a command line: by id, by name, or as one of several that could be meant."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from isopolity.command.client.directory import Named, find, find_both, find_pair, find_programme
from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode, Failure
from tests.support.whole_answers import whole_answers

PORTO = "0199f6a0-0000-7000-8000-000000000001"
CITIES = (
    {"city_id": PORTO, "name": "Porto", "country": "PT", "status": "endorsed"},
    {"city_id": "0199f6a0-0000-7000-8000-000000000002", "name": "Porto Alegre", "country": "BR", "status": "endorsed"},
    {"city_id": "0199f6a0-0000-7000-8000-000000000003", "name": "São Paulo", "country": "BR", "status": "endorsed"},
)
HALCYON = {
    "partner_id": "0199f6a0-0000-7000-8000-00000000000a",
    "name": "Foundation Halcyon",
    "home_country": "CH",
    "status": "endorsed",
    "programmes": [{"programme_id": "p1", "name": "Reading"}, {"programme_id": "p2", "name": "Sea"}],
}


def directory() -> Client:
    """A registry that holds them, and searches as the real one does."""

    def reply(request: httpx.Request) -> httpx.Response:
        kind, _, member_id = request.url.path.removeprefix("/registry/v1/").partition("/")
        members: Sequence[dict[str, Any]] = CITIES if kind == "cities" else (HALCYON,)
        if member_id:
            found = [each for each in members if member_id in (each.get("city_id"), each.get("partner_id"))]
            return httpx.Response(200, json=found[0]) if found else httpx.Response(404, json={"detail": "No."})
        words = request.url.params["text"].lower().replace("sao", "são").split()
        items = [each for each in members if all(word in each["name"].lower() for word in words)]
        return httpx.Response(200, json={"items": items, "next": None})

    return Client("http://127.0.0.1:8000", "token", transport=whole_answers(reply))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Porto", Named(member_id=PORTO, name="Porto")),
        ("porto alegre", Named(member_id=CITIES[1]["city_id"], name="Porto Alegre")),
        ("sao", Named(member_id=CITIES[2]["city_id"], name="São Paulo")),
        (PORTO, Named(member_id=PORTO, name="Porto")),
        (
            "halcyon",
            Named(member_id=str(HALCYON["partner_id"]), name="Foundation Halcyon", programmes=("Reading", "Sea")),
        ),
        ("halcyon/sea", Named(member_id=str(HALCYON["partner_id"]), name="Sea", programme_id="p2")),
        (f"{HALCYON['partner_id']}/p1", Named(member_id=str(HALCYON["partner_id"]), name="Reading", programme_id="p1")),
    ],
)
def test_a_member_is_found_by_id_or_by_the_name_that_can_mean_no_other(text: str, named: Named) -> None:
    assert find(directory(), text) == named


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Atlantis", "There is no member “Atlantis”; find it with"),
        ("0199f6a0-0000-7000-8000-0000000000ff", "There is no member “0199f6a0"),
        ("port", f"“port” could mean 2 members; name one by its id:\n  {PORTO}  Porto (PT)"),
        ("halcyon/land", "Foundation Halcyon has no programme “land”; it has Reading, Sea."),
        ("Porto/land", "Porto has no programme “land”; it has none."),
    ],
)
def test_a_name_that_means_nobody_or_several_is_told_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(Failure) as failure:
        find(directory(), text)
    assert str(failure.value).startswith(says)


def test_a_programme_is_named_where_its_partner_has_several() -> None:
    assert [each.name for each in find_both(directory(), "Porto", "halcyon/sea")] == ["Porto", "Sea"]
    with pytest.raises(Failure, match="Halcyon has 2 programmes, Reading, Sea; name one as PARTNER/PROGRAMME"):
        find_both(directory(), "Porto", "halcyon")


def test_two_programmes_are_no_pair() -> None:
    with pytest.raises(Failure, match="Reading and Sea cannot be a pair; name a city on one side"):
        find_both(directory(), "halcyon/reading", "halcyon/sea")


def test_a_pair_is_two_members_with_a_colon_between() -> None:
    assert find_pair(directory(), "Porto: halcyon/sea") == (PORTO, f"{HALCYON['partner_id']}/p2")


@pytest.mark.parametrize("text", ["Porto", "Porto:", ":Porto", "a:b:c"])
def test_what_is_no_pair_is_wrong_usage(text: str) -> None:
    with pytest.raises(Failure, match="Write two members as A:B") as failure:
        find_pair(directory(), text)
    assert failure.value.code is ExitCode.USAGE


def test_a_programme_is_meant_by_its_partner_only_where_it_has_no_other() -> None:
    assert find_programme(directory(), "Foundation Halcyon/reading").programme_id == "p1"
    with pytest.raises(Failure, match="it has Reading, Sea; name one as PARTNER/PROGRAMME"):
        find_programme(directory(), "Foundation Halcyon")
    with pytest.raises(
        Failure, match="Porto Alegre is not a programme: name a partner's programme as PARTNER/PROGRAMME"
    ):
        find_programme(directory(), "Porto Alegre")
