"""Fictional partners with the causes and grant sizes of real grant-makers; no real name, address or number remains.

Each row of foundations.csv lends its causes and the size of its grants to one invented partner, which
supports what stands nearest to these causes in `programmes.toml`, in the words and the places written there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from demo_builder.causes import subjects_of
from demo_builder.chance import Chance
from demo_builder.countries import WIDELY_USED, Nation
from demo_builder.files import Row, Table
from demo_builder.themes import codes_of, is_language, read

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
PROGRAMMES = Path(__file__).parents[1] / "programmes.toml"
REGIONS = ("africa", "arab-states", "asia-pacific", "europe-north-america", "latin-america-caribbean")
PERIODS = (("2026-09-01", "2027-08-31"), ("2026-10-01", "2027-12-31"), ("2026-11-01", "2028-06-30"))
TERMS = {
    "en": (
        "The city co-finances a tenth, in money or in kind.",
        "A public body or a registered association receives the grant.",
        "The project runs for at least twelve months and reports once a year.",
        "Applications name the person who leads the work.",
        "",
    ),
    "fr": (
        "La ville apporte un dixième, en argent ou en nature.",
        "Un organisme public ou une association déclarée reçoit la subvention.",
        "Le projet dure au moins douze mois et rend compte une fois par an.",
        "",
    ),
    "es": (
        "El municipio aporta una décima parte, en dinero o en especie.",
        "Recibe la ayuda un organismo público o una asociación registrada.",
        "El proyecto dura al menos doce meses e informa una vez al año.",
        "",
    ),
    "pt": (
        "O município contribui com um décimo, em dinheiro ou em espécie.",
        "Recebe o apoio um organismo público ou uma associação registada.",
        "",
    ),
    "ar": ("تساهم المدينة بالعُشر نقدا أو عينا.", "تتلقى المنحة هيئة عامة أو جمعية مسجلة.", ""),
    "zh": ("城市自筹十分之一，资金或实物均可。", "资助款由公共机构或登记注册的社团领取。", ""),  # noqa: RUF001 - Chinese commas
}
"""Terms of grants, in the languages in which programmes have words."""

TERMS_WITHOUT_MONEY = ("The town names one person who stays in touch for the whole time.", "")
OWN_LANGUAGE = 0.8
"""How much words in the partner's first language count beside subjects, of which a line has up to 2.6."""

SIZES = (*(("", ""),) * 8, ("", "500000"), ("", "1000000"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of support that a partner can take: `grants` are its least and most, none where it gives no money."""

    subjects: Sequence[str]
    topics: Sequence[str]
    supports: Sequence[str]
    grants: Sequence[int]
    regions: Sequence[str]
    words: Mapping[str, Sequence[str]]

    def near(self, subjects: Sequence[str]) -> float:
        """Return how well the line fits subjects that matter in their order."""
        places = {subject: 1.0 - 0.2 * place for place, subject in enumerate(self.subjects)}
        return sum(places.get(subject, 0.0) * (1.0 - 0.1 * place) for place, subject in enumerate(subjects))


def read_lines() -> list[Line]:
    """Return the lines of support that were written for the demo."""
    return [
        Line(
            subjects=entry["subjects"].split(),
            topics=codes_of(entry["topics"]),
            supports=entry["supports"].split(),
            grants=entry.get("grants", ()),
            regions=entry.get("regions", "").split(),
            words={name: cell for name, cell in entry.items() if is_language(name)},
        )
        for entry in read(PROGRAMMES)["programme"]
    ]


def partner_table(rows: Table, nations: Mapping[str, Nation]) -> Table:
    """Return partners.csv: one row a programme, one or two programmes a partner, no line of support twice."""
    usual = int(median(int(row["median_usd"]) for row in rows))
    free = read_lines()
    table: list[Row] = []
    for index, row in enumerate(rows):
        table += partner_rows(index, row, usual, nations, free)
    return table


def partner_rows(index: int, row: Row, usual: int, nations: Mapping[str, Nation], free: list[Line]) -> list[Row]:
    """Return the partner that takes the row's causes and size, a programme a row; its lines leave `free`."""
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
    scale = scale_of(int(row["median_usd"]) or usual)
    currency = "EUR" if home in EURO_HOMES else "USD"
    made: list[Row] = []
    for part in parts:
        line = max(free, key=partial(fit, part, languages[0]))
        free.remove(line)
        made.append({**partner, **programme(chance, line, scale, currency, languages)})
    return made


def fit(subjects: Sequence[str], language: str, line: Line) -> float:
    """Return how well a line of support fits subjects, and whether the partner could say it in its language."""
    return line.near(subjects) + (OWN_LANGUAGE if language != "en" and language in line.words else 0.0)


def scale_of(grant: int) -> float:
    """Return how the size of a grant-maker changes the amounts of a line of support."""
    return 0.6 if grant < 40_000 else 1.0 if grant < 300_000 else 1.5


def programme(
    chance: Chance,
    line: Line,
    scale: float,
    currency: str,
    languages: Sequence[str],
) -> Row:
    """Return one line of support; a line without regions is for all of the world, or two regions that are drawn."""
    regions = line.regions or draw_regions(chance)
    opens, closes = chance.pick(PERIODS)
    cities = chance.number(2, 6)
    smallest, largest = chance.pick(SIZES)
    least, most = (tidy(int(amount * scale)) for amount in line.grants or (0, 0))
    spoken = next((language for language in languages if language in line.words), "en")
    name, purpose = line.words[spoken]
    return {
        "programme_name": name,
        "purpose": purpose,
        "language": spoken,
        "topics": "|".join(line.topics),
        "budget": str(tidy(int(most * cities * 0.7))),
        "currency": currency,
        "grant_min": str(least),
        "grant_max": str(most),
        "opens": opens,
        "closes": closes,
        "subjects": "|".join(line.subjects),
        "supports": "|".join(line.supports),
        "regions": "|".join(region for region in REGIONS if region in regions),
        "countries": "",
        "eligibility": chance.pick(TERMS[spoken] if line.grants else TERMS_WITHOUT_MONEY),
        "population_min": smallest,
        "population_max": largest,
        "cities": str(cities),
    }


def draw_regions(chance: Chance) -> set[str]:
    """Return the regions served, where the line names none; none drawn means all."""
    if chance.happens(0.85):
        return set()
    return set(chance.weighted(dict.fromkeys(REGIONS, 1.0), chance.number(2, 3)))


def tidy(amount: int) -> int:
    """Return the amount with two leading digits: 178784 becomes 180000, and 0 stays."""
    step = int("1" + "0" * max(0, len(str(amount)) - 2))
    return round(amount / step) * step
