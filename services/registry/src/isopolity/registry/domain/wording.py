"""Rules for the texts of an entry: names and a member's own words are one line without hidden characters or links, and
no text holds personal data; and that the ends of ranges are in order.

Invariant: rules apply to input, and there only to new texts. A stored text stays valid until it is edited, even if a
rule is newer; used as another kind of text, it counts as new.

Names that imitate others, with letters of two scripts or of non-Latin letters that all look Latin, only warn staff: in
most cases somebody typed on the wrong keyboard. The table holds the letters of Cyrillic, Greek and Armenian that
Unicode's UTS 39 gives as confusable with a Latin one.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Protocol, TypeVar

from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.domain.privacy import Path, looks_like_address, looks_like_phone, personal, personal_link, plain

_JOINERS: Final = "\u200c\u200d"
"""Zero-width joiners, which Persian and Indian scripts need between letters."""
_VISIBLE_FORMAT: Final = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2"
"""Visible format characters: Arabic signs before a number."""
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Characters that Unicode counts as letters or symbols but that are blank."""
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_GENERIC: Final = (
    "com|org|net|info|biz|edu|gov|example|app|dev|online|site|website|page|xyz|link|click|top|shop|store|icu|рф"
)
_LINK: Final = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://|\bwww\d?\."
    rf"|[^\W_](?:[\w-]*[^\W_])?\.(?:{_GENERIC}|xn--[a-z0-9-]+)(?!\w)"  # evil.com
    r"|[^\W_](?:[\w-]*[^\W_])?\.[a-z]{2}(?:[/?#]\S|:\d)"  # evil.de/login
    r"|[^\W_]\.(?:co|com|org|net|gov|edu|ac)\.[a-z]{2}(?!\w)",  # evil.co.uk
    re.IGNORECASE,
)
_LINK_HINT: Final = re.compile(r"://|\w\.\w|www\d?\.", re.IGNORECASE)
"""A cheap pre-check: every match of the pattern above contains one of these; sentences seldom do."""

_LETTER: Final = "[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e']"
"""A Latin letter that Unicode normalisation does not change, or an apostrophe."""
_ORDINARY: Final = re.compile(rf"{_LETTER}+(?:[ -](?!(?i:at|ät|arroba|chez)[ -]){_LETTER}+){{0,5}}")
"""Names of at most six ordinary words, which no rule can refuse; most names match. A spelled-out telephone number has
at least seven words.
"""

