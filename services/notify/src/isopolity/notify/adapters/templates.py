"""Jinja2 environments for mails and pages, one for each language, compiled once.

Invariant: everything put into HTML is escaped; a missing name is an error, not an empty string.
"""

import re
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit
from jinja2 import ChoiceLoader, Environment, FunctionLoader, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from isopolity.contracts.codes import CONTACT_ROLES, REGIONS, SUBJECTS, SUPPORTS, creative_title
from isopolity.contracts.countries import country_name
from isopolity.contracts.matching import TO_MIND
from isopolity.identity.member_tokens import Bearer, hue, letter_of, pair_token
from isopolity.languages.catalogues import translations_of
from isopolity.languages.offered import ENGLISH, offered
from isopolity.machine import periods
from isopolity.machine.clock import day_in, offset_of, place_of, zone
from isopolity.notify.domain.proposal import MEETING, Side
from isopolity.thesaurus.concepts import label

_PACKAGE: Final = "isopolity.notify"
IN_LANGUAGES: Final = ("sign-in",)
"""Mails that are offered in all languages; all others, and the answer pages, are English as a whole (ADR 0129)."""
_LAST_BRACKETS: Final = re.compile(r"(?: \(|\uff08)([^()]+)[)\uff09]$")
_SENTENCES: Final = ("sentences", "contact-changes")
"""Templates with sentences that plain text and HTML share."""


def language_of(mail: str, wanted: str) -> str:
    """The language of a mail for a reader who wants `wanted`, an ISO 639 code; English where that is not offered."""
    return offered(wanted) if mail in IN_LANGUAGES else ENGLISH


@cache
def environment(language: str) -> Environment:
    """The Jinja2 environment for one language."""
    loader = ChoiceLoader([FunctionLoader(_sentences_for_html), PackageLoader(_PACKAGE, "templates")])
    made = Environment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    made.policies["ext.i18n.trimmed"] = True  # a sentence may be laid out on several lines
    translations = translations_of(language)
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined] # the extension adds it
    locale = _locale(language)
    made.globals |= {"TO_MIND": TO_MIND, "MEETING": MEETING, "periods": periods, "direction": locale.text_direction}
    made.globals |= {"pair_token": _pair_token, "hue_of": hue, "letter_of": letter_of}
    made.filters["date"] = lambda moment: _date(moment, locale)
    made.filters["date_in"] = lambda moment, name: _date(day_in(moment, name), locale)
    made.filters["local"] = lambda moment, name: _local(moment.astimezone(zone(name)), locale)
    made.filters["period"] = lambda period: _period(period, locale)
    made.filters["place"] = lambda name: _place(name, locale)
    made.filters["offset"] = lambda moment, name: offset_of(moment.astimezone(zone(name)))
    made.filters["number"] = lambda number: format_decimal(number, locale=locale)
    made.filters["country"] = lambda code: country_name(code, language)
    made.filters["countries"] = lambda codes: format_list(
        [country_name(code, language) for code in codes], locale=locale
    )
    made.filters["in_brackets"] = _in_brackets
    made.filters["regions"] = lambda codes: "; ".join(REGIONS.get(code, code) for code in codes)
    made.filters["subjects"] = lambda codes: "; ".join(SUBJECTS.get(code, code) for code in codes)
    made.filters["topics"] = lambda codes: "; ".join(label(code, language) for code in codes)
    made.filters["supports"] = lambda codes: format_list([SUPPORTS.get(code, code) for code in codes], locale=locale)
    made.filters["role"] = lambda code: CONTACT_ROLES.get(code, code)
    made.filters["creative"] = creative_title
    made.filters["one_line"] = lambda text: " ".join(text.split())
    return made


@cache
def asset(name: str) -> Markup:
    """The text of a file beside the templates, such as a stylesheet; it is trusted and not escaped."""
    return Markup(files(_PACKAGE).joinpath("templates", name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _pair_token(own: Side, other: Side, *, said_yes: bool = False, agreed: bool = False, size: str = "") -> Markup:
    """The two halves of a proposal, for pages; mail programs strip SVG."""
    left, right = (Bearer(side.member_id, side.member_kind, side.name) for side in (own, other))
    svg = pair_token(left, right, said_yes=said_yes, agreed=agreed, size=size)
    return Markup(svg)  # noqa: S704 - drawn by us, its texts escaped


def _sentences_for_html(name: str) -> str | None:
    """Shared sentences, named `.html` so that they are escaped: a macro escapes as its own template, not its caller."""
    stem = name.removesuffix(".html")
    return asset(f"{stem}.txt") if name.endswith(".html") and stem in _SENTENCES else None


def _locale(language: str) -> Locale:
    if language == ENGLISH:
        return Locale("en", "GB")  # the day before the month, as most of the world writes it
    return Locale.parse(language)


def _in_brackets(name: str) -> str:
    """A name that is to stand in brackets, without its own: “Iran, Islamic Republic of”."""
    return _LAST_BRACKETS.sub(r", \1", name)


def _local(moment: datetime, locale: Locale) -> str:
    return f"{_date(moment, locale)}, {format_time(moment, 'HH:mm', locale=locale)}"


def _period(period: timedelta, locale: Locale) -> str:
    number, unit = periods.counted(period)
    return str(format_unit(number, f"duration-{unit}", "long", locale=locale))


def _place(name: str | None, locale: Locale) -> str:
    """The city of a time zone, in the language of `locale`; empty for a zone without a city, such as UTC."""
    if place_of(name) is None:
        return ""
    return str(get_timezone_location(zone(name), locale, return_city=True)).rpartition("/")[2]


def _date(moment: date | datetime, locale: Locale) -> str:
    return format_date(moment, "long", locale=locale)
