"""Tokens of members: colours that can be read, letters of any script, small drawings."""

import re
from itertools import product
from typing import Final

import pytest

from isopolity.identity.member_tokens import HUES, Bearer, hue, letter_of, member_token, pair_token
from tests.support.colours import contrast

PAPERS: Final = ("#ffffff", "#fbfaf7", "#14191f", "#1c232b", "#20282f")
"""Cards and paper in the light scheme and in the dark one."""
DAKAR: Final = Bearer("8f1c9c1e-6a55-4b1f-9b43-0b7d0f7f1d01", "city", "Dakar")
MEDELLIN: Final = Bearer("1f0d4f1c-0d6c-4e67-8a29-7c9d4fd0a702", "city", "Medellín")
HALCYON: Final = Bearer("c2b9e6d0-7e3b-4dc9-9c5e-2f2b9f0b9003", "partner", "Halcyon")
MOST: Final = 600
"""Bytes of a pair without an accessible name."""


@pytest.mark.parametrize("colour", HUES)
def test_a_colour_can_be_read_under_white_and_seen_on_any_paper(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= 4.5
    assert all(contrast(colour, paper) >= 3 for paper in PAPERS)


def test_a_member_keeps_its_colour() -> None:
    assert [HUES.index(hue(each.member_id)) for each in (DAKAR, MEDELLIN, HALCYON)] == [3, 2, 0]
    assert {hue(str(number)) for number in range(100)} == set(HUES)


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("Dakar", "D"),
        ("espoo", "E"),
        ("\u2019s-Hertogenbosch", "S"),
        ("  Ålesund", "Å"),
        ("A\u030alesund", "Å"),
        ("İzmir", "İ"),
        ("ßtadt", "ß"),
        ("Київ", "\u041a"),
        ("القاهرة", "\u0627"),
        ("北京", "北"),
        ("თბილისი", "თ"),
        ("दिल्ली", "द"),
        ("100 Cities Fund", "1"),
        ("<script>", "S"),
        ("&", ""),
        ("", ""),
    ],
)
def test_the_letter_is_the_first_one_of_the_name(name: str, letter: str) -> None:
    assert letter_of(name) == letter
    if letter:
        assert f">{letter}</text>" in member_token(Bearer("1", "city", name))


def test_cities_are_round_and_all_others_square() -> None:
    assert "<circle" in member_token(DAKAR)
    for kind in ("partner", "programme"):
        assert "<rect" in member_token(HALCYON._replace(kind=kind))
    left, right = re.findall(r' d="([^"]+)"', pair_token(DAKAR, HALCYON))
    assert ("A27" in left, "A27" in right) == (True, False)
    assert ("Q" in left, "Q" in right) == (False, True)


def test_halves_are_outlined_until_their_sides_have_agreed() -> None:
    def halves(drawn: str) -> list[str]:
        return ["open" if 'class="open"' in each else "filled" for each in re.findall("<path[^>]+>", drawn)]

    assert halves(pair_token(DAKAR, HALCYON)) == ["open", "open"]
    assert halves(pair_token(DAKAR, HALCYON, said_yes=True)) == ["filled", "open"]
    assert halves(pair_token(DAKAR, HALCYON, agreed=True)) == ["filled", "filled"]


def test_halves_move_together_as_both_agree() -> None:
    apart, joined = (
        [int(x) for x in re.findall(r' d="M(\d+) ', pair_token(DAKAR, MEDELLIN, agreed=agreed))]
        for agreed in (False, True)
    )
    assert (apart, joined) == ([28, 36], [31, 33])


def test_a_drawing_is_hidden_from_assistive_technology_or_named() -> None:
    for draw in (member_token(DAKAR), pair_token(DAKAR, MEDELLIN)):
        assert 'aria-hidden="true"' in draw
        assert "role=" not in draw
    for draw in (member_token(DAKAR, label="Dakar"), pair_token(DAKAR, MEDELLIN, label="Dakar")):
        assert 'role="img" aria-label="Dakar"' in draw
        assert "aria-hidden" not in draw


def test_drawings_are_small_and_have_no_inline_style() -> None:
    for one, other, agreed in product((DAKAR, HALCYON), (MEDELLIN, HALCYON), (False, True)):
        drawn = pair_token(one, other, agreed=agreed, size="large")
        assert len(drawn.encode()) <= MOST
        assert "style" not in drawn
    assert len(member_token(HALCYON, size="large").encode()) <= MOST / 2
