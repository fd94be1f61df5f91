"""A rule as a sentence with fields, and as the keys of a file.

Invariant: `sentence_fields` gives fields only for a rule that `rule_in` reads from them again.
"""

import re
from collections.abc import Mapping
from typing import Final

from isopolity.portal.domain.rules.groups import Fields, Vocabulary, filter_fields, filter_in
from isopolity.portal.domain.rules.rule_text import Rule
from isopolity.portal.domain.typed_values import count_in, degrees_in, object_in, objects_in

KINDS: Final = ("pairs", "each", "serve", "language", "distance", "floors")
STARTS: Final[Mapping[str, tuple[str, Rule]]] = {
    "pairs": ("pairs", {}),
    "apart": ("pairs", {"between": [{}, {}], "at_most": 0}),
    "together": ("pairs", {"between": [{}, {}], "at_least": 1}),
    "abroad": ("pairs", {"within": "country", "at_most": 0}),
    "each": ("each", {"each": {}}),
    "beyond": ("each", {"each": {"member": "city"}, "across": "region", "at_least": 1}),
    "spread": ("each", {"each": {}, "at_most": 1, "of_one": "country"}),
    "serve": ("serve", {"serve": {}}),
    "language": ("language", {"pairs": "twinnings"}),
    "distance": ("distance", {}),
    "floors": ("floors", {}),
}
"""The sentences that the form offers: each one's kind, and the fields that are filled in."""
WHERE: Final[Mapping[str, Mapping[str, str]]] = {
    "": {},
    "in-country": {"within": "country"},
    "in-region": {"within": "region"},
    "out-country": {"across": "country"},
    "out-region": {"across": "region"},
    "near-abroad": {"within": "region", "across": "country"},
}
"""Where two cities lie, as keys of a rule."""
_NUMBERS: Final = ("at_least", "at_most", "at_least_percent", "km_at_least", "km_at_most", "tolerance_percent")
_WHOLE: Final = ("at_least", "at_most")
_OF_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    "pairs": ("at_least", "at_most"),
    "each": ("at_least", "at_most"),
    "serve": ("at_least", "at_least_percent"),
    "language": (),
    "distance": ("km_at_least", "km_at_most"),
    "floors": ("tolerance_percent",),
}
"""The numbers of each kind."""
_ABOUT_PAIRS: Final = ("pairs", "language", "distance")
_ORDER: Final = (
    *("name", "common_language", "pairs", "between", "including", "each", "partner", "serve", "within", "across"),
    *("floor_by", "at_least", "at_least_percent", "at_most", "of_one", "km_at_least", "km_at_most"),
    "tolerance_percent",
)
"""The keys in the order in which they are written."""
_TOLERANCE: Final = 5


def start_fields(code: str, words: Vocabulary) -> Fields:
    """The fields of a sentence that the form offers."""
    kind, rule = STARTS[code]
    return _fields(kind, rule, words)


def sentence_fields(rule: Rule, words: Vocabulary) -> Fields | None:
    """The fields of a rule; None for one that the form cannot say."""
    try:
        found = _fields(kind_of(rule), rule, words)
        read, wrong = rule_in(found, words)
        return found if not wrong and is_same(read, rule) else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def kind_of(rule: Rule) -> str:
    """The kind of a rule, by its keys."""
    by_key = {"each": "each", "serve": "serve", "common_language": "language", "floor_by": "floors"}
    by_key |= {"km_at_least": "distance", "km_at_most": "distance"}
    return next((kind for key, kind in by_key.items() if key in rule), "pairs")


def is_same(one: Rule, other: Rule) -> bool:
    """Whether two rules ask for the same, however they are written."""
    return _plain(one) == _plain(other)


def rule_in(form: Mapping[str, str], words: Vocabulary) -> tuple[Rule, Fields]:
    """The rule in the fields of a form, and a sentence beside each field that is wrong."""
    kind, found, wrong = form.get("rule-kind", ""), dict[str, object](), Fields()
    for key, field in _groups_of(form):
        found[key], faults = filter_in(form, field, words)
        wrong |= faults
    if "between" in found:
        found["between"] = [found["between"], found.pop("second")]
    for key in _OF_KIND[kind]:
        if text := _UNIT.sub("", form.get(f"rule-{key}", "")).strip():
            found[key] = count_in(text) if key in _WHOLE else _decimal(text)
            if isinstance(found[key], str):
                wrong[f"rule-{key}"] = (
                    "Give a whole number, such as 5." if key in _WHOLE else "Give a number, such as 5."
                )
    if kind in (*_ABOUT_PAIRS, "each"):
        found |= WHERE.get(form.get("rule-where", ""), {})
    if kind == "each":
        found["of_one"] = form.get("rule-of_one", "")
    if kind == "language":
        found["common_language"] = True
    if kind == "floors":
        found["floor_by"] = "region"
    found["name"] = form.get("rule-name", "").strip()
    found["pairs"] = form.get("rule-pairs", "")
    if found["pairs"] in ("all", "twinnings" if _is_of_two_cities(found) else "all"):
        del found["pairs"]
    wrong |= _contradictions(kind, found) | _unused(form)
    return {key: found[key] for key in _ORDER if found.get(key) not in (None, "")}, wrong


