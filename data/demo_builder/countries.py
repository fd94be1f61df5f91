"""Countries: the UNESCO region, languages and income of each; a country has exactly one region.

Regions follow UNESCO's grouping of its Member States and Associate Members; a territory without membership goes
with its surroundings. Antarctica belongs to none and is left out.
"""

from dataclasses import dataclass

from demo_builder.files import Row, Table

REGION_BY_SUBREGION = {
    "Northern Europe": "europe-north-america",
    "Western Europe": "europe-north-america",
    "Southern Europe": "europe-north-america",
    "Eastern Europe": "europe-north-america",
    "Northern America": "europe-north-america",
    "Caribbean": "latin-america-caribbean",
    "Central America": "latin-america-caribbean",
    "South America": "latin-america-caribbean",
    "Northern Africa": "arab-states",
    "Western Asia": "arab-states",
    "Western Africa": "africa",
    "Middle Africa": "africa",
    "Eastern Africa": "africa",
    "Southern Africa": "africa",
    "Central Asia": "asia-pacific",
    "Southern Asia": "asia-pacific",
    "Eastern Asia": "asia-pacific",
    "South-eastern Asia": "asia-pacific",
    "Australia and New Zealand": "asia-pacific",
    "Melanesia": "asia-pacific",
    "Micronesia": "asia-pacific",
    "Polynesia": "asia-pacific",
}
"""From the United Nations' subregions (M49), which agree with UNESCO's regions but for the exceptions below."""

REGION_EXCEPTIONS = {
    **dict.fromkeys(("AM", "AZ", "CY", "GE", "IL", "TR"), "europe-north-america"),
    "MR": "arab-states",
}
WIDELY_USED = ("en", "fr", "es", "ar", "pt", "ru")
SAME_LANGUAGE = {"nb": "no", "nn": "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nation:
    """A country as the demo needs it; `income` is GDP per head in US dollars at purchasing power."""

    code: str
    name: str
    region: str
    official: tuple[str, ...]
    spoken: tuple[str, ...]
    income: float
    literacy: float


def read_nations(rows: Table) -> dict[str, Nation]:
    """Return every country that has a region, by its ISO code."""
    nations = (read_nation(row) for row in rows if row["un_region"] in REGION_BY_SUBREGION)
    return {nation.code: nation for nation in nations}


def read_nation(row: Row) -> Nation:
    """Return the row's country; a territory without people counts as one person."""
    code = row["iso2"]
    return Nation(
        code=code,
        name=row["name"],
        region=REGION_EXCEPTIONS.get(code, REGION_BY_SUBREGION[row["un_region"]]),
        official=language_codes(row["official_languages"]),
        spoken=language_codes(row["languages_over_20pct"]),
        income=float(row["gdp_ppp_usd"]) / max(1, int(row["population"])),
        literacy=float(row["literacy_percent"]),
    )


def language_codes(cell: str) -> tuple[str, ...]:
    """Return ISO 639 codes without script (`sr_Latn` is `sr`), each once, in order."""
    bare = (part.split("_")[0] for part in cell.split("|") if part and part != "und")
    return tuple(dict.fromkeys(SAME_LANGUAGE.get(code, code) for code in bare))


def country_table(nations: dict[str, Nation]) -> Table:
    """Return registry's table of countries."""
    return [
        {
            "iso2": nation.code,
            "unesco_region": nation.region,
            "official_languages": "|".join(nation.official),
        }
        for nation in nations.values()
    ]
