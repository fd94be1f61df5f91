"""Makes the table of topics from the UNESCO Thesaurus: `python data/build_thesaurus.py FOLDER [concepts.csv]`.

FOLDER has the thesaurus as `unesco-thesaurus.ttl.xz`: SKOS in Turtle, as UNESCO publishes it. The table has a row for
each concept but countries and groups of countries (domain 7), since members say in other fields where they work. A
concept that is related to itself loses that. Same input, same output. Anything in the file that the script does not
read ends it with a sentence.
"""

import csv
import io
import lzma
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

SOURCE: Final = "unesco-thesaurus.ttl.xz"
OUTPUT: Final = Path(__file__).parents[1] / "shared/src/isopolity/thesaurus/concepts.csv"
LANGUAGES: Final = ("en", "fr", "es", "ru", "ar")
_COUNTRIES: Final = "7."
"""The beginning of the numbers of the groups whose concepts are countries and groups of countries."""
_TOKEN: Final = re.compile(
    r"""\s*(?: (?P<text>\"{3}(?:[^"\\]|\\.|"{1,2}(?!"))*\"{3} | "(?:[^"\\\n]|\\.)*")
        (?:@(?P<language>[\w-]+) | \^\^[\w:]+)?
    | <(?P<address>[^<>\s]*)> | (?P<name>@?[\w-]*:?[\w./-]*[\w-]) | (?P<mark>[;,.:]) )""",
    re.VERBOSE,
)
_CONCEPT: Final = re.compile(r":concept(\d+)")
_GROUP: Final = re.compile(r"http://vocabularies\.unesco\.org/thesaurus/mt([\d.]+)")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}

Statements = Mapping[str, Sequence[tuple[str, str]]]
"""The statements about one subject: for each predicate its objects, each as its value and its language, or ""."""


def table(turtle: str) -> str:
    """The table as CSV. Raises ValueError with a sentence."""
    concepts: dict[int, Statements] = {}
    groups: dict[int, str] = {}
    for subject, said in subjects(turtle):
        if ("skos:Concept", "") in said.get("a", ()) and (concept := _CONCEPT.fullmatch(subject)):
            concepts[int(concept[1])] = said
        elif group := _GROUP.fullmatch(subject):
            groups.update(dict.fromkeys(_numbers(said, "skos:member"), group[1]))
    kept = sorted(number for number in concepts if not groups[number].startswith(_COUNTRIES))
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["number", "group", "broader", "related", *LANGUAGES, *(f"also_{each}" for each in LANGUAGES)])
    for number in kept:
        rows.writerow([number, groups[number], *_cells(concepts[number], {*kept} - {number})])
    return written.getvalue()


def _cells(said: Statements, kept: set[int]) -> Iterator[str]:
    for predicate in ("skos:broader", "skos:related"):
        yield " ".join(str(each) for each in _numbers(said, predicate) if each in kept)
    for predicate in ("skos:prefLabel", "skos:altLabel"):
        for language in LANGUAGES:
            labels = [" ".join(text.split()) for text, spoken in said.get(predicate, ()) if spoken == language]
            if any("|" in label for label in labels):
                raise ValueError(f"a label has the mark that separates labels: {labels}")
            yield "|".join(labels)


def _numbers(said: Statements, predicate: str) -> list[int]:
    found = [_CONCEPT.fullmatch(value) for value, _ in said.get(predicate, ())]
    return sorted(int(each[1]) for each in found if each)


def subjects(turtle: str) -> Iterator[tuple[str, Statements]]:
    """Each subject of the file with what is said of it."""
    words: list[tuple[str, str]] = []
    for value, kind in _tokens(turtle):
        if (value, kind) != (".", "mark"):
            words.append((value, kind))
        elif words:
            if not words[0][0].startswith("@prefix"):
                yield words[0][0], _statements(words)
            words = []
    if words:
        raise ValueError(f"the last statement has no end: {words[:3]}")


def _statements(words: Sequence[tuple[str, str]]) -> Statements:
    said: dict[str, list[tuple[str, str]]] = {}
    objects: list[tuple[str, str]] | None = None
    expects_object = True
    for value, kind in words[1:]:
        if objects is None:
            objects = said.setdefault(value, [])
            expects_object = True
        elif (kind == "mark") == expects_object:
            raise ValueError(f"“{value}” stands where something else is expected, after {words[0][0]}")
        elif kind == "mark":
            objects = None if value == ";" else objects
            expects_object = True
        else:
            objects.append((value, kind))
            expects_object = False
    if objects is None or expects_object:
        raise ValueError(f"the statement about {words[0][0]} breaks off")
    return said


def _tokens(turtle: str) -> Iterator[tuple[str, str]]:
    """Each word of the file as its value and “mark”, a language, or “”."""
    place, end = 0, len(turtle.rstrip())
    while place < end:
        found = _TOKEN.match(turtle, place)
        if found is None:
            raise ValueError(f"this is not understood: {turtle[place : place + 60].strip()}")
        place = found.end()
        if (text := found["text"]) is not None:
            quotes = 3 if text.startswith('"""') else 1
            yield _ESCAPED.sub(_unescaped, text[quotes:-quotes]), found["language"] or ""
        elif found["mark"] is not None:
            yield found["mark"], "mark"
        else:
            yield found["name"] if found["address"] is None else found["address"], ""


def _unescaped(escape: re.Match[str]) -> str:
    if (letter := escape[1]) not in _ESCAPES:
        raise ValueError(f"the escape \\{letter} is not read")
    return _ESCAPES[letter]


def main() -> int:
    """Read the thesaurus from the folder that is named, write the table."""
    if len(sys.argv) not in (2, 3):
        sys.stderr.write(f"{(__doc__ or '').splitlines()[0]}\n")
        return 2
    output = Path(sys.argv[2]) if sys.argv[2:] else OUTPUT
    try:
        written = table(lzma.decompress((Path(sys.argv[1]) / SOURCE).read_bytes()).decode())
    except (OSError, ValueError, lzma.LZMAError) as wrong:
        sys.stderr.write(f"{SOURCE}: {wrong}\n")
        return 2
    output.write_text(written, encoding="utf-8")
    sys.stdout.write(f"{written.count(chr(10)) - 1:,} concepts, {len(written.encode()):,} bytes: {output}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
