"""`isopolity affinity`: what real twinnings teach: a model is trained, and the pairs of a table are scored with one.

Invariant: a file is written whole or not at all; whatever the files that are read hold, a failure is one sentence.
What computes is imported when a verb runs, so that `--help` answers at once.
"""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from isopolity.command.atomic_file import atomic_file
from isopolity.command.console import Hundredths, Progress, counted, progress
from isopolity.command.failure import Failure
from isopolity.command.options import Seed, Verbs, option
from isopolity.matching.errors import UnreadableTable, UnusableModel

if TYPE_CHECKING:
    from isopolity.matching.affinity.links import Links
    from isopolity.matching.affinity.places import Places

app = Verbs()

_OF_CITIES = "id, name, country, lat, lon, population, timezone, admin1, official_languages."
_OF_COUNTRIES = "iso2, continent, un_region, population, gdp_ppp_usd, official_languages, languages_over_20pct."
Cities = Annotated[Path, option(f"--cities FILE: CSV: {_OF_CITIES}")]
Countries = Annotated[Path, option(f"--countries FILE: CSV: {_OF_COUNTRIES}")]
Twinnings = Annotated[Path, option("--twinnings FILE: CSV of the links that are known: city_a, city_b.")]
_FEWEST_LINKS: Final = 100
"""The fewest links to train on: a part of them is held out for calibration."""


@app.verb("train")
def train_model(cities: Cities, countries: Countries, twinnings: Twinnings, out: Path, seed: Seed = 1) -> str:
    """Learn from real twinnings, in some minutes. It needs LightGBM; scoring does not.

    Let matching use the model with ISOPOLITY_AFFINITY=FILE.

    Example: isopolity affinity train --cities cities.csv --countries countries.csv --twinnings twinnings.csv --out
    affinity.json.gz

    Options:
        --out FILE: Where the model goes.
        --seed: The same seed gives the same model.
    """
    _check_lightgbm()
    from isopolity.matching.affinity.model import save
    from isopolity.matching.affinity.training import train

    with _writing(out, cities, countries, twinnings) as (part, steps):
        places, links = _read(cities, countries, twinnings, steps)
        if len(links) < _FEWEST_LINKS:
            raise Failure(f"{twinnings} has {counted(len(links), 'link')}; training needs {_FEWEST_LINKS} or more.")
        save(train(places, links, seed, Hundredths(steps)), part)
    return f"Written to {out}: a model trained on {counted(len(links), 'link')} (cities: {len(places):,}, seed {seed})."


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
    from isopolity.matching.affinity.links import read_pairs
    from isopolity.matching.affinity.model import load

    with _writing(out, cities, countries, twinnings, model, pairs) as (part, steps):
        steps.step("reading the model")
        learned = load(model)
        places, links = _read(cities, countries, twinnings, steps)
        a, b = read_pairs(pairs, places)
        steps.step("placing the cities")
        bound = learned.bound(places, links) if len(places) else None
        steps.step("scoring", len(a))
        scores = bound.scores(a, b, steps.done).tolist() if bound else []
        _write(part, places, zip(a.tolist(), b.tolist(), scores, strict=True))
    return f"Written to {out}: the scores of {counted(len(a), 'pair')}."


@contextmanager
def _writing(out: Path, *read: Path) -> Iterator[tuple[Path, Progress]]:
    """The file to write, and the progress. Raises Failure for an `out` that is read, and for a file that cannot be."""
    for path in read:
        if out.resolve() == path.resolve() or (out.exists() and path.exists() and out.samefile(path)):
            raise Failure(f"{out} is an input and would be overwritten. Name another file with --out.")
    try:
        with progress() as steps, atomic_file(out) as part:
            yield part, steps
    except (UnreadableTable, UnusableModel) as error:
        raise Failure(str(error)) from error


def _read(cities: Path, countries: Path, twinnings: Path, steps: Progress) -> "tuple[Places, Links]":
    from isopolity.matching.affinity.links import read_links, read_places

    steps.step("reading the tables")
    places = read_places(cities, countries)
    return places, read_links(twinnings, places)


def _check_lightgbm() -> None:
    """Raise Failure if LightGBM, which training needs, cannot be imported."""
    try:
        import lightgbm  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise Failure("Training needs LightGBM; install it with `pip install lightgbm`. Scoring needs none.") from error
    except OSError as error:  # a library of the system that it is linked to, libgomp most often
        raise Failure(f"LightGBM does not load ({error}); install the library, libgomp1 on Debian.") from error


def _write(path: Path, places: "Places", scored: Iterable[tuple[int, int, float]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("a", "b", "score"))
        ids = [place.place_id for place in places.entries]
        rows.writerows((ids[one], ids[other], score) for one, other, score in scored)
