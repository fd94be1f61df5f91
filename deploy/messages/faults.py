"""Faults of a catalogue, such as a missing sentence or a lost place; one sentence for each."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from babel.messages.catalog import Catalog, Message

from isopolity.languages.catalogues import PLACE
from isopolity.languages.offered import OFFERED

MACHINE: Final = "Translated by a machine"
"""Begins the line in the header of a catalogue that no native speaker has checked."""
_MARKUP: Final = re.compile(r"<[^>]*>|&\w+;")
_DIRECTIONS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def faults_of(catalogue: Catalog) -> Iterator[str]:
    """Faults of a catalogue that is up to date; sentences may be missing only in a language that is not offered."""
    code = str(catalogue.locale)
    language = OFFERED.get(code)
    if language is not None and language.is_provisional != (MACHINE in catalogue.header_comment):
        yield (
            f"{code}.po: the header says “{MACHINE}” if, and only if, "
            "the language is provisional in isopolity/languages/offered.py"
        )
    for message in catalogue:
        if message.id:
            for fault in _faults(message, catalogue.num_plurals, is_offered=language is not None):
                yield f"{code}.po: {fault}: “{_forms(message.id)[0]}”"


def _faults(message: Message, plurals: int, *, is_offered: bool) -> Iterator[str]:
    forms = _forms(message.string)
    if not any(forms):
        if is_offered:
            yield "not translated"
        return
    if message.fuzzy and is_offered:
        yield "fuzzy: compare it with the changed English sentence, then delete the line “#, fuzzy”"
    if message.pluralizable and (len(forms) != plurals or not all(forms)):
        yield f"{plurals} plural forms are needed"
        return
    sources = _forms(message.id)
    allowed = {place for source in sources for place in PLACE.findall(source)}
    for number, form in enumerate(forms):
        places = set(PLACE.findall(form))
        if places - allowed:
            yield f"unknown place {', '.join(sorted(places - allowed))}"
        needed = set(PLACE.findall(sources[-1])) if number == len(forms) - 1 else set()
        if needed - places:
            yield f"lost place {', '.join(sorted(needed - places))}"
        if Counter(_MARKUP.findall(form)) != Counter(_MARKUP.findall(sources[-1])):
            yield "other markup"
        if _DIRECTIONS.search(form):
            yield "characters of direction, which the pages set themselves"
        if form != form.strip(" \n\t"):
            yield "space at its beginning or end"


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    if text is None or isinstance(text, str):
        return (text or "",)
    return tuple(each or "" for each in text)
