"""Mails name countries as the network's table does, and without brackets within brackets."""

import pytest

from isopolity.notify.adapters.templates import environment


@pytest.mark.parametrize(
    ("language", "code", "name"),
    [
        ("en", "KE", "Kenya"),
        ("en", "PS", "Palestine"),
        ("en", "IR", "Iran, Islamic Republic of"),
        ("fr", "NL", "Pays-Bas, Royaume des"),
        ("zh", "SX", "\u5723\u9a6c\u4e01, \u8377\u5c5e"),
        ("en", "CC", "Cocos (Keeling) Islands"),
    ],
)
def test_a_country_in_brackets_has_none_at_its_end(language: str, code: str, name: str) -> None:
    made = environment(language)
    assert made.from_string("{{ code|country|in_brackets }}").render(code=code) == name


def test_countries_of_a_programme_are_listed_by_their_names() -> None:
    listed = environment("en").from_string("{{ codes|countries }}").render(codes=["CD", "KR", "VN"])
    assert listed == "Democratic Republic of the Congo, Republic of Korea and Viet Nam"
