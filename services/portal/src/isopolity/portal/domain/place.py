"""A place of the gazetteer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A city or town as GeoNames knows it."""

    geonames_id: int
    name: str
    country: str
    latitude: float
    longitude: float
    population: int
    time_zone: str
    """Its name in the IANA database, such as Europe/Berlin."""
