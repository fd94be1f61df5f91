"""Members that are no longer in the network are taken out of rules and pairs.

Invariant: a rule that names only other members stays as it was written. A rule with a group of nobody but members that
are taken out goes as a whole: without its names the group would be everybody.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from isopolity.portal.domain.rules.rule_text import Rule, rules_in, with_rule, without_rule


def without_members(text: str, gone: Collection[str]) -> str:
    """The text of a file of rules without these members."""
    for at, rule in reversed([*enumerate(rules_in(text))]):
        if names_any(rule, gone):
            left = _rule_without(rule, gone)
            text = without_rule(text, at) if left is None else with_rule(text, left, at)
    return text


def pairs_without(pairs: Sequence[Sequence[str]], gone: Collection[str]) -> list[Sequence[str]]:
    """The pairs that name none of these members."""
    return [pair for pair in pairs if not any(each in gone for each in pair)]


def names_any(rule: Rule, gone: Collection[str]) -> bool:
    """Whether a rule names one of these members."""
    return any(name in gone for group in _groups(rule) for name in _ids(group))


def _rule_without(rule: Rule, gone: Collection[str]) -> Rule | None:
    """The rule without these members; None where one of its groups would lose all members that it names."""
    if any(ids and all(each in gone for each in ids) for ids in map(_ids, _groups(rule))):
        return None
    return {key: _value_without(value, gone) for key, value in rule.items()}


def _value_without(value: object, gone: Collection[str]) -> object:
    if isinstance(value, list):
        return [_value_without(each, gone) for each in value]
    if not isinstance(value, Mapping) or not any(each in gone for each in _ids(value)):
        return value
    left = [each for each in _ids(value) if each not in gone]
    return {**value, "id": left[0] if len(left) == 1 else left}


def _groups(rule: Rule) -> Iterator[Mapping[str, object]]:
    for value in rule.values():
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, Mapping))


def _ids(group: Mapping[str, object]) -> list[str]:
    named = group.get("id", [])
    return [str(each) for each in named] if isinstance(named, list) else [str(named)]
