"""Further names of countries and languages: in the languages of the product and of cities, usual ones, and other codes.

The names are those of the table of countries and of CLDR (Babel). A name that two countries or languages have is given
to both, and `CodeList` asks which is meant; names in the languages of the product go before those of `CITY_LANGUAGES`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from babel import Locale
from babel.core import get_global

from isopolity.contracts.codes import language_names, own_language_names
from isopolity.contracts.countries import LANGUAGES, countries

CITY_LANGUAGES: Final = (
    "de it tr ko ja id ms vi nl sv da nb fi et lv lt pl cs sk sl hr sr hu ro bg el uk fa th he ca eu gl sw"
)
"""Languages that are none of the product's, in which cities write the names of countries and languages."""
_UMLAUTS: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
"""How German is written where a system has no umlauts."""
_NOT_IN_CLDR: Final = {"XKX": "XK"}
_SHARED: Final[Mapping[str, Sequence[str]]] = {
    name: codes
    for codes, names in {
        ("KP", "KR"): ("Korea", "Corée", "Corea", "Coreia", "Корея", "كوريا", "朝鲜半岛"),
        ("MF", "SX"): ("Saint Martin", "Saint-Martin", "San Martín", "São Martinho"),
        ("VG", "VI"): ("Virgin Islands", "Îles Vierges", "Islas Vírgenes", "Ilhas Virgens", "Виргинские острова"),
    }.items()
    for name in names
}
"""Names that people give to several countries, by name."""
_ALPHA_3: Final = re.compile("[A-Za-z]{3}")


