"""Topics inside a sentence: the label without its capital letter, unless it is a name."""

import re
from typing import Final

from isopolity.thesaurus.concepts import DEFAULT_LANGUAGE, column, concepts, label

_PLAIN: Final = re.compile(r"([^\W\d_])[^A-ZА-ЯÀ-Þ]*")  # noqa: RUF001 - Cyrillic capitals are meant
"""A label whose only capital letter is the first one."""
_FIRST_WORD: Final = re.compile(r"[A-Za-z]+")
_OF_LANGUAGES: Final = "3.35"
"""The group of the thesaurus whose topics are languages."""
_NAMES: Final = re.compile(
    "African|American|Amerindians?|Antarctic|Arab(ic|s)?|Arctic|Asians?|Aztecs|Baltic|Brahmanism|Buddhism|Byzantine|"
    "Caribbean|Catholicism|Christianity|Christians|Confucianism|Egyptology|European|Fulbe|Hinduism|Iberian|Incas|"
    "Indians|Inuit|Islam(ic)?|Jews|Judaism|Marxism|Mayas|Moslems|Nazism|Precambrian|Protestantism|Roma|Scandinavian|"
    "Slav|Taoism|Zoroastrianism"
)
"""First words that keep their capital letter in English."""


def within(code: str, language: str = DEFAULT_LANGUAGE) -> str:
    """The label as a sentence has it: “adult literacy”, “Arab culture”, “AIDS education”; an unknown code as it is."""
    name = label(code, language)
    found = concepts().get(code)
    if found is None or _PLAIN.fullmatch(name) is None:
        return name
    if column(language) == DEFAULT_LANGUAGE or name == found.labels[DEFAULT_LANGUAGE]:
        first = _FIRST_WORD.match(name)
        if found.group == _OF_LANGUAGES or (first and _NAMES.fullmatch(first[0])):
            return name
    return f"{name[:1].lower()}{name[1:]}"
