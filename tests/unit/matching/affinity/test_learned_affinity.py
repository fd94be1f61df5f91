"""Members of a network, seen through a model of real twinnings."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from isopolity.matching.adapters.affinity import learned as learned_affinity
from isopolity.matching.adapters.affinity.gazetteer import Gazetteer
from isopolity.matching.adapters.affinity.learned import LearnedAffinity
from isopolity.matching.affinity.model import save
from isopolity.matching.affinity.places import Place, Places
from isopolity.matching.domain.member import City
from isopolity.matching.errors import UnusableModel
from isopolity.matching.settings import MatchingSettings
from tests.support.matching.affinity import COUNTRIES, history, model

HISTORY = history()


def member(number: int, **changes: Any) -> City:
    """A member that history knows as the city of this number."""
    place = HISTORY.places.entries[number]
    values: dict[str, Any] = {
        "city_id": f"member-{number:03}",
        "version": 1,
        "status": "endorsed",
        "kind": "city",
        "name": place.name,
        "country": place.country,
        "region": "africa",
        "geonames_id": int(place.place_id),
        "latitude": place.latitude,
        "longitude": place.longitude,
        "population": int(place.population or 0) or None,
    }
    return City(**values | changes)


def stranger(name: str, **changes: Any) -> City:
    """A member that history does not know."""
    values = {"city_id": name, "geonames_id": None, "name": name.title(), "latitude": 46.3, "longitude": 2.2}
    return member(0, **values | changes)


CITIES = [
    *(member(number) for number in (0, 1, 4, 20, 58, 59)),
    stranger("nowhere", latitude=None, longitude=None, population=None),
    stranger("pole", country="AQ", latitude=-89.0),
    stranger("x-ville"),
]


def learned() -> LearnedAffinity:
    return LearnedAffinity(model(), "a" * 64)


def found(cities: Sequence[City], twinned: Sequence[tuple[City, City]] = ()) -> Mapping[tuple[str, str], float]:
    """The scores of all pairs, asked of a model that has been asked nothing before."""
    return asked(learned(), cities, twinned)


def asked(
    affinity: LearnedAffinity, cities: Sequence[City], twinned: Sequence[tuple[City, City]] = ()
) -> Mapping[tuple[str, str], float]:
    ordered = sorted(cities, key=lambda city: city.city_id)
    a, b = (np.array(ends, np.int64) for ends in zip(*combinations(range(len(ordered)), 2), strict=True))
    scores = affinity.knowing(twinned).among(ordered).scores(a, b)
    names = [(ordered[i].city_id, ordered[j].city_id) for i, j in zip(a, b, strict=True)]
    return dict(zip(names, scores.tolist(), strict=True))


def test_members_that_history_knows_score_as_its_places_do() -> None:
    known = CITIES[:6]
    numbers = [0, 1, 4, 20, 58, 59]
    a, b = np.array(list(combinations(numbers, 2)), np.int64).T
    wanted = model().bound(HISTORY.places, HISTORY.links).scores(a, b)
    assert list(found(known).values()) == pytest.approx(wanted.tolist(), abs=1e-12)


def test_every_member_has_a_score_whatever_it_leaves_out() -> None:
    scores = found(CITIES)
    assert len(scores) == len(CITIES) * (len(CITIES) - 1) // 2
    assert all(0 < value < 1 for value in scores.values())


def test_a_score_hangs_on_nobody_else() -> None:
    together = found(CITIES)
    for one, other in combinations(CITIES, 2):
        pair = tuple(sorted((one.city_id, other.city_id)))
        assert found([one, other])[pair] == together[pair]  # type: ignore[index]  # two names are a pair


def test_a_score_hangs_on_nothing_that_was_asked_before() -> None:
    affinity, newcomer = learned(), stranger("newcomer", latitude=44.0)
    asked(affinity, CITIES)
    again = asked(affinity, [*CITIES, newcomer])
    assert again == found([*CITIES, newcomer])
    moved = [replace(newcomer, latitude=36.0, longitude=138.0, country="JP"), *CITIES]
    assert asked(affinity, moved) == found(moved)
    assert asked(affinity, CITIES) == found(CITIES)


def test_members_asked_about_one_by_one_score_as_all_at_once() -> None:
    affinity, together = learned(), found(CITIES, [(CITIES[2], CITIES[-1])])
    for one, other in combinations(reversed(CITIES), 2):
        pair = tuple(sorted((one.city_id, other.city_id)))
        assert asked(affinity, [one, other], [(CITIES[2], CITIES[-1])])[pair] == together[pair]  # type: ignore[index]  # two names are a pair


def test_places_that_join_in_turn_are_as_if_they_had_joined_together() -> None:
    new = [
        *Gazetteer(HISTORY.places).places(CITIES[6:]),
        Place(place_id="far", name="Far", country="NZ", population=5e5, languages=("en", "mi")),
    ]
    together = HISTORY.places.joined(new)
    in_turn = HISTORY.places
    for place in new:
        in_turn = in_turn.joined([place])
    for one in fields(Places):
        told, expected = getattr(in_turn, one.name), getattr(together, one.name)
        has_gaps = one.name == "source_values"
        assert np.array_equal(told, expected, equal_nan=True) if has_gaps else np.all(told == expected)
    assert np.array_equal(together.log_population[: len(HISTORY.places)], HISTORY.places.log_population)


def test_members_that_move_again_and_again_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned_affinity, "SPARE_PLACES", 3)
    affinity = learned()
    held = affinity.knowing(()).bound(CITIES, len(CITIES))
    before = held[0].scores(held[1], np.roll(held[1], 1))
    for turn in range(20):
        moved = [replace(CITIES[-1], latitude=40.0 + turn / 4), *CITIES[:-1]]
        assert asked(affinity, moved) == found(moved)
        bound, _ = affinity.knowing(()).bound(moved, len(moved))
        assert len(bound.place_features.traits) < len(HISTORY.places) + 3 * len(CITIES)
    assert held[0].scores(held[1], np.roll(held[1], 1)).tolist() == before.tolist()


def test_a_changed_profile_has_nothing_worked_out_anew() -> None:
    affinity = learned()
    places = affinity.knowing([(CITIES[0], CITIES[3])])
    before, position = places.bound(CITIES, len(CITIES))
    changed = [replace(city, version=2, capacity=7) for city in CITIES]
    assert affinity.knowing([(changed[0], changed[3])]) is places
    assert affinity.knowing([(changed[1], changed[3])]) is not places
    after, unmoved = places.bound(changed, len(CITIES))
    assert after is before
    assert unmoved.tolist() == position.tolist()


def test_a_twinning_of_the_network_is_known_like_those_of_history() -> None:
    newcomer, partner = CITIES[-1], CITIES[3]
    apart, together = found(CITIES), found(CITIES, [(newcomer, partner)])
    pair = ("member-001", newcomer.city_id)
    assert apart[pair] != together[pair]
    joined = HISTORY.joined(Gazetteer(HISTORY.places).places([newcomer]), [(f"member {newcomer.city_id}", "1020")])
    assert len(joined.links) == len(HISTORY.links) + 1


def test_twins_that_leave_much_out_are_placed_the_same_each_time() -> None:
    bare = [stranger(f"bare-{number}", population=None, latitude=None) for number in range(3)]
    large = [stranger(f"large-{number}", population=9_000_000) for number in range(3)]
    twinned = list(zip(bare, large, strict=True))
    few, all_of_them = found([*bare, *large], twinned), found([*CITIES, *bare, *large], twinned)
    assert {pair: all_of_them[pair] for pair in few} == few


def test_a_twinning_that_history_knows_already_changes_nothing() -> None:
    assert found(CITIES, [(CITIES[0], CITIES[1])]) == found(CITIES)


def test_two_members_that_claim_one_place_are_no_pair_that_history_knows() -> None:
    twice = [member(0), member(0, city_id="member-000-again"), member(0, city_id="region", kind="county")]
    scores = found(twice)
    assert scores["member-000", "member-000-again"] == 0
    assert scores["member-000", "region"] > 0


def test_who_is_not_known_has_what_is_usual_where_it_lies() -> None:
    places = dict(zip([c.city_id for c in CITIES], Gazetteer(HISTORY.places).places(CITIES), strict=True))
    assert places["member-001"] == HISTORY.places.entries[1]
    assert (places["x-ville"].timezone, places["x-ville"].languages) == ("FR/Time", ("fr",))
    home = np.array([place.country == "FR" for place in HISTORY.places.entries])
    assert places["nowhere"].latitude == np.median(HISTORY.places.latitude[home])
    assert (places["pole"].country, places["pole"].languages, places["pole"].admin1) == ("AQ", (), "")
    assert "AQ" not in COUNTRIES


def test_a_model_without_history_is_refused() -> None:
    with pytest.raises(UnusableModel, match="holds no history"):
        LearnedAffinity(replace(model(), history=None), "a")


def test_the_setting_names_a_model_or_none(tmp_path: Path) -> None:
    path = tmp_path / "own.json.gz"
    save(model(), path)
    own = MatchingSettings(affinity=str(path)).network_affinity
    assert own is not None
    assert len(own.version) == 64
    assert MatchingSettings(affinity="none").network_affinity is None


def test_a_model_counts_for_the_operator_only_by_a_weight(tmp_path: Path) -> None:
    weights = tmp_path / "weights.toml"
    weights.write_text("[twinning]\naffinity = 0.1\n")
    assert not MatchingSettings().uses_affinity
    assert MatchingSettings(weights=weights).uses_affinity
    assert not MatchingSettings(affinity="none", weights=weights).uses_affinity


def test_without_a_weight_no_model_is_read() -> None:
    read = "import sys, isopolity.matching.warm_up as it; it._value_network(); print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", read], check=True, capture_output=True, text=True)  # our own program
    assert "isopolity.matching.application.candidates.twinnings" in done.stdout.split()
    assert not [each for each in done.stdout.split() if each.startswith("isopolity.matching.affinity")]


@pytest.mark.parametrize(
    ("content", "sentence"), [(None, "cannot be read: No such file"), (b"no model", "is damaged or no affinity model")]
)
def test_a_wrong_model_is_a_wrong_setting(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "own.json.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValidationError, match=sentence):
        MatchingSettings(affinity=str(path))
