"""Fictional partners with the causes and grant sizes of real grant-makers; no real name, address or number remains.

Each row of foundations.csv lends its causes, median grant and countries to one invented partner.
"""

from collections.abc import Iterable, Mapping
from statistics import median

from demo_builder.causes import subjects_of
from demo_builder.chance import Chance
from demo_builder.countries import WIDELY_USED, Nation
from demo_builder.files import Row, Table

STAR_NAMES = (
    "Halcyon Meridian Lantern Juniper Estuary Almanac Cobalt Tamarind Aurora Quarry Saffron Beacon Isthmus Marigold "
    "Orchard Pelican Compass Sycamore Delta Ember Fathom Gossamer Harbour Indigo Jasmine Kestrel Lagoon Mosaic "
    "Nectarine Obsidian Papyrus Quill Rosewood Sextant Terrace Umber Verbena Willow Xylem Yarrow Zephyr Acacia "
    "Basalt Cascade Driftwood"
)
STARS = STAR_NAMES.split()
TITLES = {"foundation": "Demo Foundation", "corporation": "Demo Company", "ngo": "Demo Association"}
KINDS_IN_TURN = ("foundation", "foundation", "corporation", "foundation", "ngo")
HOME_CODES = "FR DE JP BR IN ZA AE KR CH SE KE MX SG ES CA GB US IT NG PT EG CO NL AU MA"
HOMES = HOME_CODES.split()
EURO_HOMES = ("FR", "DE", "ES", "IT", "PT", "NL")
OFFICES = {"foundation": "Grants Office", "corporation": "Social Investment Office", "ngo": "Programme Office"}
THEMES = {
    "sdg.3": ("Healthy Cities", "People in cities live healthily and are treated when they fall ill."),
    "sdg.13": ("Cities and Climate", "Cities use less energy and are ready for heat and floods."),
    "sdg.4": ("Learning for All", "Children and adults learn, wherever they live."),
    "sdg.16": ("Peaceful Cities", "Neighbours settle disputes, and city offices listen."),
    "sdg.7": ("Clean Energy in Town", "Schools and homes run on clean energy."),
    "sdg.8": ("Decent Work", "People find decent work in their own town."),
    "sdg.1": ("Out of Poverty", "Families leave poverty for good."),
    "sdg.6": ("Safe Water", "Every quarter has safe water and toilets."),
    "sdg.9": ("Science in the City", "People try out science and make things themselves."),
    "sdg.10": ("Equal Chances", "Nobody is left out for where they come from."),
    "sdg.11": ("Liveable Cities", "Streets and squares are safe and open to all."),
    "sdg.15": ("Living Land", "Parks, woods and rivers in and around towns stay alive."),
    "area.prosperity": ("Arts and Livelihoods", "People earn a living by art and crafts."),
    "area.communities": ("Neighbourhood Learning", "Neighbours of all ages learn together."),
    "area.technologies": ("Digital Skills", "People learn to use digital tools."),
    "area.resources": ("Local Giving", "People and firms of a town give for its learning."),
    "area.governance": ("Citizens and City Halls", "Citizens take part in what their city decides."),
    "area.workplace": ("Skills at Work", "People learn at work and for work."),
    "area.culture": ("Curious Cities", "Learning is part of everyday life, at every age."),
    "cluster.equity": ("Open Doors", "Those who were left out come back to learning."),
    "cluster.health": ("Well-being", "People look after their own and each other's well-being."),
    "cluster.planning": ("Plans that Work", "Cities plan learning and look at what came of it."),
    "cluster.citizenship": ("World Citizens", "Young people see themselves as citizens of one world."),
    "cluster.entrepreneurship": ("First Businesses", "People start their first business."),
    "area.quality": ("Good Teaching", "Teachers get better at teaching."),
    "area.cohesion": ("Good Neighbours", "People of different backgrounds live well side by side."),
    "area.commitment": ("City Leaders", "City leaders stand up for lifelong learning."),
    "area.inclusive-education": ("No Child Outside", "Every child goes to school and stays there."),
    "area.sustainability": ("Lasting Cities", "Cities live within what nature gives."),
    "cluster.literacy": ("Reading Cities", "Adults and children learn to read and write."),
    "sdg.2": ("Food for Cities", "People in cities eat well, also those with little money."),
    "sdg.5": ("Women in Town", "Women and girls learn, work and lead."),
    "sdg.12": ("Nothing Wasted", "Less is thrown away, and more is mended."),
    "sdg.17": ("Cities Together", "Cities of different countries work together."),
}
"""By subject: a programme's name and purpose."""
REGIONS = ("africa", "arab-states", "asia-pacific", "europe-north-america", "latin-america-caribbean")
PERIODS = (("2026-09-01", "2027-08-31"), ("2026-10-01", "2027-12-31"), ("2026-11-01", "2028-06-30"))
ELIGIBILITY = (
    "The city co-finances a tenth, in money or in kind.",
    "A public body or a registered association receives the grant.",
    "The project runs for at least twelve months and reports once a year.",
    "Applications name a partner city that shares the results.",
    "",
)
SIZES = (("", ""), ("", ""), ("", ""), ("", "500000"), ("100000", ""))


