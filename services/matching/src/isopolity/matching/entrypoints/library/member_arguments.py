"""Single arguments that `Members` alone has, checked.

Invariant: a value that is returned can be used; any other is refused in one sentence.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from isopolity.machine.clock import system_clock
from isopolity.matching.adapters.affinity.model_choice import read_affinity
from isopolity.matching.adapters.legal_act_file import read_legal_acts
from isopolity.matching.application.ports.engine import Affinity
from isopolity.matching.domain.legal_acts import LegalActs
from isopolity.matching.domain.member import KINDS
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook
from isopolity.matching.domain.scores.weights import Weights
from isopolity.matching.entrypoints.library.tables import codes, quoted
from isopolity.matching.entrypoints.rule_files.rule_file import read_rules, rule_book
from isopolity.matching.errors import InvalidInput, InvalidRules, InvalidWhatIf


def checked_codes(what: str, given: object) -> frozenset[str]:
    """The codes in a list or a text; whether they exist is not checked. Raises InvalidWhatIf."""
    try:
        return frozenset(map(str, codes(given)))
    except ValueError as error:
        raise InvalidWhatIf(f"The {what} {quoted(given)}: {error}.") from None


def checked_kinds(given: object) -> tuple[str, ...]:
    """The kinds of pairs: twinning and sponsorship or one of them. Raises InvalidInput."""
    found = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else []
    if not found or not all(isinstance(each, str) and each in KINDS for each in found):
        raise InvalidInput(f"The kinds must be twinning, sponsorship or both, not {quoted(given)}.")
    return tuple(kind for kind in KINDS if kind in found)


def checked_affinity(given: object, weights: Weights) -> Affinity:
    """The affinity by the model in a file, which `weights` let count. Raises InvalidInput, UnusableModel."""
    path = _path(given, "affinity must be the path of a model file")
    if weights.twinning["affinity"] == 0:
        raise InvalidInput('A model of affinity counts by its weight; give weights={"twinning": {"affinity": 0.04}}.')
    return read_affinity(path)


def checked_acts(given: object) -> LegalActs:
    """The binding legal acts in a file. Raises InvalidInput, InvalidLegalActs."""
    path = _path(given, "legal_acts must be the path of a list of legal acts")
    try:
        return read_legal_acts(path)
    except OSError:
        raise InvalidInput(f"The legal acts {quoted(given)} cannot be read; give a file of TOML.") from None


def _path(given: object, what: str) -> Path:
    path = fspath(given) if isinstance(given, str | PathLike) else None
    if not isinstance(path, str) or not path or "\0" in path:
        raise InvalidInput(f"{what}, not {quoted(given)}.")
    return Path(path)


def checked_share(given: object) -> float:
    """The minimum score, from 0 to 1. Raises InvalidInput."""
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
        return float(given)
    raise InvalidInput(f"The minimum score must be a number from 0 to 1, not {quoted(given)}.")


def checked_day(given: object) -> date:
    """The day `given`, today in UTC if it is None. Raises InvalidInput."""
    if given is None:
        return system_clock().date()
    if type(given) is date:
        return given
    raise InvalidInput(f"today must be a date, such as date(2026, 11, 25), not {quoted(given)}.")


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
