"""Jinja2 environments of the pages, one a language, compiled once.

Invariant: everything put into HTML is escaped; a name that is missing is an error, not an empty place.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.languages import get_official_languages
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.support import Translations
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from isopolity.contracts.codes import (
    CITY_KINDS,
    CONTACT_ROLES,
    CREATIVE_FIELDS,
    MODES,
    PARTNER_KINDS,
    REGIONS,
    SUBJECTS,
    SUPPORTS,
    country_names,
    creative_title,
)

DEFAULT_LANGUAGE: Final = "en"
ANSWERS: Final = {
    "yes": "you said yes",
    "pending": "you said yes, once approved",
    "later": "you said later",
    "no": "you said no",
}
_PACKAGE: Final = "isopolity.portal"
_LOCALE: Final = Locale("en", "GB")
"""The day before the month, as most of the world writes it."""


@cache
def environment(language: str = DEFAULT_LANGUAGE) -> Environment:
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
    catalogues = Path(str(files(_PACKAGE).joinpath("locale")))
    translations = Translations.load(catalogues, [language], "messages")
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined] # the extension adds it
    filters: dict[str, Callable[[Any], str]] = {
        "capital": lambda text: text[:1].upper() + text[1:],
        "country": lambda code: _LOCALE.territories.get(code) or country_names().get(code, code),
        "countries": lambda codes: _listed([_LOCALE.territories.get(code, code) for code in codes]),
        "date": lambda day: format_date(date.fromisoformat(day), "long", locale=_LOCALE),
        "language": lambda code: _language(code),
        "moment": _moment,
        "number": lambda number: format_decimal(number, locale=_LOCALE),
        "listed": _listed,
        "creative": creative_title,
    }
    made.filters |= filters
    made.globals |= {
        "CITY_KINDS": CITY_KINDS,
        "CREATIVE_FIELDS": CREATIVE_FIELDS,
        "COUNTRIES": sorted(country_names().items(), key=lambda each: each[1]),
        "LANGUAGES": _languages(),
        "MODES": MODES,
        "PARTNER_KINDS": PARTNER_KINDS,
        "REGIONS": REGIONS,
        "SUBJECTS": SUBJECTS,
        "SUPPORTS": SUPPORTS,
        "ROLES": CONTACT_ROLES,
        "ANSWERS": ANSWERS,
        "version": asset_version(),
    }
    return made


@cache
def environment_with(folder: Path) -> Environment:
    """The templates, and those in `folder`, which may extend them."""
    return environment().overlay(loader=ChoiceLoader([FileSystemLoader(folder), PackageLoader(_PACKAGE, "templates")]))


@cache
def asset_version() -> str:
    """Stands for the files in `static/`; addresses of assets hold it, so that browsers may keep them."""
    folder = Path(str(files(_PACKAGE).joinpath("static")))
    told = b"".join(file.read_bytes() for file in sorted(folder.iterdir()))
    return blake2b(told, digest_size=6).hexdigest()


def _languages() -> list[tuple[str, str]]:
    """Codes and names of the languages that are official somewhere, in the order of the names."""
    codes = {code for country in country_names() for code in get_official_languages(country, de_facto=True)}
    named = {code: _language(code) for code in codes if "_" not in code}
    return sorted(named.items(), key=lambda each: each[1])


def _language(code: str) -> str:
    names: Mapping[str, str] = _LOCALE.languages
    return names.get(code.replace("-", "_")) or names.get(code.partition("-")[0], code)


def _moment(text: str) -> str:
    """Day and minute, in UTC, which it says."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return f"{format_datetime(moment, 'd MMMM y, HH:mm', locale=_LOCALE)} UTC"


def _listed(entries: Sequence[str]) -> str:
    return format_list(list(entries), locale=_LOCALE)
