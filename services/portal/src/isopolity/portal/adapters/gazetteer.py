"""Searches the lines of the gazetteer, which `isopolity.gazetteer.places` describes."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from isopolity.contracts.countries import countries
from isopolity.gazetteer.places import packaged_lines
from isopolity.identity.folded_text import name_key
from isopolity.portal.application.ports import Place

_SHORTEST: Final = 2
"""Bytes of a key that is looked for: one Chinese character, or two Latin letters."""

_CODE: Final = 3
"""Letters of an airport's code."""


class PackagedGazetteer:
    """Places from the lines of the file."""

    def __init__(self, lines: bytes) -> None:
        self._lines = b"\n%s\n" % lines.strip(b"\n")

    def find(self, text: str, limit: int) -> Sequence[Place]:
        """Places of this name in countries that forms offer, the largest first; then those of which a name begins so.

        Three letters are the code of an airport, too, which the file has among the names of a place (HOF of Al Hufūf):
        places that are called so come first then.
        """
        name = name_key(text)
        key = name.encode()
        if len(key) < _SHORTEST:
            return []
        exact = list(_offered(self._with(b"|%s|" % key)))
        if len(name) == _CODE:
            exact.sort(key=lambda place: name_key(place.name) != name)
        found = {place.geonames_id: place for place in exact[:limit]}
        for place in _offered(self._with(b"|%s" % key)):
            if len(found) == limit:
                break
            found.setdefault(place.geonames_id, place)
        return list(found.values())

    def place(self, geonames_id: str) -> Place | None:
        """The place of this number at GeoNames, or None."""
        if not (geonames_id.isascii() and geonames_id.isdigit()):
            return None
        start = self._lines.find(b"\n%s\t" % geonames_id.encode())
        return None if start < 0 else _place(self._line_at(start + 1))

    def _with(self, sought: bytes) -> Iterator[bytes]:
        """Each line that has these bytes."""
        at = self._lines.find(sought)
        while at >= 0:
            yield self._line_at(at)
            at = self._lines.find(sought, self._lines.find(b"\n", at))

    def _line_at(self, at: int) -> bytes:
        return self._lines[self._lines.rfind(b"\n", 0, at) + 1 : self._lines.find(b"\n", at)]


@cache
def gazetteer() -> PackagedGazetteer:
    """The gazetteer of the file, read once, in about half a second."""
    return PackagedGazetteer(packaged_lines())


def _offered(lines: Iterator[bytes]) -> Iterator[Place]:
    """The places of lines, without those in countries where nobody lives all year."""
    known = countries()
    for place in map(_place, lines):
        if (country := known.get(place.country)) is not None and country.has_people:
            yield place


def _place(line: bytes) -> Place:
    fields = line.partition(b"|")[0].decode()
    number, name, country, latitude, longitude, population, time_zone = fields.split("\t")
    return Place(
        geonames_id=int(number),
        name=name,
        country=country,
        latitude=float(latitude),
        longitude=float(longitude),
        population=int(population),
        time_zone=time_zone,
    )
