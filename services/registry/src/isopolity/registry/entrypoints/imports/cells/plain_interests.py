"""Needs and offers in plain words, such as “literacy, webinar”: pieces are a subject, a mode, topics, an intensity, or
words of the city's own. “health = sdg.3, webinar” says after the mark what the words before it leave open.

Invariant: each piece has one reading, as a code or a name, or is the city's own words. Topics find a subject only where
they belong to no other; own words propose topics and subjects, and set none. What lacks its one subject or its one mode
is `OpenWords`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from isopolity.contracts import input_limits
from isopolity.contracts.codes import MODES, SUBJECTS
from isopolity.registry.entrypoints.imports.cells.codes import CodeList, code_lists
from isopolity.registry.entrypoints.imports.cells.subject_words import subjects_of
from isopolity.tables.rows import shortened
from isopolity.thesaurus.concepts import MOST_TOPICS
from isopolity.thesaurus.proposals import proposed

USUAL_INTENSITY: Final = 3
"""The intensity of a need in words that gives none: the middle one."""
SUBJECT: Final = "subject"
MODE: Final = "mode"
MARK: Final = " = "
"""The mark between words and what they mean."""
_PIECES: Final = re.compile(r"[,/()]|\s[-\u2013\u2014]\s|\s\+\s")
_ENTRIES: Final = re.compile(r"[;\r\n]+")
_INTENSITIES: Final = frozenset("12345")
_MOST_LIKELY: Final = 5


class Unclear(Exception):
    """The words have several readings, or are too long; the message says what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWords:
    """Words that say no need yet, since they lack a subject or a mode, or name several."""

    text: str
    detail: str
    """The sentence that says what to write."""
    lacks: Sequence[str]
    """`subject`, `mode`, or both."""
    subjects: Sequence[str] = ()
    """The likeliest subjects, the first one first."""
    modes: Sequence[str] = ()
    """The modes that the words name."""
    topics: Sequence[str] = ()
    """Topics that the words propose."""


@dataclass(slots=True)
class _Read:
    subjects: list[str] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    intensities: list[int] = field(default_factory=list)
    own: list[str] = field(default_factory=list)


def entries_of(text: str) -> Iterator[str]:
    """The needs in words in an entry of a list: between semicolons, and on lines of their own."""
    return (entry for each in _ENTRIES.split(text) if (entry := each.strip()))


def plain_interests(text: str) -> list[dict[str, object]] | OpenWords:
    """The fields of the needs in `text`, one for each subject; or what `text` leaves open. Raises Unclear."""
    words, meant = _with_meaning(text)
    read = _sorted(words)
    subjects = meant.subjects or read.subjects
    modes = list(dict.fromkeys(meant.modes or read.modes))
    topics = list(dict.fromkeys((*read.topics, *meant.topics)))
    intensities = meant.intensities or read.intensities
    own = words if read.own and not (read.subjects or read.modes or read.intensities) else ", ".join(read.own)
    if len(intensities) > 1 or len(topics) > MOST_TOPICS or len(own) > input_limits.PARAGRAPH:
        raise Unclear(f"“{shortened(text)}” can be read in several ways; put a semicolon between two needs.")
    belonging = subjects_of(topics)
    if not subjects and belonging.found is not None:
        subjects = [belonging.found]
    lacks = [] if len(subjects) == 1 or (subjects and not topics and not own) else [SUBJECT]
    lacks += [] if len(modes) == 1 else [MODE]
    if lacks:
        return _open(text, read, lacks, subjects or belonging.likely, modes)
    others: dict[str, object] = {
        "intensity": intensities[0] if intensities else USUAL_INTENSITY,
        "mode": modes[0],
    }
    if topics:
        others["topics"] = topics
    if own:
        others["title" if len(own) <= input_limits.TITLE else "text"] = own
    return [{"subject": subject, **others} for subject in dict.fromkeys(subjects)]


def completed(text: str, subject: str, mode: str, topics: Sequence[str]) -> str:
    """The words with what a person says that they mean."""
    words, meant = _with_meaning(text)
    codes = [
        *([subject] if subject else meant.subjects),
        *([mode] if mode else meant.modes),
        *dict.fromkeys((*meant.topics, *topics)),
        *map(str, meant.intensities),
    ]
    return f"{words}{MARK}{', '.join(codes)}" if codes else words


def _with_meaning(text: str) -> tuple[str, _Read]:
    """The words, and what is said after the mark that they mean; a text whose end has own words has no mark."""
    words, mark, end = text.rpartition(MARK)
    if mark and words.strip() and not (meant := _sorted(end)).own:
        return words.strip(), meant
    return text, _Read()


def _sorted(text: str) -> _Read:
    """The pieces of the text, each as what it is."""
    lists, read = code_lists(), _Read()
    is_one = _subject(text) is not None or any(lists[noun].code(text) is not None for noun in ("mode", "topic"))
    for piece in filter(None, [text] if is_one else [part.strip() for part in _PIECES.split(text)]):
        if piece in _INTENSITIES:
            read.intensities.append(int(piece))
        elif (mode := lists["mode"].code(piece)) is not None:
            read.modes.append(mode)
        elif (subject := _subject(piece)) is not None:
            read.subjects.append(subject)
        elif (topic := lists["topic"].code(piece)) is not None:
            read.topics.append(topic)
        else:
            read.own.append(piece)
    return read


def _subject(piece: str) -> str | None:
    """The subject with this code or name; else the one named like the topic of this name, so that any language does."""
    lists = code_lists()
    if (subject := lists["subject"].code(piece)) is not None:
        return subject
    topic = lists["topic"].code(piece)
    return None if topic in (None, piece) else lists["subject"].code(lists["topic"].labels[topic])


def _open(text: str, read: _Read, lacks: Sequence[str], subjects: Sequence[str], modes: Sequence[str]) -> OpenWords:
    """What the words leave open, with the likeliest subjects and topics."""
    topics = [each.code for each in proposed(", ".join(read.own), limit=MOST_TOPICS - len(read.topics))]
    near = [code for piece in read.own for code in code_lists()["subject"].near(piece)]
    likely = dict.fromkeys((*subjects, *near, *subjects_of(topics).likely))
    return OpenWords(
        text=text,
        detail=_sentence(text, read, lacks),
        lacks=tuple(lacks),
        subjects=tuple(likely)[:_MOST_LIKELY],
        modes=tuple(modes),
        topics=tuple(topics),
    )


def _sentence(text: str, read: _Read, lacks: Sequence[str]) -> str:
    """The sentence that says what to write where nobody is asked."""
    lists, text = code_lists(), shortened(text)
    if SUBJECT not in lacks:
        known = ", ".join(MODES.values())
        named = SUBJECTS[read.subjects[0]] if read.subjects else text
        return f"Write “{text}” with one mode, as in “{named}, webinar”; modes are {known}."
    if read.subjects:
        return f"“{text}” can be read in several ways; put a semicolon between two needs."
    if read.own and (sentence := _unknown(read.own[0], lists["subject"], lists["mode"], lists["topic"])):
        return sentence
    topic = f"“{text}” names a topic but no subject" if read.topics else f"“{text}” names no subject"
    return f"{topic}; add one of the code list, as in “quality education, webinar”."


def _unknown(piece: str, *lists: CodeList) -> str | None:
    """The sentence about a piece without a reading, with similar names of the first list that has some."""
    return next((codes.unknown(piece, near) for codes in lists if (near := codes.near(piece))), None)
