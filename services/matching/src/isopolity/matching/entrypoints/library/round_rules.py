"""Rules of a round, given to the library as a TOML file or as mappings with the same keys."""

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from isopolity.matching.domain.rules.rule_book import Objective, RuleBook
from isopolity.matching.entrypoints.library.cells import quoted
from isopolity.matching.entrypoints.rule_files.rule_file import read_rules, rule_book
from isopolity.matching.errors import InvalidInput, InvalidRules

RuleTable = str | PathLike[str] | Iterable[Mapping[str, Any]]


def checked_book(rules: object, objective: object) -> RuleBook:
    """Read the rules from a file or mappings; a given `objective` overrides that of the file.

    Raises InvalidInput, InvalidRules.
    """
    book = _book(rules)
    if any(book.named):
        raise InvalidInput("Rules of Members name no ids; choose members by their attributes, or give must and never.")
    if objective is None:
        return book
    if not isinstance(objective, str) or objective not in tuple(Objective):
        known = ", ".join(each.value for each in Objective)
        raise InvalidInput(f"The objective must be one of {known}, not {quoted(objective)}.")
    return RuleBook(rules=book.rules, objective=Objective(objective), tolerance_percent=book.tolerance_percent)


def _book(rules: object) -> RuleBook:
    if isinstance(rules, str | PathLike):
        try:
            return read_rules(Path(rules).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValueError) as error:
            if isinstance(error, InvalidRules):
                raise
            raise InvalidInput(f"The rules {quoted(rules)} cannot be read; give a file of TOML, or a list.") from None
    if not isinstance(rules, Iterable) or isinstance(rules, bytes | Mapping):
        raise InvalidInput(f"rules must be a file, or a list of mappings, not {quoted(rules)}.")
    return rule_book({"rules": [dict(rule) if isinstance(rule, Mapping) else rule for rule in rules]})
