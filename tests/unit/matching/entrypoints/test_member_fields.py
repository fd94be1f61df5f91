"""A field that a city gets has to be written down in few files; the failing test names the next one."""

from dataclasses import fields

from isopolity.contracts.registry import CityState
from isopolity.matching.domain.member import City
from isopolity.matching.entrypoints.library.columns import CITIES
from isopolity.registry.domain.city import CityProfile

MERGED = {"merged_into", "merged_version", "moved_ids", "parted_from"}
"""Fields of an entry that was merged into another one, or parted from it again; no city keeps them."""
FROM_REGISTRY = {"city_id", "version", "status", "region", "bulk", "changed_on", *MERGED}
"""Fields that registry adds to what a city tells."""
WITHHELD = {"hidden"}
"""Fields that registry keeps to itself."""
UNUSED = {"local_names", "bulk", "changed_on", *MERGED}
"""Fields that matching neither decides by nor tells."""
NOT_IN_TABLES = {"city_id", "version", "status", "illustrative", "paused_until", "shows_ratings", "avoided_countries"}
"""Fields that the library fills in itself, or that are private; who pauses is left out of a table."""


def names(kind: type) -> set[str]:
    return {each.name for each in fields(kind)}


def test_each_field_of_the_contract_is_in_registry_and_in_matching() -> None:
    contract = set(CityState.model_fields)
    told = names(CityProfile) - WITHHELD
    assert told == contract - FROM_REGISTRY, "write it in contracts and registry/domain/city.py"
    assert not names(City) & UNUSED, "matching uses it: take it out of UNUSED here"
    assert names(City) - {"told_on"} == contract - UNUSED, "write it in matching/domain/member.py, or in UNUSED here"


def test_each_field_that_matching_uses_is_a_column_of_the_library() -> None:
    columns = set(CITIES.names) - {"id"}
    assert columns == names(City) - NOT_IN_TABLES, "write it in matching/entrypoints/library/columns.py, in CITIES"
