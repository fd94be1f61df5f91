"""Catalogues as files, `<code>.po`: read, brought up to the sentences of today, written so that diffs stay small."""

from io import BytesIO
from pathlib import Path
from typing import Final

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

FOLDER: Final = Path("shared/src/isopolity/languages/locale")
_HEADER: Final = """\
# {name} sentences of Isopolity; docs/translating.md says how to change them."""
_NEW: Final = "# Not offered yet: a row of isopolity/languages/offered.py offers it."
_WIDTH: Final = 100


def codes(root: Path) -> list[str]:
    """The languages that have a catalogue."""
    return sorted(file.stem for file in (root / FOLDER).glob("*.po"))


def catalogue_of(code: str, root: Path) -> Catalog:
    """The catalogue of a language; an empty one where it has none. Raises UnknownLocaleError for no language."""
    file = root / FOLDER / f"{code}.po"
    if not file.exists():
        locale = Locale.parse(code)
        header = f"{_HEADER.format(name=locale.english_name)}\n{_NEW}"
        return Catalog(locale=locale, header_comment=header, fuzzy=False)
    with file.open("rb") as opened:
        return read_po(opened, locale=code)


def updated(catalogue: Catalog, sentences: Catalog) -> str:
    """The text of the catalogue with these sentences and no others.

    A sentence that has changed a little keeps its translation, marked fuzzy, with its earlier words beside it.
    """
    catalogue.update(sentences, update_header_comment=False, update_creation_date=False)
    catalogue.obsolete.clear()
    for message in catalogue:
        if message.previous_id and _is_another(message, sentences):
            message.string, message.previous_id = ("", "") if message.pluralizable else "", []
            message.flags.discard("fuzzy")
    written = BytesIO()
    write_po(written, catalogue, width=_WIDTH, omit_header=True, include_previous=True, include_lineno=False)
    return f"{_head(catalogue)}\n{written.getvalue().decode()}"


def _is_another(message: Message, sentences: Catalog) -> bool:
    """Whether the translation is that of a sentence which is still in use, or which has not the same plurals."""
    (first, *more) = message.previous_id
    return sentences.get(first, message.context) is not None or bool(more) != message.pluralizable


def _head(catalogue: Catalog) -> str:
    """Comment and header: the language and its plural forms; no days, which would change with each run."""
    fields = {
        "Language": str(catalogue.locale),
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalogue.plural_forms,
    }
    lines = "\n".join(f'"{name}: {value}\\n"' for name, value in fields.items())
    return f'{catalogue.header_comment}\nmsgid ""\nmsgstr ""\n{lines}\n'
