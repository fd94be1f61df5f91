"""Links between the circles of two places, counted one by one; and what a member beyond history's groups is told."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.affinity.circles import CIRCLE_KINDS, ORDER, SIZE, Circle
from isopolity.matching.affinity.link_features import extended_link_features, link_features_of
from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.pair_features import NAMES, pair_features
from isopolity.matching.affinity.place_features import (
    PlaceFeatures,
    extended_place_features,
    place_features_of,
    with_circles,
)
from isopolity.matching.affinity.places import Place, Places
from isopolity.matching.arrays import Floats
from tests.support.examples import examples
from tests.support.matching.affinity import COUNTRIES, history

PLACES = len(history().places)
cities = st.integers(0, PLACES - 1)
links = st.lists(st.tuples(cities, cities), max_size=200).map(lambda ends: Links.of(ends, PLACES))


def kernels(places: PlaceFeatures, circle: Circle, u: int, others: list[int], scale: int) -> Floats:
    """How near some places are to one, at one of a kind's scales."""
    return np.asarray(1 / (1 + squares(places, circle, u, others) / circle.scale[u, scale]) ** 2, np.float64)


def squares(places: PlaceFeatures, circle: Circle, u: int, others: list[int]) -> Floats:
    """The squared distances of some places to one, as the circle's kind has it."""
    apart = places.traits[others] - places.traits[u]
    parts = (apart[:, :3] ** 2).sum(axis=1), apart[:, SIZE] ** 2, apart[:, ORDER] ** 2
    return np.asarray(sum(width * part for width, part in zip(circle.metric, parts, strict=True)), np.float64)


def counted(places: PlaceFeatures, circle: Circle, known: Links, u: int, v: int, scale: int) -> float:
    """The links from u's circle to places of v's group, by the kernels of both ends."""
    both = np.concatenate([np.stack([known.a, known.b], axis=1), np.stack([known.b, known.a], axis=1)]).tolist()
    members = {member for member in circle.member[u].tolist() if member >= 0} - {u, v}
    found = [(a, p) for a, p in both if a in members and p not in (u, v) and circle.group[p] == circle.group[v]]
    starts, ends = [a for a, _ in found], [p for _, p in found]
    return float((kernels(places, circle, u, starts, scale) * kernels(places, circle, v, ends, scale)).sum())


@examples(30)
@given(known=links, u=cities, v=cities)
def test_links_between_circles_are_all_counted_whichever_way_they_are_gone_through(
    known: Links, u: int, v: int
) -> None:
    if u == v:
        return
    places = place_features_of(history().places)
    row = pair_features(places, link_features_of(places, known), np.array([u]), np.array([v]))[0]

    for kind, circle in zip(CIRCLE_KINDS, places.circles, strict=True):
        for scale, rank in enumerate(kind.scales):
            true = [counted(places, circle, known, *ends, scale) for ends in ((u, v), (v, u))]
            assert row[NAMES.index(f"{kind.name}_links_{rank}")] == pytest.approx(sum(true) / 2, rel=1e-4, abs=1e-6)


@examples(25)
@given(number=st.sampled_from([1, 2, 33, 64, 65, 97, 150]), seed=st.integers(0, 99))
def test_a_circle_holds_the_nearest_of_its_group_among_the_first_places(number: int, seed: int) -> None:
    first = Places.of(drawn(number, "ABBBBB", seed), COUNTRIES)
    later = drawn(3, "BBBX", seed + 100, "later")  # nobody was in X
    joined = first.joined(later)
    everybody = np.arange(len(joined))
    places = with_circles(
        extended_place_features(place_features_of(first, everybody[:0]), joined), joined, everybody, {}
    )

    for kind, circle in zip(CIRCLE_KINDS, places.circles, strict=True):
        for u in everybody.tolist():
            others = [p for p in range(number) if p != u and circle.group[p] == circle.group[u]]
            members = [p for p in circle.member[u].tolist() if p >= 0]
            assert set(members) <= set(others)
            assert len(set(members)) == len(members) == min(kind.members, len(others))
            nearest = sorted(squares(places, circle, u, others).tolist())[: kind.members]
            assert squares(places, circle, u, members).tolist() == pytest.approx(nearest, rel=1e-9, abs=1e-12)


def drawn(number: int, countries: str, seed: int, name: str = "first") -> list[Place]:
    """Places of which many lie on one point, in these countries."""
    lot = np.random.default_rng(seed)
    return [
        Place(
            place_id=f"{name} {position}",
            name="Town",
            country=str(lot.choice(list(countries))),
            latitude=float(lot.integers(0, 4)),
            longitude=float(lot.integers(0, 4)),
            population=float(10 ** lot.integers(4, 7)),
        )
        for position in range(number)
    ]


def test_a_member_of_a_country_that_history_has_not_has_no_links_round_it() -> None:
    new = Place(place_id="member new", name="Elsewhere", country="XX", latitude=10.0, longitude=10.0, population=5e4)
    joined = history().joined([new], ())
    known = place_features_of(history().places)
    asked = np.array([PLACES])
    places = with_circles(extended_place_features(known, joined.places), joined.places, asked, {})
    links_known = extended_link_features(link_features_of(known, history().links), places, asked)

    row = pair_features(places, links_known, np.full(PLACES, PLACES), np.arange(PLACES), new=True)

    assert (row[:, [NAMES.index(f"near_links_{rank}") for rank in CIRCLE_KINDS[0].scales]] == 0).all()
    assert np.isfinite(row[:, NAMES.index("around_least")]).all()


@pytest.mark.parametrize("u", range(0, 12, 3))
def test_members_that_are_twinned_lie_in_nobodys_circle(u: int) -> None:
    near = history().places.entries[u]
    here = replace(near, place_id="member here", name="Here")
    there = replace(history().places.entries[1], place_id="member there", name="There")
    joined = history().joined([here, there], [("member here", "member there")])
    places = place_features_of(joined.places)
    v = 4
    row = pair_features(places, link_features_of(places, joined.links), np.array([u]), np.array([v]))[0]

    for kind, circle in zip(CIRCLE_KINDS, places.circles, strict=True):
        true = [counted(places, circle, joined.links, *ends, 0) for ends in ((u, v), (v, u))]
        found = row[NAMES.index(f"{kind.name}_links_{kind.scales[0]}")]
        assert found == pytest.approx(sum(true) / 2, rel=1e-4, abs=1e-6)
