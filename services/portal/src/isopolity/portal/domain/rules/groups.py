"""A group of members as fields of a form, and as a filter in a file of rules.

Invariant: what is no known name stays in its field, with a sentence beside it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.portal.domain.programmes.form import CountryNames
from isopolity.portal.domain.typed_values import count_in

Filter = Mapping[str, object]
Fields = dict[str, str]
TICKS: Final = ("region", "kind", "needs", "offers", "partner_kind")
"""Attributes with a box for each code."""
NAMES: Final = ("country", "language", "home_country")
"""Attributes that are typed by name."""
_COUNTS: Final = ("people_at_least", "people_at_most")
_TIES: Final = {"without": True, "with": False}
_OF_PROGRAMMES: Final = frozenset({"partner_kind", "home_country"})
_OF_BOTH: Final = frozenset({"id", "language", "member"})
_ORDER: Final = (
    *("member", "id", "region", "country", "kind", "people_at_least", "people_at_most", "needs", "offers"),
    *("without_tie", "language", "partner_kind", "home_country"),
)
"""The attributes in the order in which they are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The codes and names that a group is described by."""

    codes: Mapping[str, Collection[str]]
    """By attribute of `TICKS`."""
    names: Mapping[str, CountryNames]
    """By attribute of `NAMES`; languages are named as countries are."""


def filter_fields(name: str, of: Filter, words: Vocabulary) -> Fields:
    """A filter as the fields whose names begin with `name`."""
    found = Fields()
    for key, value in of.items():
        if key in TICKS:
            found |= {f"{name}-{key}-{code}": "1" for code in _listed(value)}
        elif key in NAMES:
            found[f"{name}-{key}"] = ", ".join(words.names[key].names.get(code, code) for code in _listed(value))
        elif key == "without_tie":
            found[f"{name}-tie"] = "without" if value else "with"
        elif key == "id":
            found[f"{name}-id"] = " ".join(_listed(value))
        else:
            found[f"{name}-{key}"] = str(value)
    return found


def filter_in(form: Mapping[str, str], name: str, words: Vocabulary) -> tuple[Filter, Fields]:
    """The filter in the fields whose names begin with `name`, and a sentence beside each that is wrong."""
    found, wrong = dict[str, object](), Fields()
    for key in TICKS:
        found[key] = [code for code in words.codes[key] if form.get(f"{name}-{key}-{code}")]
    for key in NAMES:
        found[key], unknown = _named(form.get(f"{name}-{key}", ""), words.names[key])
        if unknown:
            wrong[f"{name}-{key}"] = _no_such(key, unknown, words.names[key])
    for key in _COUNTS:
        if text := form.get(f"{name}-{key}", "").strip():
            found[key] = count_in(text)
            if isinstance(found[key], str):
                wrong[f"{name}-{key}"] = "Give a whole number of people, such as 100,000."
    found["id"] = form.get(f"{name}-id", "").split()
    found["member"] = form.get(f"{name}-member", "")
    found["without_tie"] = _TIES.get(form.get(f"{name}-tie", ""))
    given = {key: found[key] for key in _ORDER if found.get(key) not in (None, "", [])}
    wrong |= _contradictions(name, given)
    return {key: each[0] if isinstance(each, list) and len(each) == 1 else each for key, each in given.items()}, wrong


def _contradictions(name: str, given: Filter) -> Fields:
    of_programmes = given.get("member") == "programme" or not _OF_PROGRAMMES.isdisjoint(given)
    of_cities = given.get("member") == "city" or bool(given.keys() - _OF_PROGRAMMES - _OF_BOTH)
    if of_cities and of_programmes:
        return {f"{name}-member": "No member is both a city and a programme. Leave out what is about one of them."}
    least, most = (given.get(key) for key in _COUNTS)
    if isinstance(least, int) and isinstance(most, int) and least > most:
        return {f"{name}-people_at_most": "“At most” is less than “at least”. Swap the two numbers."}
    return {}


def _named(text: str, names: CountryNames) -> tuple[list[str], str]:
    """The codes of the names in a text, which commas or lines set apart; and the first that is no name."""
    codes, words = (
        list[str](),
        [each.strip() for line in text.replace(";", "\n").splitlines() for each in line.split(",")],
    )
    words = [each for each in words if each]
    while words:
        code, taken = next(_longest(words, names), (None, 1))
        if code is None:
            return codes, words[0]
        codes.append(code)
        words = words[taken:]
    return list(dict.fromkeys(codes)), ""


def _longest(words: Sequence[str], names: CountryNames) -> Iterator[tuple[str, int]]:
    """The code of the name that the first words make; some names have a comma in them."""
    for number in range(min(3, len(words)), 0, -1):
        if code := names.code(", ".join(words[:number])):
            yield code, number


def _no_such(key: str, text: str, names: CountryNames) -> str:
    noun = "language" if key == "language" else "country"
    near = names.nearest(text)
    return f"There is no {noun} “{text}”. {f'Did you mean {near}?' if near else 'Write its name in English.'}"


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
