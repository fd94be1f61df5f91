"""Names, numbers and lists as a sentence in English has them.

Invariant: a sentence is written once, in English, as the argument of `say`; another voice finds its translation by it.
"""

from collections.abc import Sequence
from typing import Final

from isopolity.contracts.codes import SUPPORTS, creative_title
from isopolity.wording import phrases


class Voice:
    """English in plain text; the other voices replace its methods."""

    language: str = "en"

    def say(self, pattern: str, **values: object) -> str:
        """A sentence, or a part of one, with its values; `pattern` is a literal, by which catalogues find it."""
        return pattern.format(**values)

    def joined(self, *clauses: str) -> str:
        """Whole clauses as one sentence, without its full stop: “Graz offers one; it rates itself 4 of 5”."""
        return "; ".join(filter(None, clauses))

    def whole(self, text: str) -> str:
        """`text` as a sentence that ends with a full stop."""
        return phrases.sentence(text)

    def title(self, text: str, _language: str | None = None) -> str:
        """Words of a member's own, and the language in which they are written."""
        return text

    def subject(self, code: str) -> str:
        """A subject inside a sentence."""
        return phrases.subject(code)

    def subjects(self, codes: Sequence[str]) -> str:
        """Subjects after “on”, which stands before each, because their names have commas."""
        return " and on ".join(self.subject(code) for code in codes)

    def topic(self, code: str) -> str:
        """A topic inside a sentence."""
        return phrases.topic(code)

    def mode(self, code: str) -> str:
        """A mode with its article: “a study visit”, “training”."""
        return phrases.a_mode(code)

    def mode_first(self, code: str) -> str:
        """A mode as the subject of a clause."""
        return self.mode(code)

    def support(self, code: str) -> str:
        """A form of support."""
        return SUPPORTS[code]

    def languages(self, codes: Sequence[str]) -> str:
        """Languages as a list."""
        return phrases.listed([phrases.language(code) for code in codes])

    def region(self, code: str) -> str:
        """A region after “in”."""
        return phrases.region(code)

    def creative(self, field: str) -> str:
        """A creative field as the title of its cities has it."""
        return creative_title(field)

    def kilometres(self, value: int) -> str:
        """A distance as exact as a reader wants it."""
        return phrases.kilometres(value)

    def people(self, value: int) -> str:
        """A population as exact as a reader wants it."""
        return phrases.people(value)

    def two_populations(self, mine: int, theirs: int) -> tuple[str, str]:
        """Two populations that stand beside each other: “2.5” and “2.2 million”."""
        return phrases.two_numbers(mine, theirs)

    def number(self, value: int) -> str:
        """A whole number."""
        return phrases.count(value)


ENGLISH: Final = Voice()
