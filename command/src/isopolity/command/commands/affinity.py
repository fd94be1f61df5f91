"""`isopolity affinity`: what real twinnings teach about which cities become twins."""

from pathlib import Path
from typing import Annotated

from isopolity.command.console import progress
from isopolity.command.options import Seed, Verbs, option

app = Verbs()

_OF_CITIES = "id, name, country, lat, lon, population, timezone, admin1, official_languages."
_OF_COUNTRIES = "iso2, continent, un_region, population, gdp_ppp_usd, official_languages, languages_over_20pct."
Cities = Annotated[Path, option(f"--cities FILE: CSV: {_OF_CITIES}")]
Countries = Annotated[Path, option(f"--countries FILE: CSV: {_OF_COUNTRIES}")]
Twinnings = Annotated[Path, option("--twinnings FILE: CSV of the links that are known: city_a, city_b.")]


@app.verb("train")
def train(cities: Cities, countries: Countries, twinnings: Twinnings, out: Path, seed: Seed = 1) -> str:
    """Learn from real twinnings, in some minutes. It needs LightGBM; scoring does not.

    Let matching use the model with ISOPOLITY_AFFINITY=FILE.

    Example: isopolity affinity train --cities cities.csv --countries countries.csv --twinnings twinnings.csv --out
    affinity.json.gz

    Options:
        --out FILE: Where the model goes.
        --seed: The same seed gives the same model.
    """
    from isopolity.command.offline.affinity_tables import Tables, train_model

    with progress() as steps:
        return train_model(Tables(cities=cities, countries=countries, twinnings=twinnings), out, seed, steps)


@app.verb("score")
def score(model: Path, cities: Cities, countries: Countries, twinnings: Twinnings, pairs: Path, out: Path) -> str:
    """Score pairs of cities: the chance that they are twins, if one of 100 candidates is a true one.

    It knows only the links of --twinnings, not those that the model was trained on; a pair's own link is left out.

    Example: isopolity affinity score --model affinity.json.gz --cities cities.csv --countries countries.csv --twinnings
    twinnings.csv --pairs pairs.csv --out scores.csv

    Options:
        --model FILE: A model that `affinity train` wrote.
        --pairs FILE: CSV of the pairs: a, b.
        --out FILE: Where the pairs with their scores go: a, b, score.
    """
    from isopolity.command.offline.affinity_tables import Tables, score_pairs

    with progress() as steps:
        return score_pairs(Tables(cities=cities, countries=countries, twinnings=twinnings), model, pairs, out, steps)
