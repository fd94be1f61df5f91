"""The countries of the world and the UNESCO region of each, from a table in this package."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def country_regions() -> Mapping[str, str]:
    """The region by ISO 3166-1 alpha-2 code."""
    text = files("isopolity.contracts").joinpath("countries.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["iso2"]: row["unesco_region"] for row in csv.DictReader(text.splitlines())})
