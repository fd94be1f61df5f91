"""Tokens tell nothing of the other side's answer; views of two lives can be compared though their ids are random."""

from itertools import product
from typing import Final
from uuid import uuid4

import pytest

from isopolity.identity.member_tokens import Bearer, member_token, pair_token
from tests.support.two_sides.drawn_tokens import with_named_tokens

NAMES: Final = ("Aveiro", "Bergen", "Cusco", "Dakar")


def life() -> dict[str, Bearer]:
    """Members with ids of a life of their own."""
    return {name: Bearer(str(uuid4()), "city" if name < "C" else "partner", name) for name in NAMES}


def seen(drawn: str, members: dict[str, Bearer]) -> str:
    return with_named_tokens(drawn.encode(), {each.member_id: name for name, each in members.items()}).decode()


@pytest.mark.parametrize(("one", "other"), [("Aveiro", "Bergen"), ("Bergen", "Cusco"), ("Dakar", "Aveiro")])
def test_tokens_of_two_lives_alike_look_the_same(one: str, other: str) -> None:
    first, second = life(), life()
    for said_yes, agreed in product((False, True), repeat=2):
        views = [
            seen(pair_token(each[one], each[other], said_yes=said_yes, agreed=agreed), each) for each in (first, second)
        ]
        assert views[0] == views[1]
        assert f"left half of {one} with {other}" in views[0]
    assert seen(member_token(first[one]), first) == seen(member_token(second[one]), second)


def test_a_half_that_is_filled_or_moved_or_not_its_own_looks_different() -> None:
    members = life()
    aveiro, bergen, cusco = (members[name] for name in NAMES[:3])
    drawn = seen(pair_token(aveiro, bergen), members)
    others = [
        seen(pair_token(bergen, aveiro), members),
        seen(pair_token(aveiro, cusco), members),
        seen(pair_token(aveiro, bergen, said_yes=True), members),
        seen(pair_token(aveiro, bergen, agreed=True), members),
        seen(pair_token(aveiro, bergen).replace("M36 5", "M35 5"), members),
        seen(pair_token(aveiro, bergen).replace('stroke="#', 'stroke="#0'), members),
    ]
    assert len({drawn, *others}) == len(others) + 1