def partner_table(rows: Table, nations: Mapping[str, Nation]) -> Table:
    """Return partners.csv: one row a programme, one or two programmes a partner."""
    usual = int(median(int(row["median_usd"]) for row in rows))
    table: list[Row] = []
    for index, row in enumerate(rows):
        table += partner_rows(index, row, usual, nations)
    return table


def partner_rows(index: int, row: Row, usual: int, nations: Mapping[str, Nation]) -> list[Row]:
    """Return the partner that takes the row's causes and grant size, a programme a row."""
    star, home = STARS[index], HOMES[index * 7 % len(HOMES)]
    chance = Chance("partner", star)
    kind = KINDS_IN_TURN[index % len(KINDS_IN_TURN)]
    domain = f"demo-{star.lower()}.example"
    languages = tuple(dict.fromkeys([*nations[home].official[:2], "en", chance.pick(WIDELY_USED)]))
    partner = {
        "kind": kind,
        "name": f"{TITLES[kind]} {star} (fictional)",
        "home_country": home,
        "registration_id": f"XX-DEMO-{index + 1:04}",
        "languages": "|".join(languages),
        "web": f"https://{domain}",
        "illustrative": "yes",
        "contact_name": f"{OFFICES[kind]}, {TITLES[kind]} {star}",
        "contact_email": f"programmes@{domain}",
        "contact_role": "programme-officer",
    }
    subjects = subjects_of(row["top_cause_areas"], limit=6) or ("area.communities", "sdg.11")
    parts = [subjects[:3], subjects[3:]] if len(subjects) > 4 else [subjects]
    grant = int(row["median_usd"]) or usual
    served = named_countries(row["top_countries"], nations.values())
    currency = "EUR" if home in EURO_HOMES else "USD"
    return [{**partner, **programme(chance, part, grant, currency, served, nations)} for part in parts]


def programme(
    chance: Chance,
    subjects: tuple[str, ...],
    grant: int,
    currency: str,
    served: tuple[str, ...],
    nations: Mapping[str, Nation],
) -> Row:
    """Return one line of support; countries are named only where the real grant-maker works in several."""
    kept = served if len(served) >= 3 else ()
    regions = {nations[code].region for code in kept} or draw_regions(chance)
    opens, closes = chance.pick(PERIODS)
    cities = chance.number(1, 6)
    smallest, largest = chance.pick(SIZES)
    top = tidy(grant * 2)
    name, purpose = THEMES[subjects[0]]
    return {
        "programme_name": name,
        "purpose": purpose,
        "budget": str(top * (cities + 1)),
        "currency": currency,
        "grant_min": str(tidy(grant // 3)),
        "grant_max": str(top),
        "opens": opens,
        "closes": closes,
        "subjects": "|".join(subjects),
        "supports": "|".join(["funding", chance.pick(("training", "expertise", "equipment"))]),
        "regions": "|".join(region for region in REGIONS if region in regions),
        "countries": "|".join(kept),
        "eligibility": chance.pick(ELIGIBILITY),
        "population_min": smallest,
        "population_max": largest,
        "cities": str(cities),
    }


def draw_regions(chance: Chance) -> set[str]:
    """Return the regions served; none named means all."""
    if chance.happens(0.4):
        return set()
    return set(chance.weighted(dict.fromkeys(REGIONS, 1.0), chance.number(1, 2)))


def named_countries(cell: str, nations: Iterable[Nation]) -> tuple[str, ...]:
    """Return the ISO codes of a cell such as `India (5); Nigeria (2)`."""
    aliases = {"Democratic Republic of the Congo": "CD"}
    codes = {nation.name: nation.code for nation in nations} | aliases
    names = (part.split("(")[0].strip() for part in cell.split(";"))
    return tuple(codes[name] for name in names if name in codes)


def tidy(amount: int) -> int:
    """Return the amount with two leading digits: 178784 becomes 180000."""
    step = int("1" + "0" * (len(str(amount)) - 2))
    return round(amount / step) * step
