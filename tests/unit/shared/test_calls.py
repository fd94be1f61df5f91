"""A call of the typed client is a request as a value, and reads its answer."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from isopolity.client.call import Call, UnexpectedAnswer, path
from isopolity.client.registry import cities, contacts, exports, letters, models

CONTACT: dict[str, Any] = {
    "contact_id": "c1",
    "version": 3,
    "member_kind": "city",
    "member_id": "espoo",
    "role": "deputy",
    "confirmed": True,
    "language": "fi",
    "name": "Bo",
    "email": "bo@city.example",
}


def body(call: Call[Any]) -> Any:
    assert call.content is not None
    return json.loads(call.content)


def test_a_parameter_of_the_path_stays_within_its_segment() -> None:
    assert path("/registry/v1/cities/{}/notes/{}", "a/b?c#d", 7) == "/registry/v1/cities/a%2Fb%3Fc%23d/notes/7"
    assert path("/registry/v1/days/{}", date(2026, 12, 1)) == "/registry/v1/days/2026-12-01"
    assert path("/registry/v1/cities/{}", "id:1 é") == "/registry/v1/cities/id:1%20%C3%A9"


@pytest.mark.parametrize(
    ("city_id", "astray"), [("", True), (".", True), ("..", True), ("a/..", False), ("...", False)]
)
def test_a_parameter_that_would_make_another_path_is_told(city_id: str, astray: bool) -> None:
    assert cities.read(city_id).leads_astray is astray


def test_parameters_are_text_and_those_that_are_not_given_are_left_out() -> None:
    wanted = cities.list(status="any", limit=20, unchanged_since=datetime(2026, 12, 1, tzinfo=UTC))
    assert wanted.parameters == {"status": "any", "limit": "20", "unchanged_since": "2026-12-01T00:00:00Z"}
    assert cities.withdraw("espoo", erase_contacts=False).parameters == {"erase_contacts": "false"}
    assert cities.withdraw("espoo", erase_contacts=True).parameters == {"erase_contacts": "true"}
    several: Call[None] = Call(
        service="registry", operation="x", method="GET", path="/", answers=None, query={"ids": [1, True, "a"]}
    )
    assert several.parameters == {"ids": ["1", "true", "a"]}


def test_fields_that_were_never_set_are_not_sent() -> None:
    need = models.InterestInput(subject="sdg.4", intensity=3, mode="webinar")
    sent = [{"subject": "sdg.4", "intensity": 3, "mode": "webinar"}]
    assert body(cities.change("espoo", models.CityPatch(needs=[need]))) == {"needs": sent}
    assert body(cities.change("espoo", {"needs": [need], "about": None})) == {"needs": sent, "about": None}
    assert body(cities.change("espoo", models.CityPatch(about=None))) == {"about": None}
    assert letters.forget("l1").content is None


def test_what_is_unchecked_is_sent_as_it_is() -> None:
    assert body(contacts.answered("c1", models.Answered.unchecked({"version": "three"}))) == {"version": "three"}


def test_a_version_is_sent_as_an_etag_and_a_patch_by_its_media_type() -> None:
    changed = contacts.change("c1", {"role": "deputy"}, version=3)
    assert (changed.method, changed.headers, changed.media_type) == (
        "PATCH",
        {"if-match": '"3"'},
        "application/merge-patch+json",
    )
    assert contacts.change("c1", {}).headers == {}


def test_an_answer_is_read_as_its_model_without_what_is_newer() -> None:
    found = contacts.read("c1").read(json.dumps(CONTACT | {"newer": 1}).encode())
    assert found == models.ContactDocument.model_validate(CONTACT)
    assert (found.version, found.moved) == (3, False)
    assert letters.forget("l1").read(b"") is None
    assert exports.read("cities").read(b"\xef\xbb\xbfa,b") == b"\xef\xbb\xbfa,b"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (json.dumps(CONTACT | {"version": "new"}).encode(), "version"),
        (b'{"contact_id": "c1"}', "version"),
        (b"", "the whole"),
        (b"<html>", "the whole"),
    ],
)
def test_an_answer_that_is_something_else_names_the_operation_and_the_first_field(content: bytes, place: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=f"registry answered contacts.read with something else.*: {place}: "):
        contacts.read("c1").read(content)
