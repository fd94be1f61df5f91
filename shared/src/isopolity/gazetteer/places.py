"""Places with 5,000 inhabitants or more, and the names by which each is found.

A line of the file is `id, name, country, latitude, longitude, population, time zone`, with tabs between them, and then
`|key|key|`: each name by which the place is found, as `name_key` writes it. The largest place stands first, so that a
search from the beginning finds places by their size. `data/build_gazetteer.py` makes the file.
"""

import lzma
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Final, NamedTuple

from isopolity.identity.folded_text import name_key

FILE: Final = "places.txt.xz"


@cache
def packaged_lines() -> bytes:
    """The lines of the file, read once, in about half a second; they take 7 MB."""
    return lzma.decompress(files("isopolity.gazetteer").joinpath(FILE).read_bytes())


def names_of_places(country: str) -> Mapping[str, Sequence[str]]:
    """The names of each place of a country, as `name_key` writes them, by its number at GeoNames."""
    return {number: line.decode().split("|")[1:-1] for number, line in _of_country(country.encode())}


class NamedPlace(NamedTuple):
    """A place with all its names, as `name_key` writes them."""

    number: int
    """Its number at GeoNames."""
    country: str
    names: Sequence[str]


def places_named(name: str, limit: int) -> Sequence[NamedPlace]:
    """The largest `limit` places of this name; accents, case and blanks do not matter."""
    found = islice(_lines_with(b"|%s|" % name_key(name).encode()), limit)
    return [NamedPlace(int(number), country, line.split("|")[1:-1]) for number, country, line in map(_parts, found)]


def _parts(line: bytes) -> tuple[str, str, str]:
    """The number and the country of a line, and the line."""
    text = line.decode()
    number, _, country, _ = text.split("\t", 3)
    return number, country, text


def _of_country(country: bytes) -> Iterator[tuple[str, bytes]]:
    for line in _lines_with(b"\t%s\t" % country):
        number, _, of, *_ = line.split(b"\t", 3)
        if of == country:
            yield number.decode(), line


def _lines_with(sought: bytes) -> Iterator[bytes]:
    """Each line that has these bytes."""
    lines = packaged_lines()
    at = lines.find(sought)
    while at >= 0:
        start, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at)
        line = lines[start : len(lines) if end < 0 else end]
        yield line
        at = lines.find(sought, start + len(line))
