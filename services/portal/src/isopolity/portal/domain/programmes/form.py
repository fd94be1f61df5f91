"""A programme as a form.

Invariant: what the form shows of a programme, it reads again as that programme.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isopolity.portal.domain.programmes.countries import CountryNames
from isopolity.portal.domain.steps.fields import Form, Line, Lines, count_in
from isopolity.portal.domain.steps.step import Step


@dataclass(frozen=True, slots=True)
class Ticks:
    """A list of codes, each a box of its own: `subjects-sdg.4`, and so on."""

    part: str

    def shown(self, value: Any) -> Form:
        return {f"{self.part}-{code}": "1" for code in value or ()}

    def read(self, form: Form) -> Any:
        return sorted(name.removeprefix(f"{self.part}-") for name in form if name.startswith(f"{self.part}-"))

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        return self.part


@dataclass(frozen=True, slots=True)
class Names:
    """Several lines, each a country by name or code; any other text stays as it is, and registry refuses it."""

    part: str
    countries: CountryNames

    def shown(self, value: Any) -> Form:
        return Lines(self.part).shown([self.countries.names.get(code, code) for code in value or ()])

    def read(self, form: Form) -> Any:
        return [self.countries.code(line) or line for line in Lines(self.part).read(form)]

    def name_of(self, inner: Sequence[str], form: Form) -> str:
        return self.part


def programme_form(countries: CountryNames) -> Step:
    """The form of a programme, in which countries stand by these names."""
    return Step(
        "programme",
        (
            Line("name"),
            Line("purpose"),
            Ticks("subjects"),
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


def stated_in(form: Form, step: Step) -> dict[str, Any]:
    """The programme that the form states; what is empty is left out."""
    return {name: value for name, value in step.change(form).items() if value is not None}


def problems_of(faults: Mapping[str, str], place: int, step: Step, form: Form) -> dict[str, str]:
    """What is wrong by the name of the form's field, from the JSON pointers of a partner with it at `place`."""
    mark = f"/programmes/{place}"
    return step.problems({pointer.removeprefix(mark): detail for pointer, detail in faults.items()}, form)
