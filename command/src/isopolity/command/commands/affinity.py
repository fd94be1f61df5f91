"""`isopolity affinity`: what real twinnings teach about which cities become twins."""

from pathlib import Path
from typing import Annotated

import typer

from isopolity.command.console import progress
from isopolity.command.options import Verbs

app = Verbs()

Cities = Annotated[
    Path,
    typer.Option(
        metavar="FILE", help="CSV: id, name, country, lat, lon, population, timezone, admin1, official_languages."
    ),
]
Countries = Annotated[
    Path,
    typer.Option(
        metavar="FILE",
        help="CSV: iso2, continent, un_region, population, gdp_ppp_usd, official_languages, languages_over_20pct.",
    ),
]
Twinnings = Annotated[Path, typer.Option(metavar="FILE", help="CSV of the links that are known: city_a, city_b.")]


@app.verb("train")
def train(
    cities: Cities,
    countries: Countries,
    twinnings: Twinnings,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the model goes.")],
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same model.")] = 1,
) -> str:
    """Learn from real twinnings, in some minutes. It needs LightGBM; scoring does not.

    Let matching use the model with ISOPOLITY_AFFINITY=FILE.

    Example: isopolity affinity train --cities cities.csv --countries countries.csv --twinnings twinnings.csv --out
    affinity.json.gz
    """
    from isopolity.command.offline.affinity_tables import Tables, train_model

    with progress() as steps:
        return train_model(Tables(cities=cities, countries=countries, twinnings=twinnings), out, seed, steps)


@app.verb("score")
def score(
    model: Annotated[Path, typer.Option(metavar="FILE", help="A model that `affinity train` wrote.")],
    cities: Cities,
    countries: Countries,
    twinnings: Twinnings,
    pairs: Annotated[Path, typer.Option(metavar="FILE", help="CSV of the pairs: a, b.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the pairs with their scores go: a, b, score.")],
) -> str:
    """Score pairs of cities: the chance that they are twins, if one of 100 candidates is a true one.

    It knows only the links of --twinnings, not those that the model was trained on; a pair's own link is left out.

    Example: isopolity affinity score --model affinity.json.gz --cities cities.csv --countries countries.csv --twinnings
    twinnings.csv --pairs pairs.csv --out scores.csv
    """
    from isopolity.command.offline.affinity_tables import Tables, score_pairs

    with progress() as steps:
        return score_pairs(Tables(cities=cities, countries=countries, twinnings=twinnings), model, pairs, out, steps)
