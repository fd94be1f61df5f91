"""Places with 5,000 inhabitants or more, and the names by which each is found.

A line of the file is `id, name, country, latitude, longitude, population, time zone`, with tabs between them, and then
`|key|key|`: each name by which the place is found, as `name_key` writes it. The largest place stands first, so that a
search from the beginning finds places by their size. `data/build_gazetteer.py` makes the file.
"""

import lzma
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

FILE: Final = "places.txt.xz"


@cache
def packaged_lines() -> bytes:
    """The lines of the file, read once, in about half a second; they take 7 MB."""
    return lzma.decompress(files("isopolity.gazetteer").joinpath(FILE).read_bytes())


def names_of_places(country: str) -> Mapping[str, Sequence[str]]:
    """The names of each place of a country, as `name_key` writes them, by its number at GeoNames."""
    return {number: line.decode().split("|")[1:-1] for number, line in _of_country(country.encode())}


def _of_country(country: bytes) -> Iterator[tuple[str, bytes]]:
    lines, sought = packaged_lines(), b"\t%s\t" % country
    at = lines.find(sought)
    while at >= 0:
        start, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at)
        line = lines[start : len(lines) if end < 0 else end]
        number, _, of, *_ = line.split(b"\t", 3)
        if of == country:
            yield number.decode(), line
        at = lines.find(sought, start + len(line))