Kind = Literal["name", "person", "words", "prose", "link", "number"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text of an entry, its path, and its kind: a name, a member's own words, prose, and so on."""

    path: Path
    text: str | None
    kind: Kind = "name"


class Worded(Protocol):
    """An entry with texts."""

    def texts(self) -> Iterable[Text]:
        """All texts of the entry."""


def refuse_unfit(value: Worded, stored: Worded | None = None, *, place: Path = ()) -> None:
    """Raise InvalidProfile if a text of `value` is unfit and not in `stored`; paths begin with `place`."""
    known = {(one.kind, one.text) for one in stored.texts()} if stored is not None else set()
    new = (one for one in value.texts() if one.text and (one.kind, one.text) not in known)
    if errors := [error for one in new if not _is_ordinary(one) for error in unfit(one)]:
        raise InvalidProfile([FieldError((*place, *error.path), error.detail) for error in errors])


def _is_ordinary(one: Text) -> bool:
    """Whether this is an ordinary name, which no rule refuses."""
    return one.kind in ("name", "person") and _ORDINARY.fullmatch(one.text or "") is not None


def unfit(one: Text) -> Iterable[FieldError]:
    """The errors that all rules find in a text."""
    text = one.text or ""
    match one.kind:
        case "link":
            yield from list(personal_link(one.path, text)) or _unfit_signs(one.path, text)
        case "number":
            if looks_like_address(text):
                yield FieldError(one.path, "Give the number of the organisation's register entry.")
        case "prose":
            yield from personal(one.path, text)
        case "person" if looks_like_address(text) or looks_like_phone(text):
            yield FieldError(one.path, "Take the e-mail address or phone number out of the name.")
        case "person":
            yield from _unfit_name(one.path, text)
        case "name":
            yield from list(personal(one.path, text)) or _unfit_name(one.path, text)
        case "words":
            yield from list(personal(one.path, text)) or _unfit_name(one.path, text, "text")


def _unfit_name(path: Path, name: str, what: str = "name") -> Iterable[FieldError]:
    yield from _unfit_signs(path, name)
    bare = plain(name)
    if _LINK_HINT.search(bare) is not None and _LINK.search(bare) is not None:
        yield FieldError(path, f"Take the web address out of the {what}; members have a field of their own for it.")


def _unfit_signs(path: Path, text: str) -> Iterable[FieldError]:
    if (hidden := _hidden(text)) is not None:
        yield FieldError(path, f"Take the invisible character U+{ord(hidden):04X} out of it.")


def _hidden(name: str) -> str | None:
    """The first character that is invisible or changes the text direction, except joiners between letters."""
    if name.isprintable() and (name.isascii() or _BLANK_LETTERS.isdisjoint(name)):
        return None
    for position, sign in enumerate(name):
        category = unicodedata.category(sign)
        if sign in _JOINERS:
            if not (0 < position < len(name) - 1 and _is_letter(name[position - 1]) and _is_letter(name[position + 1])):
                return sign
        elif sign in _BLANK_LETTERS or (category in _INVISIBLE and sign not in _VISIBLE_FORMAT):
            return sign
    return None


def _is_letter(sign: str) -> bool:
    """Whether `sign` is a letter, or a mark that belongs to one."""
    return unicodedata.category(sign)[0] in "LM"


_CYRILLIC: Final = dict(zip("аеорсухѕіјԛԝһӏԁАВЕКМНОРСТУХЅІЈԌ", "aeopcyxsijqwhldABEKMHOPCTYXSIJG", strict=True))  # noqa: RUF001 - confusable by intent
_GREEK: Final = dict(zip("οναιρυγσΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ovaipuyoABEZHIKMNOPTYX", strict=True))  # noqa: RUF001 - confusable by intent
_ARMENIAN: Final = dict(zip("օսոհզՏՕԼ", "ounhqSOL", strict=True))
_LATIN_OF: Final = _CYRILLIC | _GREEK | _ARMENIAN
_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u200c\u200d\u0300-\u036f]+[^\W\d_]+)*")
_EAST_ASIAN: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"})
"""Scripts that may be mixed with each other and with Latin in one word."""
_OF_ANY_SCRIPT: Final = frozenset({"MODIFIER", "COMBINING", "ZERO"})
_SHORTEST: Final = 3
"""The fewest letters of a word that is checked; shorter words often look alike by chance."""


def warnings(name: str) -> tuple[str, ...]:
    """A sentence for each word of `name` that may imitate another word."""
    if name.isascii():
        return ()
    words = _WORD.findall(unicodedata.normalize("NFKC", name))
    return tuple(sentence for word in words if (sentence := _warning(word)) is not None)


def _warning(word: str) -> str | None:
    scripts = {script for sign in word if (script := _script(sign)) is not None} - _EAST_ASIAN
    if len(scripts) > 1:
        listed = " and ".join(script.capitalize() for script in sorted(scripts))
        return f"“{word}” mixes letters of {listed}; ask whether this is meant."
    if len(word) >= _SHORTEST and all(sign in _LATIN_OF for sign in word):
        latin = "".join(_LATIN_OF[sign] for sign in word)
        return (
            f"“{word}” is written in {scripts.pop().capitalize()} but looks like “{latin}”; ask whether this is meant."
        )
    if scripts == {"LATIN"} and any(unicodedata.category(sign) == "Cf" for sign in word):
        return f"“{word}” holds an invisible joiner, which Latin letters do not need."
    return None


def _script(sign: str) -> str | None:
    """The script of a letter, by its Unicode name; None for characters of any script."""
    script = unicodedata.name(sign, "ZERO").partition(" ")[0].partition("-")[0]
    return None if script in _OF_ANY_SCRIPT else script


Bound = TypeVar("Bound", int, date)


def ordered(low: Bound | None, last: str, high: Bound | None) -> Iterable[FieldError]:
    """An error of the field `last` if its value `high` is less than `low`."""
    if low is not None and high is not None and high < low:
        least = f"{low.isoformat()} or a later day" if isinstance(low, date) else f"{low:,} or more"
        yield FieldError((last,), f"Give {least}: that is where it begins.")
