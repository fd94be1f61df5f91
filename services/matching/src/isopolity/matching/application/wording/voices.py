"""Who a sentence is about: the reader (“you offer”) or somebody by name (“Lyon offers”)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a pair in a sentence; `reads` if the sentence is told to it."""

    name: str
    reads: bool = False

    @property
    def first(self) -> str:
        """As the first word: “You”, “Lyon”."""
        return "You" if self.reads else self.name

    @property
    def within(self) -> str:
        """Inside a sentence: “you”, “Lyon”."""
        return "you" if self.reads else self.name

    @property
    def itself(self) -> str:
        """“yourselves”, “itself”."""
        return "yourselves" if self.reads else "itself"

    def verb(self, plural: str, singular: str) -> str:
        """The form that goes with “you” or with a name."""
        return plural if self.reads else singular
