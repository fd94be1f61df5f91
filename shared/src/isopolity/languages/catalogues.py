"""The sentences of a language, read from its `.po` file: there is no compiled copy that could be stale.

Invariants: a sentence that has no translation, or a fuzzy one, stays English. In a language that is written from right
to left each value stands in a sentence isolated, so that a Latin name or a number moves no word round it.
"""

import re
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER: Final = Path(str(files("isopolity.languages").joinpath("locale")))
PLACE: Final = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
"""The place of a value in a sentence."""
_ISOLATED: Final = "\N{FIRST STRONG ISOLATE}\\g<0>\N{POP DIRECTIONAL ISOLATE}"


@cache
def translations_of(language: str) -> NullTranslations:
    """The translations into a language; without a catalogue each sentence stays English."""
    file = FOLDER / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=language)
    if Locale.parse(language).text_direction == "rtl":
        _isolate(catalogue)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _isolate(catalogue: Catalog) -> None:
    for message in catalogue:
        if not message.id:
            continue  # the header
        forms = message.string
        if isinstance(forms, str):
            message.string = PLACE.sub(_ISOLATED, forms)
        else:
            message.string = tuple(PLACE.sub(_ISOLATED, form) for form in forms or ())
