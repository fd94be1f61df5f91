"""A certificate as a JSON document of integer columns; that of 50,000 members has some megabytes.

Invariant: `read(written(certificate))` equals the certificate; any other document is refused in one sentence.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.certificate import (
    FORMAT,
    FORMAT_OF_ALL,
    FORMAT_WITH_RULES,
    AllPairs,
    Certificate,
    Making,
    canonical,
    hashed,
    input_document,
)
from isopolity.matching.assignment.problem import (
    WEIGHT_UNIT,
    CountRule,
    Dual,
    Mode,
    OddSet,
    RoundProblem,
    Rule,
    RuleDual,
    ServedRule,
    Solution,
)
from isopolity.matching.errors import InvalidCertificate

_MOST: Final = 2**53 - 1
"""The greatest whole number that every reader of JSON reads exactly."""
_LONGEST_TEXT: Final = 200
_CLAIMS: Final = ("input", "input_hash", "chosen", "dual", "value", "upper_bound", "gap", "solver")
_FORMATS: Final = (FORMAT, FORMAT_WITH_RULES, FORMAT_OF_ALL)
_INPUT: Final = ("weight_unit", "capacity", "a", "b", "weight", "must", "never", "seed", "mode")


def written(certificate: Certificate, mark: str | None = None) -> str:
    """The document, in one canonical line; `mark` is its fingerprint, which is computed if None."""
    making = certificate.making
    time = {"computed_at": making.computed_at.isoformat(), "seconds": making.seconds}
    return canonical({**_claims(certificate), "fingerprint": mark or fingerprint(certificate), "time": time}) + "\n"


def fingerprint(certificate: Certificate) -> str:
    """The SHA-256 of the document without its time; once published, it commits the network to one certificate."""
    return hashed(_claims(certificate))


def read(content: bytes | str) -> Certificate:
    """The certificate in a document, not yet verified. Raises InvalidCertificate."""
    document = _parsed(content)
    if (found := document.get("format")) not in _FORMATS:
        raise InvalidCertificate(
            f"The document's format is {_quoted(found)}, and this program reads {FORMAT}, {FORMAT_WITH_RULES} "
            f"and {FORMAT_OF_ALL}."
        )
    is_of_all = found == FORMAT_OF_ALL
    has_rules = found == FORMAT_WITH_RULES or (is_of_all and _has_rules(document))
    claims = (*_CLAIMS, "all_pairs") if is_of_all else _CLAIMS
    _fields(document, "The document", ("format", *claims, "fingerprint", "time"))
    solver = _fields(document["solver"], "solver", ("name", "versions"))
    time = _fields(document["time"], "time", ("computed_at", "seconds"))
    certificate = Certificate(
        problem=_problem(document["input"], has_rules=has_rules),
        solution=Solution(
            chosen=_integers(document["chosen"], "chosen"), dual=_dual(document["dual"], has_rules=has_rules)
        ),
        value=_integer(document["value"], "value"),
        upper_bound=_integer(document["upper_bound"], "upper_bound"),
        gap=_number(document["gap"], "gap"),
        input_hash=_text(document["input_hash"], "input_hash"),
        making=Making(
            solver=_text(solver["name"], "solver.name"),
            versions=_versions(solver["versions"]),
            computed_at=_moment(time["computed_at"]),
            seconds=_number(time["seconds"], "time.seconds"),
        ),
        all_pairs=_all_pairs(document["all_pairs"]) if is_of_all else None,
    )
    if document["fingerprint"] != fingerprint(certificate):
        raise InvalidCertificate(
            "The fingerprint is not that of the content: the document was changed after it was made."
        )
    return certificate


def _claims(certificate: Certificate) -> Mapping[str, Any]:
    dual, making = certificate.solution.dual, certificate.making
    odd_sets = [{"nodes": list(e.nodes), "edges": list(e.edges), "value": e.value} for e in dual.odd_sets]
    rules = [{"least": e.least, "most": e.most, "members": list(e.members)} for e in dual.rules]
    proof = {"scale": dual.scale, "node": dual.node.tolist(), "odd_sets": odd_sets}
    of_all = certificate.all_pairs
    known = FORMAT_WITH_RULES if certificate.problem.rules else FORMAT
    claims = {
        "format": known if of_all is None else FORMAT_OF_ALL,
        "input": input_document(certificate.problem),
        "input_hash": certificate.input_hash,
        "chosen": certificate.solution.chosen.tolist(),
        "dual": {**proof, "rules": rules} if rules else proof,
        "value": certificate.value,
        "upper_bound": certificate.upper_bound,
        "gap": certificate.gap,
        "solver": {"name": making.solver, "versions": dict(making.versions)},
    }
    if of_all is None:
        return claims
    columns = ([node for node, _ in of_all.surplus], [by for _, by in of_all.surplus])
    surplus = dict(zip(("node", "by"), columns, strict=True))
    said = {"pairs": of_all.pairs, "surplus": surplus, "bound": of_all.bound, "sealed": of_all.sealed}
    return {**claims, "all_pairs": said}


def _parsed(content: bytes | str) -> Mapping[str, Any]:
    try:
        document = json.loads(content, object_pairs_hook=_without_repetition, parse_constant=_refuse_constant)
    except InvalidCertificate:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidCertificate("The document is not JSON; give the file as it was downloaded.") from error
    if not isinstance(document, dict):
        raise InvalidCertificate("The document is no certificate; give the file as it was downloaded.")
    return document


def _without_repetition(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidCertificate("A field stands in the document twice; give the file as it was downloaded.")
    return fields


def _refuse_constant(constant: str) -> None:
    raise InvalidCertificate(f"{constant} stands in the document, and is no number in JSON.")


def _problem(value: Any, *, has_rules: bool) -> RoundProblem:
    fields = _fields(value, "input", (*_INPUT, "rules") if has_rules else _INPUT)
    if (unit := _integer(fields["weight_unit"], "input.weight_unit")) != WEIGHT_UNIT:
        raise InvalidCertificate(f"input.weight_unit must be {WEIGHT_UNIT}, not {unit}.")
    if fields["mode"] not in tuple(Mode):
        raise InvalidCertificate(f"input.mode must be quick or exact, not {_quoted(fields['mode'])}.")
    columns = {name: _integers(fields[name], f"input.{name}") for name in _INPUT[1:-2]}
    rules = [_rule(each, f"input.rules[{at}]") for at, each in enumerate(_list(fields.get("rules", []), "input.rules"))]
    if has_rules and not rules:
        raise InvalidCertificate(f"input.rules is empty; a document without rules has the format {FORMAT}.")
    seed, mode = _integer(fields["seed"], "input.seed"), Mode(fields["mode"])
    return RoundProblem(seed=seed, mode=mode, rules=rules, **columns)


def _has_rules(document: Mapping[str, Any]) -> bool:
    given = document.get("input")
    return isinstance(given, dict) and "rules" in given


def _all_pairs(value: Any) -> AllPairs:
    fields = _fields(value, "all_pairs", ("pairs", "surplus", "bound", "sealed"))
    surplus = _fields(fields["surplus"], "all_pairs.surplus", ("node", "by"))
    node, by = (_integers(surplus[name], f"all_pairs.surplus.{name}").tolist() for name in ("node", "by"))
    if len(node) != len(by):
        raise InvalidCertificate("all_pairs.surplus has not one number for each node.")
    return AllPairs(
        pairs=_integer(fields["pairs"], "all_pairs.pairs"),
        surplus=list(zip(node, by, strict=True)),
        bound=_integer(fields["bound"], "all_pairs.bound"),
        sealed="" if fields["sealed"] == "" else _text(fields["sealed"], "all_pairs.sealed"),
    )


def _rule(value: Any, where: str) -> Rule:
    if isinstance(value, dict) and "nodes" in value:
        fields = _fields(value, where, ("nodes", "members", "at_least"))
        return ServedRule(
            nodes=_integers(fields["nodes"], f"{where}.nodes"),
            members=_integers(fields["members"], f"{where}.members"),
            at_least=_integer(fields["at_least"], f"{where}.at_least"),
        )
    fields = _fields(value, where, ("edges", "amount", "at_least", "at_most"))
    amount, at_most = fields["amount"], fields["at_most"]
    return CountRule(
        edges=_integers(fields["edges"], f"{where}.edges"),
        amount=None if amount is None else _integers(amount, f"{where}.amount"),
        at_least=_integer(fields["at_least"], f"{where}.at_least"),
        at_most=None if at_most is None else _integer(at_most, f"{where}.at_most"),
    )


def _rule_dual(value: Any, where: str) -> RuleDual:
    fields = _fields(value, where, ("least", "most", "members"))
    return RuleDual(
        least=_integer(fields["least"], f"{where}.least"),
        most=_integer(fields["most"], f"{where}.most"),
        members=_integers(fields["members"], f"{where}.members").tolist(),
    )


def _dual(value: Any, *, has_rules: bool) -> Dual:
    names = ("scale", "node", "odd_sets")
    fields = _fields(value, "dual", (*names, "rules") if has_rules else names)
    return Dual(
        scale=_integer(fields["scale"], "dual.scale"),
        node=_integers(fields["node"], "dual.node"),
        odd_sets=[
            _odd_set(each, f"dual.odd_sets[{position}]")
            for position, each in enumerate(_list(fields["odd_sets"], "dual.odd_sets"))
        ],
        rules=[
            _rule_dual(each, f"dual.rules[{position}]")
            for position, each in enumerate(_list(fields.get("rules", []), "dual.rules"))
        ],
    )


def _odd_set(value: Any, where: str) -> OddSet:
    fields = _fields(value, where, ("nodes", "edges", "value"))
    return OddSet(
        nodes=_integers(fields["nodes"], f"{where}.nodes").tolist(),
        edges=_integers(fields["edges"], f"{where}.edges").tolist(),
        value=_integer(fields["value"], f"{where}.value"),
    )


def _versions(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise InvalidCertificate(f"solver.versions must be an object, not {_quoted(value)}.")
    return {
        _text(name, "A name in solver.versions"): _text(each, f"solver.versions.{_quoted(name)}")
        for name, each in value.items()
    }


def _fields(value: Any, where: str, names: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidCertificate(f"{where} must be an object, not {_quoted(value)}.")
    for name in names:
        if name not in value:
            raise InvalidCertificate(f"{where} lacks the field {name}.")
    for name in value.keys() - set(names):
        raise InvalidCertificate(f"{where} has a field that is unknown: {_quoted(name)}.")
    return value


def _list(value: Any, where: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise InvalidCertificate(f"{where} must be a list, not {_quoted(value)}.")
    return value


def _integers(value: Any, where: str) -> Integers:
    return np.array([_integer(number, where) for number in _list(value, where)], np.int64)


def _integer(value: Any, where: str) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise InvalidCertificate(f"{where} has {_quoted(value)}, which is not a whole number in 0 to {_MOST}.")
    return value


def _number(value: Any, where: str) -> float:
    if type(value) not in (int, float) or not 0 <= value <= _MOST:
        raise InvalidCertificate(f"{where} must be a number from 0 on, not {_quoted(value)}.")
    return float(value)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.isprintable() or not 1 <= len(value) <= _LONGEST_TEXT:
        raise InvalidCertificate(f"{where} must be a text of 1 to {_LONGEST_TEXT} characters, not {_quoted(value)}.")
    return value


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidCertificate(f"time.computed_at must be a time with its zone, not {_quoted(value)}.")
    return moment


def _quoted(value: Any) -> str:
    """A value quoted for a message, short and without control characters."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
