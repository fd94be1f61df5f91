"""Names of countries and territories, from a table that the network owns: `country_names.csv` (ADR 0093).

A network names others by a file of its own, which the setting `ISOPOLITY_COUNTRIES` names: its cells replace those of
the table. Invariant: each country has one name in each language, and no two countries have the same.
"""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

OWN_TABLE: Final = "ISOPOLITY_COUNTRIES"
"""The setting that names the network's own file."""
DEFAULT_LANGUAGE: Final = "en"
LANGUAGES: Final = (DEFAULT_LANGUAGE, "fr", "es", "pt", "ru", "ar", "zh")
"""The languages in which the table has names, each a column."""
MEMBERSHIPS: Final = ("member", "associate", "other")
"""Member States of UNESCO, Associate Members, and countries and territories that are neither."""
_PEOPLE: Final = {"yes": True, "no": False}
_COLUMNS: Final = ("code", "unesco", "people", *LANGUAGES, "also")
_Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country or territory with a code of ISO 3166-1, or Kosovo (XK)."""

    code: str
    unesco: str
    """One of `MEMBERSHIPS`."""
    has_people: bool
    """Whether people live there all year; forms do not offer places where nobody does."""
    names: Mapping[str, str]
    """The short name by language."""
    also: Sequence[str]
    """Further names in any language by which it is found, never written."""


@cache
def countries() -> Mapping[str, Country]:
    """Countries by code. Raises ValueError if the network's own file is wrong."""
    own = os.environ.get(OWN_TABLE)
    return countries_with(Path(own)) if own else read_countries()


@cache
def country_names(language: str = DEFAULT_LANGUAGE) -> Mapping[str, str]:
    """The names by code in a language; in English for a language that the table does not have."""
    spoken = language.replace("_", "-").partition("-")[0]
    column = spoken if spoken in LANGUAGES else DEFAULT_LANGUAGE
    return MappingProxyType({code: each.names[column] for code, each in countries().items()})


def country_name(code: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The name of a country; an unknown code as it is."""
    return country_names(language).get(code, code)


def countries_with(own: Path) -> Mapping[str, Country]:
    """Countries with the names of the file `own`. Raises ValueError with a sentence that says what to change."""
    try:
        return read_countries(own.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{own} cannot be read; give a CSV file in UTF-8") from None
    except ValueError as wrong:
        raise ValueError(f"{own}: {wrong}") from None


def read_countries(own: str = "") -> Mapping[str, Country]:
    """Countries of the table, where the text `own` has no other cell. Raises ValueError."""
    rows = {row["code"]: row for row in csv.DictReader(_shipped().splitlines())}
    for row in _own_rows(own):
        if row["code"] not in rows:
            raise ValueError(f"there is no country “{row['code']}”; give two letters of ISO 3166-1, such as BR")
        rows[row["code"]] = {**rows[row["code"]], **row}
    found = {code: _country(row) for code, row in rows.items()}
    for language in LANGUAGES:
        named: dict[str, str] = {}
        for code, country in found.items():
            if (other := named.setdefault(country.names[language].casefold(), code)) != code:
                raise ValueError(f"{other} and {code} have the same name in “{language}”; give each its own")
    return MappingProxyType(found)


def _shipped() -> str:
    return files("isopolity.contracts").joinpath("country_names.csv").read_text(encoding="utf-8")


def _own_rows(text: str) -> Iterator[dict[str, str]]:
    """The rows of the network's own file, without its empty cells, which leave those of the table."""
    reader = csv.DictReader(text.splitlines())
    columns = list(reader.fieldnames or ())
    if text and "code" not in columns:
        raise ValueError("the first line has no column “code”")
    if unknown := [name for name in columns if name not in _COLUMNS]:
        raise ValueError(f"there is no column “{unknown[0]}”; give {', '.join(_COLUMNS)}")
    for row in reader:
        if None in row or None in row.values():
            raise ValueError(f"line {reader.line_num} has another number of cells than the first")
        yield {name: cell.strip() for name, cell in row.items() if cell.strip()} | {"code": row["code"].strip()}


def _country(row: _Cells) -> Country:
    if row["people"] not in _PEOPLE:
        raise ValueError(f"{row['code']}, people: “{row['people']}” is neither yes nor no")
    if row["unesco"] not in MEMBERSHIPS:
        raise ValueError(f"{row['code']}, unesco: “{row['unesco']}” is none of {', '.join(MEMBERSHIPS)}")
    return Country(
        code=row["code"],
        unesco=row["unesco"],
        has_people=_PEOPLE[row["people"]],
        names=MappingProxyType({language: row[language] for language in LANGUAGES}),
        also=tuple(filter(None, row["also"].split("|"))),
    )
