"""Fields of a form, each for one part of a profile.

Invariant: what a field shows of a profile, it reads again as that part. A field that is empty reads as None, which
takes the part away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from isopolity.portal.domain.typed_values import texts_in

Form = Mapping[str, str]
"""The texts of a form by the names of its fields."""
_FEWEST_CHOICES: Final = 3
_MOST_CHOICES: Final = 20
"""Languages that registry takes."""


class Field(Protocol):
    """One or more fields of a form for the part of a profile that it names."""

    @property
    def part(self) -> str:
        """The name of the part."""

    def filled(self, value: object) -> Form:
        """The form's fields, filled in with this value of the part; None where the profile has none."""

    def read(self, form: Form) -> object:
        """The value of the part that the form holds; what is no such value stays a text, which registry refuses."""

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        """The form's field that the rest of a JSON pointer means, after the part's name."""


@dataclass(frozen=True, slots=True)
class OneField:
    """A part of a profile that one field of the form holds, or several for which one sentence is enough."""

    part: str

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        return self.part


@dataclass(frozen=True, slots=True)
class Line(OneField):
    """One field of one line or one paragraph, or a choice."""

    reading: Callable[[str], object] = str

    def filled(self, value: object) -> Form:
        return {self.part: "" if value is None else str(value)}

    def read(self, form: Form) -> object:
        text = form.get(self.part, "").strip()
        return self.reading(text) if text else None


@dataclass(frozen=True, slots=True)
class Lines(OneField):
    """One field of several lines, an entry of a list each."""

    def filled(self, value: object) -> Form:
        return {self.part: "\n".join(texts_in(value))}

    def read(self, form: Form) -> list[str]:
        return [line.strip() for line in form.get(self.part, "").splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Tick(OneField):
    """A box that is ticked or not."""

    otherwise: bool
    """Whether it is ticked where the profile says nothing."""

    def filled(self, value: object) -> Form:
        return {self.part: "1"} if (self.otherwise if value is None else value) else {}

    def read(self, form: Form) -> bool:
        return self.part in form


@dataclass(frozen=True, slots=True)
class Ticks(OneField):
    """A list of codes, each a box of its own: `subjects-sdg.4`, and so on."""

    def filled(self, value: object) -> Form:
        return {f"{self.part}-{code}": "1" for code in texts_in(value)}

    def read(self, form: Form) -> Sequence[str]:
        return sorted(name.removeprefix(f"{self.part}-") for name in form if name.startswith(f"{self.part}-"))


@dataclass(frozen=True, slots=True)
class Topics(Ticks):
    """Topics in the order of their boxes, such as `topics-topic.556`, beside a field `topics-text` of their search."""

    def read(self, form: Form) -> Sequence[str]:
        start = f"{self.part}-"
        return [name.removeprefix(start) for name in form if name.startswith(f"{start}topic.")]


@dataclass(frozen=True, slots=True)
class Choices:
    """A list of which each entry is chosen in a field of its own: `language-0`, `language-1`, and so on."""

    part: str
    name: str

    def filled(self, value: object) -> Form:
        entries = [*texts_in(value), ""]
        entries += [""] * (_FEWEST_CHOICES - len(entries))
        return {f"{self.name}-{place}": entry for place, entry in enumerate(entries[:_MOST_CHOICES])}

    def read(self, form: Form) -> list[str]:
        return [form[name].strip() for name in self.names(form) if form[name].strip()]

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        filled = [name for name in self.names(form) if form[name].strip()]
        place = int(inner[0]) if inner and inner[0].isdigit() else 0
        return filled[place] if place < len(filled) else f"{self.name}-0"

    def names(self, form: Form) -> list[str]:
        """The names of its fields in this form."""
        candidates = (f"{self.name}-{place}" for place in range(_MOST_CHOICES))
        return [name for name in candidates if name in form]
