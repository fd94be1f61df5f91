"""Names are one line that shows what it is; look-alikes are told to staff."""

# ruff: noqa: RUF001 - names that look alike are the subject
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.domain.wording import Kind, Text, refuse_unfit, unfit, warnings
from tests.support.registry.service import city_profile, partner_profile, programme, request_details


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Paris\u202egnp",
            "Paris\u2066x\u2069",
            "Pa\u200bris",
            "Pa\u00adris",
            "\ufeffParis",
            "Paris\u200f",
            "Pa\x85ris",
        ),
        *("Paris\u2028x", "Paris\u200d", "\u200cParis", "Pa \u200d ris", "\u3164", "Pa\U000e0041ris", "Pa\ue000\u0007"),
        *("Paris. Confirm at http://evil.example/x", "Paris www.evil.example", "Paris evil.example/login", "evil.com"),
        *(
            "Paris, see evil.de/x",
            "Paris evil.co.uk",
            "Paris evil。com",
            "Paris ｅｖｉｌ.com",
            "xx evil.xn--p1ai",
            "javascript://x",
        ),
        *("Paris ana@city.example", "Paris +49 30 1234567", "Paris evil.de:8080"),
    ],
)
def test_a_name_that_hides_or_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidProfile) as refused:
        refuse_unfit(city_profile(name=name))
    assert {error.path for error in refused.value.errors} == {("name",)}


@pytest.mark.parametrize(
    "name",
    [
        *("São Paulo", "St.Gallen", "Frankfurt a.M.", "Łódź", "'s-Hertogenbosch", "Xi’an", "Å", "Sp. z o.o.", "e.V."),
        *(
            "می\u200cخواهم",
            "ශ්\u200dරී ලංකාව",
            "क\u094d\u200dष",
            "القاهرة",
            "東京",
            "서울",
            "קריית ביאליק",
            "Нижний Новгород",
        ),
        *("Zürich/Genève", "S.A. de C.V.", "No. 5, 2030", "U.S.A.", "Dr. B.R. Ambedkar Nagar", "قرية \u0600١٢"),
    ],
)
def test_names_of_many_scripts_are_taken(name: str) -> None:
    refuse_unfit(city_profile(name=name, local_names=(name,)))


def test_a_member_says_who_it_is_in_a_plain_sentence() -> None:
    about = "Founded in 1846, we read in 12 languages; our 320,000 people learn e.g. at work. Каждый учится."
    refuse_unfit(city_profile(about=about))
    refuse_unfit(partner_profile(about=about))


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        (city_profile(local_names=("x", "a\u202e")), ("local_names", 1)),
        (partner_profile(name="evil.com"), ("name",)),
        (partner_profile(web="https://x.example/\u202egpj.exe"), ("web",)),
        (city_profile(about="We teach.\u202e"), ("about",)),
        (city_profile(about="Write to ana@city.example."), ("about",)),
        (city_profile(about="Call +49 30 1234567."), ("about",)),
        (partner_profile(about="Apply at www.x.example now."), ("about",)),
        (partner_profile(programmes=(programme(name="See www.x.example"),)), ("programmes", 0, "name")),
        (request_details(title="a\u2067b"), ("title",)),
        (request_details(payee="https://x.example"), ("payee",)),
    ],
)
def test_every_name_is_looked_at(entry: object, place: tuple[object, ...]) -> None:
    with pytest.raises(InvalidProfile) as refused:
        refuse_unfit(entry)  # type: ignore[arg-type] # one of many kinds
    assert [error.path for error in refused.value.errors] == [place]


def test_prose_may_hold_links_and_several_lines() -> None:
    refuse_unfit(request_details(description="See https://x.example/form\nand www.y.example"))


def test_what_is_stored_already_stays_and_only_what_is_new_is_refused() -> None:
    stored = city_profile(name="evil.com", local_names=("a\u202e",))
    refuse_unfit(city_profile(name="evil.com", local_names=("b", "a\u202e"), population=5), stored)
    with pytest.raises(InvalidProfile):
        refuse_unfit(city_profile(name="evil.org", local_names=("a\u202e",)), stored)


def test_a_stored_link_or_prose_does_not_become_a_name_unseen() -> None:
    web = "https://evil.example/login"
    stored = partner_profile(web=web, programmes=(programme(name="Schools"),))
    with pytest.raises(InvalidProfile) as refused:
        refuse_unfit(partner_profile(web=web, programmes=(programme(name=web),)), stored)
    assert [error.path for error in refused.value.errors] == [("programmes", 0, "name")]
    with pytest.raises(InvalidProfile):
        refuse_unfit(request_details(title="See www.x.example"), request_details(description="See www.x.example"))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("П\u0430ris", "Cyrillic and Latin"),
        ("\u0420\u0430ris Сити", "Cyrillic and Latin"),
        ("Ath\u03b5ns", "Greek and Latin"),
        ("С\u043e\u0441\u043e", "looks like “Coco”"),
        ("Pa\u200dris", "invisible joiner"),
    ],
)
def test_look_alikes_are_told(name: str, sentence: str) -> None:
    (told,) = warnings(name)
    assert sentence in told


@pytest.mark.parametrize(
    "name",
    [
        "São Paulo",
        "Москва (Moscow)",
        "Αθήνα / Athens",
        "東京タワー",
        "NPO法人",
        "Ōtsu",
        "Ка",
        "Nuʻu",
        "می\u200cخواهم",
        "Łódź",
        "１２",
    ],
)
def test_ordinary_names_are_not_told(name: str) -> None:
    assert warnings(name) == ()


_WORDS = ("ana", "at", "AT", "ät", "chez", "city", "dot", "punkt", "example", "de", "tel", "one", "Two", "fünf", "plus")
_LETTERS = "aZéßıſĳŉŀžÅK1.@'-:٣ 　\u200d"


@given(
    kind=st.sampled_from(["name", "person"]),
    parts=st.lists(st.sampled_from(_WORDS) | st.text(_LETTERS, min_size=1, max_size=3), min_size=1, max_size=9),
    between=st.lists(st.sampled_from([" ", "-", "  ", "·", "_", ""]), min_size=9, max_size=9),
)
def test_a_name_is_taken_only_where_no_rule_finds_anything(kind: Kind, parts: list[str], between: list[str]) -> None:
    name = "".join(part + sign for part, sign in zip(parts, between, strict=False)).strip() or "x"
    text = Text(("name",), name, kind)
    assert _refused(text) == list(unfit(text))


def _refused(text: Text) -> list[FieldError]:
    try:
        refuse_unfit(_Told(text))
    except InvalidProfile as error:
        return list(error.errors)
    return []


class _Told:
    def __init__(self, *texts: Text) -> None:
        self._texts = texts

    def texts(self) -> Iterable[Text]:
        return self._texts
