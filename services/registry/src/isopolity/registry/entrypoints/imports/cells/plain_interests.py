"""Needs and offers in plain words, such as “literacy, webinar”: pieces are a subject, a mode, topics, an intensity.

Invariant: each piece has exactly one reading, as a code or a name; a piece with none, or a need that lacks its subject
or its mode, becomes one sentence that asks. Subjects with a name in the thesaurus may be written in its languages.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from isopolity.contracts.codes import MODES, SUBJECTS
from isopolity.registry.entrypoints.imports.cells.codes import CodeList, code_lists
from isopolity.thesaurus.concepts import MOST_TOPICS

USUAL_INTENSITY: Final = 3
"""The intensity of a need in words that gives none: the middle one."""
_PIECES: Final = re.compile(r"[,/()]|\s[-\u2013\u2014]\s|\s\+\s")
_INTENSITIES: Final = frozenset("12345")
_MOST_PIECES: Final = 12


class Unclear(Exception):
    """The words have no reading, or several; the message says what to write."""


@dataclass(slots=True)
class _Read:
    subjects: list[str] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    intensities: list[int] = field(default_factory=list)


def plain_interests(text: str) -> list[dict[str, object]]:
    """The fields of the needs in `text`, which has no colon: one for each subject. Raises Unclear."""
    read = _Read()
    pieces = [text] if _subject(text) is not None else [part.strip() for part in _PIECES.split(text)]
    for piece in filter(None, pieces[: _MOST_PIECES + 1]):
        _sort(piece, read)
    if not read.subjects:
        topic = f"“{text}” names a topic but no subject" if read.topics else f"“{text}” names no subject"
        raise Unclear(f"{topic}; add one of the code list, as in “quality education, webinar”.")
    if len(read.modes) != 1:
        known = ", ".join(MODES.values())
        raise Unclear(
            f"Write “{text}” with one mode, as in “{SUBJECTS[read.subjects[0]]}, webinar”; modes are {known}."
        )
    if len(read.intensities) > 1 or len(read.topics) > MOST_TOPICS or (len(read.subjects) > 1 and read.topics):
        raise Unclear(f"“{text}” can be read in several ways; put a semicolon between two needs.")
    others: dict[str, object] = {
        "intensity": read.intensities[0] if read.intensities else USUAL_INTENSITY,
        "mode": read.modes[0],
    }
    if read.topics:
        others["topics"] = read.topics
    return [{"subject": subject, **others} for subject in dict.fromkeys(read.subjects)]


def _sort(piece: str, read: _Read) -> None:
    """Add the piece as a subject, a mode, a topic or an intensity. Raises Unclear."""
    lists = code_lists()
    if piece in _INTENSITIES:
        read.intensities.append(int(piece))
    elif (mode := lists["mode"].code(piece)) is not None:
        read.modes.append(mode)
    elif (subject := _subject(piece)) is not None:
        read.subjects.append(subject)
    elif (topic := lists["topic"].code(piece)) is not None:
        read.topics.append(topic)
    else:
        raise Unclear(_unknown(piece, lists["subject"], lists["mode"], lists["topic"]))


def _subject(piece: str) -> str | None:
    """The subject with this code or name; else the one named like the topic of this name, so that any language does."""
    lists = code_lists()
    if (subject := lists["subject"].code(piece)) is not None:
        return subject
    topic = lists["topic"].code(piece)
    return None if topic is None else lists["subject"].code(lists["topic"].labels[topic])


def _unknown(piece: str, *lists: CodeList) -> str:
    """The sentence about a piece without a reading, with similar names of the first list that has some."""
    for codes in lists:
        if near := codes.near(piece):
            return codes.unknown(piece, near)
    return f"{lists[0].unknown(piece)} Write a need as in “literacy, webinar”."
