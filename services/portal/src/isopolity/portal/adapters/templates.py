"""Jinja2 environments of the pages, one a language, compiled once.

Invariant: everything put into HTML is escaped; a name that is missing is an error, not an empty place.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_timezone_location
from babel.languages import get_official_languages
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from isopolity.contracts import input_limits
from isopolity.contracts.codes import country_regions, creative_title
from isopolity.contracts.countries import countries, country_name
from isopolity.identity.folded_text import sort_key
from isopolity.languages.catalogues import translations_of
from isopolity.languages.offered import ENGLISH, OFFERED
from isopolity.machine import periods
from isopolity.machine.clock import day_in, offset_of, place_of, zone
from isopolity.portal.adapters.land import land_in
from isopolity.portal.adapters.titles import MORE_LANGUAGES, TITLES
from isopolity.portal.adapters.tokens import member_token, pair_token, proposal_token
from isopolity.portal.adapters.wording import TIME_OF_PLACE, doer, sentence_of, unwrapped
from isopolity.portal.domain.typed_values import count_fault
from isopolity.thesaurus.concepts import MOST_TOPICS, label
from isopolity.thesaurus.within_sentences import within

_PACKAGE: Final = "isopolity.portal"
_DAY: Final = len("2026-12-18")
"""Characters of a text that is a day without an hour."""
_LOCALES: Final = {"en": Locale("en", "GB")}
"""Where another locale than the language's own is meant: the day stands before the month, as in most of the world."""


def titles() -> set[str]:
    """All texts of the pages that stand in no template."""
    return {text for codes in TITLES.values() for text in codes.values()}


def locale_of(language: str) -> Locale:
    """How numbers, days, countries and languages are written in a language."""
    return _LOCALES.get(language) or Locale.parse(language)


@cache
def environment(language: str = ENGLISH) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=PackageLoader(_PACKAGE, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True  # a sentence may be laid out on several lines
    translations = translations_of(language)
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined] # the extension adds it
    locale = locale_of(language)
    made.filters |= _filters(locale, translations.gettext)
    made.filters |= {
        "country": lambda code: country_name(code, language),
        "topic": lambda code: label(code, language),
        "topic_within": lambda code: within(code, language),
        "countries": lambda codes: format_list([country_name(code, language) for code in codes], locale=locale),
    }
    made.globals |= {
        name: {code: translations.gettext(text) for code, text in codes.items()} for name, codes in TITLES.items()
    } | {
        "COUNTRIES": named_countries(language),
        "LANGUAGES": _languages(locale, translations.gettext),
        "OFFERED": OFFERED,
        "PROVISIONAL": {code: translations_of(code).gettext("provisional") for code in OFFERED},
        "version": asset_version(),
        "periods": periods,
        "limits": input_limits,
        "MOST_TOPICS": MOST_TOPICS,
        "land_in": land_in,
        "member_token": member_token,
        "pair_token": pair_token,
        "proposal_token": proposal_token,
    }
    return made


def _filters(locale: Locale, gettext: Callable[[str], str]) -> dict[str, Callable[..., object]]:
    return {
        "capital": lambda text: text[:1].upper() + text[1:],
        "doer": lambda actor, people: doer(actor, people, gettext),
        "date": lambda day: format_date(_day(day), "long", locale=locale),
        "language": lambda code: _language(code, locale, gettext),
        "unwrapped": unwrapped,
        "no_count": lambda text: sentence_of(count_fault(text), gettext),
        "moment": lambda text: _moment(text, locale),
        "until": lambda text, name=None: _until(text, name, locale, gettext),
        "period": lambda period: _period(period, locale),
        "day_in": lambda moment, name=None: day_in(_time(moment), name).isoformat(),
        "next_day": lambda day: (_day(day) + timedelta(days=1)).isoformat(),
        "zone": lambda name: name.replace("_", " "),
        "number": lambda number: format_decimal(number, locale=locale),
        "by_name": _sorted,
        "listed": lambda entries: format_list(list(entries), locale=locale),
        "creative": lambda code: gettext(creative_title(code)),
    }


@cache
def environment_with(folder: Path) -> Environment:
    """The templates, and those in `folder`, which may extend them."""
    return environment().overlay(loader=ChoiceLoader([FileSystemLoader(folder), PackageLoader(_PACKAGE, "templates")]))


@cache
def asset_version() -> str:
    """Stands for the files in `static/`; addresses of assets hold it, so that browsers may keep them."""
    folder = Path(str(files(_PACKAGE).joinpath("static")))
    content = b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
    return blake2b(content, digest_size=6).hexdigest()


@cache
def named_countries(language: str, *, everywhere: bool = False) -> Sequence[tuple[str, str]]:
    """Codes and names of the countries where people live, or of all, in the order of the names."""
    codes = [code for code, each in countries().items() if everywhere or each.has_people]
    return _sorted({code: country_name(code, language) for code in codes})


def _sorted(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda each: sort_key(each[1]))


def _languages(locale: Locale, gettext: Callable[[str], str]) -> list[tuple[str, str]]:
    """Codes and names of the languages that are official somewhere, in the order of the names."""
    codes = {code for country in country_regions() for code in get_official_languages(country, de_facto=True)}
    return _sorted({code: _language(code, locale, gettext) for code in codes if "_" not in code})


def _language(code: str, locale: Locale, gettext: Callable[[str], str]) -> str:
    names: Mapping[str, str] = locale.languages
    found = names.get(code.replace("-", "_")) or names.get(code.partition("-")[0])
    return found or gettext(MORE_LANGUAGES.get(code, code))


def _day(value: str | date) -> date:
    """The day, of a moment that in UTC."""
    if isinstance(value, str):
        return date.fromisoformat(value[:_DAY])
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value


def _time(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _period(period: timedelta, locale: Locale) -> str:
    number, unit = periods.counted(period)
    return str(format_unit(number, f"duration-{unit}", "long", locale=locale))


def _until(value: str | date, name: str | None, locale: Locale, gettext: Callable[[str], str]) -> str:
    """Day, minute and zone of a moment where its reader is, as “18 December 2026, 23:59 (Helsinki time)”.

    Of a day alone, only the day.
    """
    if not isinstance(value, datetime) and len(str(value)) == _DAY:
        return str(format_date(_day(value), "long", locale=locale))
    moment = _time(str(value)).astimezone(zone(name))
    words = f"{format_date(moment, 'long', locale=locale)}, {format_time(moment, 'HH:mm', locale=locale)}"
    if place_of(name) is None:
        return f"{words} ({offset_of(moment)})"
    place = get_timezone_location(zone(name), locale, return_city=True).rpartition("/")[2]
    return f"{words} ({gettext(TIME_OF_PLACE) % {'place': place}})"


def _moment(value: str | datetime, locale: Locale) -> str:
    """Day and minute, in UTC, which it says."""
    moment = _time(value).astimezone(UTC)
    return f"{format_datetime(moment, 'd MMMM y, HH:mm', locale=locale)} UTC"
