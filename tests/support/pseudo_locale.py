"""An artificial language that shows which texts are translated: accented, longer, and written from right to left.

Invariant: every text of the pages is in its catalogue, marked by its brackets; numbers, days, countries and languages
are Arabic's, so that a Latin word on a page is one that was not translated.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from isopolity.languages import catalogues
from isopolity.portal.adapters import templates
from isopolity.portal.entrypoints import http

LANGUAGE: Final = "ar"
OPENING, CLOSING = "⟦", "⟧"
_SOURCES: Final = Path(templates.__file__).parents[1]
_ACCENTED: Final = str.maketrans("aeiouycnszAEIOUYCNSZ", "áéíóúýçñšžÁÉÍÓÚÝÇÑŠŽ")
_KEPT: Final = re.compile(r"(%\(\w+\)[sd]|<[^>]*>|&\w+;|%%)")
_LONGER: Final = 0.4
"""The share by which texts in other languages are longer than in English."""


def pseudo(text: str) -> str:
    """The text in the language; places for values, and markup, stay."""
    accented = "".join(part if _KEPT.fullmatch(part) else part.translate(_ACCENTED) for part in _KEPT.split(text))
    return f"{OPENING}{accented}{' ~~~' * (1 + int(len(text) * _LONGER) // 4)}{CLOSING}"


def write_catalogue(folder: Path) -> None:
    """Write the catalogue of all texts of the portal below `folder`, where `translations_of` finds it."""
    catalogue = Catalog(locale=LANGUAGE)
    found = extract_from_dir(
        _SOURCES,
        [("templates/**.html", "jinja2"), ("**.py", "python")],
        {"templates/**.html": {"encoding": "utf-8", "trimmed": "true"}},
    )
    for _, _, message, _, context in found:
        forms = message if isinstance(message, tuple) else (message,)
        told = pseudo(forms[-1])
        catalogue.add(message, (told,) * catalogue.num_plurals if len(forms) > 1 else told, context=context)
    for text in templates.titles():
        catalogue.add(text, pseudo(text))
    with (folder / f"{LANGUAGE}.po").open("wb") as written:
        write_po(written, catalogue)


@contextmanager
def pseudo_locale(folder: Path) -> Iterator[None]:
    """Inside the block, all pages are in the language, with its catalogue in `folder`."""
    write_catalogue(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(catalogues, "FOLDER", folder)
        for name, module in sorted(sys.modules.items()):
            if name.startswith(http.__name__) and hasattr(module, "language_of"):
                patched.setattr(module, "language_of", lambda _request: LANGUAGE)
        _forget_languages()
        yield
    _forget_languages()


def _forget_languages() -> None:
    catalogues.translations_of.cache_clear()
    templates.environment.cache_clear()
