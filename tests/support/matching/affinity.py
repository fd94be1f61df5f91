"""A small history, and a model made by hand that looks at every feature, so that a test needs no training."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from isopolity.matching.affinity.forest import CalibratedForest, Forest
from isopolity.matching.affinity.link_features import link_features_of
from isopolity.matching.affinity.links import History, Links
from isopolity.matching.affinity.model import AffinityModel
from isopolity.matching.affinity.pair_features import CASE_COLUMNS, pair_features
from isopolity.matching.affinity.place_features import place_features_of
from isopolity.matching.affinity.places import Country, Place, Places
from isopolity.matching.domain.scores.weights import Weights

COUNTED = Weights(twinning={"affinity": 0.04})
"""Weights that let affinity count."""
COUNTRIES = {
    "FR": Country(code="FR", continent="Europe", region="Western Europe", population=6e7, gdp=3e12),
    "JP": Country(code="JP", continent="Asia", region="Eastern Asia", population=1e8, gdp=5e12),
    "KE": Country(code="KE", continent="Africa", region="Eastern Africa", population=5e7),
}
_CENTRES = {"FR": (46.0, 2.0), "JP": (36.0, 138.0), "KE": (0.0, 37.0)}
_LANGUAGES = {"FR": ("fr",), "JP": ("ja",), "KE": ("sw", "en")}


def places(number: int = 60) -> list[Place]:
    """Cities with ids from 1000 on, in three countries in turn."""
    random = np.random.default_rng(7)
    found = []
    for position in range(number):
        country = list(COUNTRIES)[position % 3]
        latitude, longitude = _CENTRES[country]
        found.append(
            Place(
                place_id=str(1000 + position),
                name=f"{country} Town {position}",
                country=country,
                latitude=latitude + float(random.normal(0, 2)),
                longitude=longitude + float(random.normal(0, 2)),
                population=float(random.integers(10_000, 900_000)) if position % 11 else None,
                timezone=f"{country}/Time",
                admin1=f"{position % 4:02}",
                languages=_LANGUAGES[country],
            )
        )
    return found


@cache
def history(number: int = 60) -> History:
    """Each city is linked with its neighbours in the list; the last three cities have no link."""
    known = Places.of(places(number), COUNTRIES)
    ends = [(a, a + step) for a in range(number - 3) for step in (1, 4) if a + step < number - 3]
    return History(places=known, links=Links.of(ends, number))


@cache
def model() -> AffinityModel:
    """Stumps on all the features that a case may ask."""
    known = history()
    places = place_features_of(known.places)
    links = link_features_of(places, known.links)
    a, b = np.triu_indices(len(known.places), 1)
    features = pair_features(places, links, a.astype(np.int64), b.astype(np.int64))
    middle = np.nan_to_num(np.nanquantile(features, 0.6, axis=0)).astype(np.float32)
    forests = {
        case: CalibratedForest(forest=_stumps(columns, middle), slope=0.7, offset=-1.0)
        for case, columns in CASE_COLUMNS.items()
    }
    return AffinityModel(seed=1, card={"licence": "CC0"}, history=known, **forests)


def write_tables(folder: Path, known: History | None = None) -> dict[str, Path]:
    """The tables of a history as the command reads them."""
    known = known or history()
    rows = known.places.entries
    tables = {
        "cities": [
            "id,name,country,lat,lon,population,timezone,admin1,official_languages",
            *(
                f"{p.place_id},{p.name},{p.country},{p.latitude},{p.longitude},{p.population or ''},"
                f"{p.timezone},{p.admin1},{'|'.join(p.languages)}"
                for p in rows
            ),
        ],
        "countries": [
            "iso2,continent,un_region,population,gdp_ppp_usd,official_languages,languages_over_20pct",
            *(f"{c.code},{c.continent},{c.region},{c.population or ''},{c.gdp or ''},," for c in COUNTRIES.values()),
        ],
        "twinnings": [
            "city_a,city_b",
            *(
                f"{rows[a].place_id},{rows[b].place_id}"
                for a, b in zip(known.links.a.tolist(), known.links.b.tolist(), strict=True)
            ),
        ],
    }
    paths = {name: folder / f"{name}.csv" for name in tables}
    for name, path in paths.items():
        path.write_text("\n".join(tables[name]) + "\n", encoding="utf-8")
    return paths


def _stumps(columns: Sequence[int], middle: np.ndarray) -> Forest:
    chosen = np.array(columns, np.int32)
    number = len(chosen)
    leaves = np.random.default_rng(5).normal(0, 0.1, 2 * number)
    return Forest(
        root=np.arange(number, dtype=np.int32),
        feature=chosen,
        threshold=middle[chosen],
        left=~np.arange(0, 2 * number, 2, dtype=np.int32),
        right=~np.arange(1, 2 * number, 2, dtype=np.int32),
        value=leaves,
    )
