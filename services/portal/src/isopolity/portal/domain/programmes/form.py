"""A programme as a form, in which countries stand as people type them: by names, common ones too, or by codes.

Invariant: what the form shows of a programme, it reads again as that programme. A text that is no name of a country is
never taken for one; the nearest name is only suggested.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Self

from isopolity.client.registry.models import Programme
from isopolity.identity.folded_text import fold
from isopolity.portal.domain.steps.fields import Form, Line, Lines, OneField, Ticks, Topics
from isopolity.portal.domain.steps.step import Step
from isopolity.portal.domain.typed_values import count_in, is_day, texts_in

_COMMON: Final[Mapping[str, str]] = MappingProxyType({"korea": "KR"})
"""Names, folded, that people use for a country though the table has them for none."""
MONEY: Final = "funding"
"""The kind of support that is money."""
BEFORE: Final = "before"
"""The form's field that holds the programme as the page showed it first."""
_RANGES: Final = (("population_min", "population_max"), ("grant_min", "grant_max"), ("opens", "closes"))
Stated = Mapping[str, object]
"""A programme as a form states it or registry takes it, right or wrong, by the names of its fields."""


@dataclass(frozen=True, slots=True)
class CountryNames:
    """The names of countries in a language, by code, and what else people call them."""

    names: Mapping[str, str]
    codes: Mapping[str, str]
    """Codes by folded name."""

    @classmethod
    def of(cls, names: Mapping[str, str], others: Mapping[str, Sequence[str]]) -> Self:
        """With these names by code; the others by code are understood, too, where they are no name of another."""
        found = {**_COMMON, **{fold(each): code for code, more in others.items() for each in more}}
        found |= {fold(code): code for code in (*others, *names)}
        return cls(names, {**found, **{fold(name): code for code, name in names.items()}})

    def code(self, text: str) -> str | None:
        """The code of the country of this name; None for any other text."""
        return self.codes.get(fold(text))

    def nearest(self, text: str) -> str | None:
        """The name most like the text; None where all names are unlike it."""
        found = get_close_matches(fold(text), self.codes, n=1, cutoff=0.75)
        return self.names.get(self.codes[found[0]]) if found else None


def outside(countries: Sequence[str], regions: Sequence[str], known: Mapping[str, str]) -> Sequence[str]:
    """The codes of countries that lie in none of the regions, where regions are named; `known` are those by code."""
    return [code for code in countries if regions and code in known and known[code] not in regions]


@dataclass(frozen=True, slots=True)
class Names(OneField):
    """Several lines, each a country by name or code; any other text stays as it is, and registry refuses it."""

    countries: CountryNames

    def filled(self, value: object) -> Form:
        return Lines(self.part).filled([self.countries.names.get(code, code) for code in texts_in(value)])

    def read(self, form: Form) -> Sequence[str]:
        return [self.countries.code(line) or line for line in Lines(self.part).read(form)]


def programme_form(countries: CountryNames) -> Step:
    """The form of a programme, in which countries stand by these names."""
    return Step(
        "programme",
        (
            Line("name"),
            Line("purpose"),
            Line("language"),
            Ticks("subjects"),
            Topics("topics"),
            Ticks("supports"),
            Ticks("regions"),
            Names("countries", countries),
            Line("population_min", count_in),
            Line("population_max", count_in),
            Line("eligibility"),
            Line("currency", str.upper),
            Line("budget", count_in),
            Line("grant_min", count_in),
            Line("grant_max", count_in),
            Line("cities", count_in),
            Line("opens"),
            Line("closes"),
        ),
    )


def stated_in(form: Form, step: Step) -> Stated:
    """The programme that the form states; what is empty is left out."""
    return {name: value for name, value in step.change(form).items() if value is not None}


def codes_in(stated: Stated, name: str) -> Sequence[str]:
    """A list of codes, such as `subjects`; empty where nothing is stated."""
    return texts_in(stated.get(name))


def crossed(stated: Stated) -> Sequence[str]:
    """The names of the fields that are less than the one that they must not be less than."""
    pairs = [(most, least) for least, most in _RANGES] + [("budget", "grant_max")]
    return [small for small, large in pairs if _is_less(stated.get(small), stated.get(large))]


def funds_nothing(stated: Stated) -> bool:
    """Whether funding is ticked and no grant is stated."""
    return MONEY in codes_in(stated, "supports") and not stated.get("grant_max")


def _is_less(one: object, other: object) -> bool:
    """Whether the one of two numbers or days is less; what is neither is left to registry."""
    if isinstance(one, str) and isinstance(other, str) and is_day(one) and is_day(other):
        return date.fromisoformat(one) < date.fromisoformat(other)
    return isinstance(one, int) and isinstance(other, int) and one < other


def filled_with(programme: Programme, step: Step) -> dict[str, str]:
    """The form as it shows the programme."""
    return step.filled(programme.model_dump(mode="json"))


def is_in(programme: Programme, form: Form, step: Step) -> bool:
    """Whether the programme says already what the form holds."""
    return step.is_in(programme.model_dump(mode="json"), form)


def first_fields(programme: Programme, step: Step) -> str:
    """The programme as the form shows it, as JSON for a hidden field; `changed_meanwhile` compares with it."""
    return json.dumps(filled_with(programme, step))


def changed_meanwhile(form: Form, now: Programme, step: Step) -> Sequence[str]:
    """The parts that somebody has changed since the form was shown, and that it would put in place of what is stored.

    Where the form does not tell how it was shown, all parts that differ from it.
    """
    stored = step.change(filled_with(now, step))
    typed = step.change(form)
    first = step.change(known) if (known := _first(form)) else typed
    return [name for name, value in stored.items() if value not in (typed[name], first[name])]


def _first(form: Form) -> dict[str, str]:
    try:
        found = json.loads(form.get(BEFORE, ""))
    except (ValueError, RecursionError):
        return {}
    return {name: text for name, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else {}


def problems_of(faults: Mapping[str, str], place: int, step: Step, form: Form) -> dict[str, str]:
    """Problems by the name of the form's field, from JSON pointers into a partner whose programme is at `place`."""
    mark = f"/programmes/{place}"
    return step.problems({pointer.removeprefix(mark): detail for pointer, detail in faults.items()}, form)