def _fields(kind: str, rule: Rule, words: Vocabulary) -> Fields:
    where = {key: rule[key] for key in ("within", "across") if key in rule}
    found: Fields = {
        "rule-kind": kind,
        "rule-name": str(rule.get("name", "")),
        "rule-pairs": str(rule.get("pairs", "twinnings" if kind == "distance" or where else "all")),
        "rule-where": next(code for code, keys in WHERE.items() if keys == where),
        "rule-which": next((key for key in ("including", "between") if key in rule), ""),
        "rule-partner": "1" if "partner" in rule else "",
        "rule-of_one": str(rule.get("of_one", "")),
        **{f"rule-{key}": _shown(rule[key]) for key in _NUMBERS if key in rule},
    }
    if "between" in rule:
        one, other = objects_in(rule["between"])
        return found | filter_fields("one", one, words) | filter_fields("other", other, words)
    for key, field in (("including", "one"), ("each", "one"), ("serve", "one"), ("partner", "other")):
        found |= filter_fields(field, object_in(rule.get(key)), words)
    return found


def _groups_of(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The filters of a sentence by key, each with the beginning of its fields' names."""
    kind, which = form.get("rule-kind", ""), form.get("rule-which", "")
    if kind in ("each", "serve"):
        return [(kind, "one")] + ([("partner", "other")] if kind == "each" and form.get("rule-partner") else [])
    if kind in _ABOUT_PAIRS and which in ("including", "between"):
        return [(which, "one")] + ([("second", "other")] if which == "between" else [])
    return []


def _unused(form: Mapping[str, str]) -> Fields:
    """A group that was described, and that the sentence does not use."""
    used = [field for _, field in _groups_of(form)]
    for group in ("one", "other"):
        fields = (value for name, value in form.items() if name.startswith(f"{group}-") and not name.endswith("-find"))
        if group not in used and any(value.strip() for value in fields):
            choice = "rule-partner" if form.get("rule-kind") == "each" else "rule-which"
            return {choice: "This group is not used. Choose here that it counts, or empty its fields."}
    return {}


def _contradictions(kind: str, found: Rule) -> Fields:
    """What keeps the parts of a sentence from going together, each beside its field."""
    wrong = Fields()
    given = [key for key in _OF_KIND[kind] if key in found]
    first = f"rule-{next(iter(_OF_KIND[kind]), '')}"
    if not given and kind in ("pairs", "each", "serve", "distance"):
        wrong[first] = "Say how far: at least, at most, or both." if kind == "distance" else "Say how many."
    if kind == "serve" and len(given) == 2:
        wrong[first] = "Give a number or a percentage, not both."
    if kind in ("pairs", "each", "distance") and len(given) == 2:
        least, most = (found[key] for key in _OF_KIND[kind])
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            wrong[f"rule-{given[1]}"] = "“At most” is less than “at least”. Swap the two numbers."
    if found.get("of_one") and ("at_most" not in found or "at_least" in found):
        wrong["rule-of_one"] = (
            "This goes with “at most” alone. Say how many partners of one country or region, or add two rules."
        )
    if found.get("pairs") == "sponsorships" and _is_of_two_cities(found):
        wrong["rule-pairs"] = "A sponsorship has one city only. Choose twinnings, or no distance and no place."
    for key in ("at_least", "at_least_percent"):
        if found.get(key) == 0 and "at_most" not in found:
            wrong[f"rule-{key}"] = "This asks for nothing. Give 1 or more."
    return wrong


def _is_of_two_cities(rule: Rule) -> bool:
    return not {"within", "across", "km_at_least", "km_at_most"}.isdisjoint(rule)


_UNIT: Final = re.compile(r"(?i)\s*(km|%)\s*$")
"""A unit behind a number, which the label of its field names."""


def _decimal(text: str) -> int | float | str:
    whole = count_in(text)
    return whole if isinstance(whole, int) else degrees_in(text)


def _shown(number: object) -> str:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError(number)
    return str(int(number)) if number == int(number) else str(number)


def _plain(rule: Rule) -> dict[str, object]:
    found = {key: _sorted(each) for key, each in rule.items() if (key, each) not in (("name", ""), ("pairs", "all"))}
    if found.get("pairs") == "twinnings" and _is_of_two_cities(rule):
        del found["pairs"]
    if found.get("tolerance_percent") == _TOLERANCE:
        del found["tolerance_percent"]
    return found


def _sorted(given: object) -> object:
    """A filter with lists of values in one order, and a single value as a list of one."""
    if isinstance(given, Mapping):
        return {key: _codes(each) for key, each in given.items()}
    return [_sorted(each) for each in given] if isinstance(given, list) else given


def _codes(value: object) -> object:
    if isinstance(value, list):
        return sorted(set(map(str, value)))
    return [value] if isinstance(value, str) else value
