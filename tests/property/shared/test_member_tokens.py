"""Tokens of members, whatever their ids and names: one edge a pair, no answer of the other side, sound XML."""

import random
import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from isopolity.identity.member_tokens import Bearer, member_token, pair_token
from tests.support.examples import examples

IDS = st.uuids().map(str) | st.text(max_size=8)
NAMES = st.text(max_size=40) | st.sampled_from(
    ["<script>alert(1)</script>", '" onload="x', "]]>&lt;", "\x00\ud800\ufffe"]
)
BEARERS = st.builds(Bearer, IDS, st.sampled_from(["city", "partner", "programme", '"><x']), NAMES)
SIZES = st.sampled_from(["", "tiny", "huge", '"'])
_POINT = re.compile(r"(\d+) (\d+)")


def paths(drawn: str) -> list[str]:
    return re.findall(r' d="([^"]+)"', drawn)


def edge(path: str) -> list[tuple[int, int]]:
    """The points of a broken edge."""
    return [(int(x), int(y)) for x, y in _POINT.findall(path)][:8]


@given(BEARERS, BEARERS, st.booleans())
def test_halves_fit_along_one_edge(one: Bearer, other: Bearer, agreed: bool) -> None:
    left, right = (edge(path) for path in paths(pair_token(one, other, agreed=agreed)))
    gaps = {x2 - x1 for (x1, _), (x2, _) in zip(left, right, strict=True)}
    assert gaps == {2 if agreed else 8}
    assert [y for _, y in left] == [y for _, y in right] == sorted(y for _, y in left)


@given(BEARERS, BEARERS, st.booleans())
def test_the_other_side_sees_the_pair_in_a_mirror(one: Bearer, other: Bearer, agreed: bool) -> None:
    seen = [edge(path) for path in paths(pair_token(one, other, agreed=agreed))]
    turned = [edge(path) for path in paths(pair_token(other, one, agreed=agreed))]
    if one.member_id != other.member_id:
        assert seen == [[(64 - x, y) for x, y in half] for half in reversed(turned)]


def test_no_two_of_many_pairs_have_one_edge_even_in_a_mirror() -> None:
    draws = random.Random(29)
    ids = [f"{draws.getrandbits(128):032x}" for _ in range(220)]
    pairs = [(one, other) for number, one in enumerate(ids) for other in ids[:number]]
    edges = set()
    for one, other in pairs:
        path, _ = paths(pair_token(Bearer(one, "city", ""), Bearer(other, "city", ""), agreed=True))
        points = edge(path)
        edges.add(min(str(points), str([(62 - x, y) for x, y in points])))
    assert len(edges) == len(pairs) > 24_000


@given(BEARERS, BEARERS, st.booleans(), SIZES, st.none() | NAMES)
@examples(200)
def test_a_drawing_is_sound_and_holds_no_more_than_it_should(
    one: Bearer, other: Bearer, said_yes: bool, size: str, label: str | None
) -> None:
    for drawn in (
        member_token(one, size=size, label=label),
        pair_token(one, other, said_yes=said_yes, size=size, label=label),
    ):
        root = ElementTree.fromstring(drawn)  # noqa: S314 - drawn by us
        tags = {each.tag.rpartition("}")[2] for each in root.iter()}
        assert tags <= {"svg", "circle", "rect", "path", "text"}
        known = {"d", "fill", "class", "stroke", "stroke-width", "x", "y", "cx", "cy", "r", "rx", "width", "height"}
        assert {name for each in root for name in each.attrib} <= known
        assert not any(name.startswith("on") for name in root.attrib)


@given(BEARERS, BEARERS, st.booleans())
def test_before_agreement_the_other_half_is_always_outlined(one: Bearer, other: Bearer, said_yes: bool) -> None:
    root = ElementTree.fromstring(pair_token(one, other, said_yes=said_yes))  # noqa: S314 - drawn by us
    left, right = (each for each in root if each.tag.endswith("path"))
    assert (right.get("class"), right.get("fill")) == ("open", "none")
    assert left.get("fill") == ("none" if not said_yes else left.get("fill"))
    assert (left.get("class") is None) == said_yes
    unanswered = ElementTree.fromstring(pair_token(one, other))  # noqa: S314 - drawn by us
    assert ElementTree.tostring(right) == ElementTree.tostring([e for e in unanswered if e.tag.endswith("path")][1])
