"""Finds names that imitate others: words with letters of two scripts, or of non-Latin letters that all look Latin.

It warns staff and never blocks: in most cases somebody typed on the wrong keyboard. The table holds the letters of
Cyrillic, Greek and Armenian that Unicode's UTS 39 gives as confusable with a Latin one.
"""

import re
import unicodedata
from typing import Final

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