def country_synonyms(known: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Names and codes of three letters of the countries `known`, by code of two letters."""
    found: dict[str, list[str]] = {code: [] for code in known}
    in_cldr = [Locale(language).territories for language in LANGUAGES]
    for code, each in countries().items():
        if code in found:
            found[code] += [*each.names.values(), *each.also]
            found[code] += [names[code] for names in in_cldr if code in names]
    for alias, code in _single(get_global("territory_aliases")).items():
        if code in found:
            found[code].append(alias)
    for name, codes in _SHARED.items():
        for code in codes:
            if code in found:
                found[code].append(name)
    return found


def country_names_of_cities(known: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Names of the countries `known` in `CITY_LANGUAGES`, by code."""
    return _in_city_languages("territories", known)


def language_names_of_cities() -> Mapping[str, Sequence[str]]:
    """Names of the usual languages in `CITY_LANGUAGES`, by code."""
    return _in_city_languages("languages", language_names())


def _in_city_languages(field: str, known: Collection[str]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {code: [] for code in known}
    for language in CITY_LANGUAGES.split():
        for code, name in getattr(Locale(language), field).items():
            if code in found:
                found[code].append(name)
                if language == "de":
                    found[code].append(name.translate(str.maketrans(_UMLAUTS)))
    return found


def language_synonyms() -> Mapping[str, Sequence[str]]:
    """Names and codes of three letters of languages, by code."""
    found: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).languages.items():
            found.setdefault(str(code).replace("_", "-"), []).append(str(name))
    for code, name in own_language_names().items():
        found.setdefault(code, []).append(name)
    known = language_names()
    for alias, code in _single(get_global("language_aliases")).items():
        if code in known:
            found.setdefault(code, []).append(alias)
    english = {str(code).replace("_", "-") for code in Locale("en").languages}
    return {code: names for code, names in found.items() if code in known or code in english}


def _single(aliases: Mapping[str, Any]) -> Mapping[str, str]:
    """Codes of three letters, and UK, with the code that they stand for where that is one."""
    meant = {alias: [codes] if isinstance(codes, str) else codes for alias, codes in aliases.items()}
    wanted = {alias for alias in meant if _ALPHA_3.fullmatch(alias) or alias == "UK"}
    return {alias: meant[alias][0] for alias in sorted(wanted) if len(meant[alias]) == 1} | _NOT_IN_CLDR


WORDS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "kind of city": {
        "city": (
            "town",
            "municipality",
            "ville",
            "commune",
            "municipalité",
            "ciudad",
            "municipio",
            "cidade",
            "município",
            "город",
            "мэрия",
            "مدينة",
            "بلدية",
            "城市",
            "市",
            "Stadt",
            "Gemeinde",
        ),
        "district": ("arrondissement", "distrito", "район", "منطقة", "区", "Bezirk", "borough"),
        "county": ("département", "comté", "condado", "округ", "مقاطعة", "县", "Landkreis", "Kreis"),
        "consortium": ("groupement", "consorcio", "consórcio", "консорциум", "اتحاد", "联盟", "Verbund"),
    },
    "mode": {
        "study-visit": (
            "visite d'étude",
            "visites d'étude",
            "study tour",
            "Studienbesuche",
            "voyage d'étude",
            "visita de estudio",
            "visita de estudo",
            "учебный визит",
            "زيارة دراسية",
            "考察访问",
            "Studienbesuch",
            "Studienreise",
        ),
        "staff-exchange": (
            "échange de personnel",
            "échanges de personnel",
            "exchange of staff",
            "Austausch von Personal",
            "intercambio de personal",
            "intercâmbio de pessoal",
            "обмен персоналом",
            "تبادل الموظفين",
            "人员交流",
            "Personalaustausch",
        ),
        "training": (
            "formation",
            "formations",
            "trainings",
            "formación",
            "capacitación",
            "formação",
            "обучение",
            "تدريب",
            "培训",
            "Schulung",
        ),
        "webinar": (
            "webinaire",
            "webinaires",
            "séminaire en ligne",
            "online",
            "en ligne",
            "en línea",
            "on-line",
            "webinario",
            "seminario web",
            "webinário",
            "вебинар",
            "ندوة عبر الإنترنت",
            "网络研讨会",
            "Webinare",
            "webinars",
            "online seminar",
        ),
        "peer-review": (
            "examen par les pairs",
            "évaluation par les pairs",
            "revisión entre pares",
            "revisão por pares",
            "взаимная оценка",
            "استعراض الأقران",
            "同行评审",
        ),
        "expert-mission": (
            "mission d'expert",
            "mission d'experts",
            "misión de expertos",
            "missão de especialistas",
            "миссия экспертов",
            "بعثة خبراء",
            "专家考察",
        ),
        "good-practice": (
            "good practice",
            "good practices",
            "bonnes pratiques",
            "buenas prácticas",
            "boas práticas",
            "передовой опыт",
            "ممارسات جيدة",
            "良好做法",
        ),
        "action-plan": (
            "action plan",
            "plan d'action",
            "plan de acción",
            "plano de ação",
            "план действий",
            "خطة عمل",
            "行动计划",
        ),
        "pilot": (
            "pilot",
            "projet pilote",
            "projets pilotes",
            "proyecto piloto",
            "projeto-piloto",
            "пилотный проект",
            "مشروع تجريبي",
            "试点项目",
            "Pilotprojekt",
        ),
    },
    "side": {
        "need": ("needs", "besoin", "besoins", "necesidad", "necessidade", "потребность", "احتياج", "需求", "Bedarf"),
        "offer": ("offers", "offre", "offres", "oferta", "предложение", "عرض", "供给", "Angebot"),
    },
    "role": {
        "coordinator": (
            "coordinatrice",
            "coordinateur",
            "coordinador",
            "coordinadora",
            "coordenador",
            "coordenadora",
            "координатор",
            "منسق",
            "协调员",
            "Koordinatorin",
            "Koordinator",
        ),
        "deputy": ("adjoint", "adjointe", "suppléant", "adjunto", "adjunta", "заместитель", "نائب", "副手"),
        "approver": ("approver",),
    },
    "kind of partner": {
        "foundation": ("fondation", "fundación", "fundação", "фонд", "مؤسسة", "基金会", "Stiftung"),
        "corporation": ("corporation", "entreprise", "empresa", "société", "компания", "شركة", "公司", "Unternehmen"),
        "ngo": ("ONG", "НПО", "منظمة غير حكومية", "非政府组织", "NRO", "association"),
    },
}
"""Names of codes in other languages than English, and other English ones, by the noun for a code of the list."""
