"""A certificate says what is proved and nothing else: whatever is changed in it is noticed."""

import json
from dataclasses import replace
from typing import Any

import pytest

from isopolity.matching.assignment.certificate import Renumbering, certify, check, input_document
from isopolity.matching.assignment.certificate_document import fingerprint, read, written
from isopolity.matching.assignment.verification import verified
from isopolity.matching.errors import InvalidCertificate
from tests.support.matching.certificates import (
    MAKING,
    PROBLEM,
    SECRET,
    SOLUTION,
    certificate,
    changes,
    document,
    forged,
)
from tests.support.matching.round_problems import integers

SENTENCE = (
    "These 2 pairs respect all capacities and rules; their value 1.30 is the most that any choice among the same "
    "candidates could reach."
)


def proved(content: str) -> str:
    """The verdict on a document, or the sentence on its fault."""
    try:
        return check(read(content)).sentence
    except InvalidCertificate as error:
        return f"Nothing is proved. {error}"


def test_certificate_proves_what_it_claims() -> None:
    assert proved(written(certificate())) == SENTENCE


def test_document_read_and_written_is_the_same_text() -> None:
    text = written(certificate())
    assert written(read(text)) == text
    assert written(read(json.dumps(json.loads(text), indent=2))) == text
    assert written(read(text.encode("utf-16"))) == text


def test_whatever_is_changed_outside_its_time_is_noticed() -> None:
    passed = [path for path, changed in changes(document()) if proved(json.dumps(changed)) == SENTENCE]
    assert {path.partition(".")[0] for path in passed} == {"time"}


def test_a_forger_who_mends_the_fingerprint_can_only_prove_what_is_true() -> None:
    told = [(path, proved(forged(changed))) for path, changed in changes(document())]
    passed = [(path, sentence) for path, sentence in told if not sentence.startswith("Nothing")]
    assert {sentence for _, sentence in passed} == {SENTENCE}
    assert {path.partition(".")[0] for path, _ in passed} == {"dual", "fingerprint", "solver", "time"}


def test_a_certificate_of_a_solution_with_a_fault_is_not_made() -> None:
    with pytest.raises(
        InvalidCertificate, match=r"fails its check and is not published\. Node \d is in 2 chosen pairs"
    ):
        certify(PROBLEM, replace(SOLUTION, chosen=integers([0, 1, 5])), MAKING, SECRET)


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ({"value": 1_300_001}, "The value is claimed to be 1300001, but it is 1300000."),
        ({"upper_bound": 1_300_001}, "The upper bound is claimed to be 1300001, but it is 1300000."),
        ({"gap": 0.01}, "The gap is claimed to be 0.01, but it is 0.0."),
    ],
)
def test_a_claim_that_is_not_so_is_named(claim: dict[str, Any], fault: str) -> None:
    assert check(replace(certificate(), **claim)).faults == [fault]


def test_hash_of_another_input_is_named() -> None:
    (fault,) = check(replace(certificate(), problem=replace(certificate().problem, seed=8))).faults
    assert fault.startswith("The input hash is claimed to be sha256:")


def test_time_stands_outside_the_hashes() -> None:
    made = certificate()
    later = replace(made, making=replace(MAKING, seconds=9.0))
    assert (later.input_hash, fingerprint(later)) == (made.input_hash, fingerprint(made))


READS = (
    "The document's format is {}, and this program reads isopolity-certificate/1, isopolity-certificate/2 and "
    "isopolity-certificate/3."
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The document is not JSON; give the file as it was downloaded."),
        ("[" * 100_000, "The document is not JSON; give the file as it was downloaded."),
        ("9" * 5_000, "The document is not JSON; give the file as it was downloaded."),
        ("[]", "The document is no certificate; give the file as it was downloaded."),
        ("{}", READS.format("null")),
        ('{"format": "isopolity-certificate/4"}', READS.format('"isopolity-certificate/4"')),
        ('{"format": "isopolity-certificate/1"}', "The document lacks the field input."),
        ('{"a": 1, "a": 2}', "A field stands in the document twice; give the file as it was downloaded."),
        ('{"gap": NaN}', "NaN stands in the document, and is no number in JSON."),
    ],
)
def test_what_is_no_certificate_is_told_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InvalidCertificate) as refused:
        read(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("input.weight_unit", 1000, "input.weight_unit must be 1000000, not 1000."),
        ("input.mode", "slow", 'input.mode must be quick or exact, not "slow".'),
        ("input.weight", 3, "input.weight must be a list, not 3."),
        ("input.weight", [1.5], "input.weight has 1.5, which is not a whole number in 0 to 9007199254740991."),
        ("input.seed", -1, "input.seed has -1, which is not a whole number in 0 to 9007199254740991."),
        ("dual", [], "dual must be an object, not a list."),
        ("dual.odd_sets", [{}], "dual.odd_sets[0] lacks the field nodes."),
        ("solver.versions", None, "solver.versions must be an object, not null."),
        ("solver.name", "\x1b[31m", 'solver.name must be a text of 1 to 200 characters, not "\\u001b[31m".'),
        ("gap", 10**400, "gap must be a number from 0 on, not 1000000000000000000000000000000000000...."),
        ("more", 1, 'The document has a field that is unknown: "more".'),
        ("time.computed_at", "2026-11-25", 'time.computed_at must be a time with its zone, not "2026-11-25".'),
    ],
)
def test_a_field_that_is_wrong_is_named(path: str, value: Any, sentence: str) -> None:
    changed = document()
    *above, last = path.split(".")
    place = changed
    for name in above:
        place = place[name]
    place[last] = value
    with pytest.raises(InvalidCertificate) as refused:
        read(json.dumps(changed))
    assert str(refused.value) == sentence


def test_nodes_are_numbered_by_the_secret_alone() -> None:
    one, same = certificate(), certify(PROBLEM, SOLUTION, MAKING, SECRET)
    other = certify(PROBLEM, SOLUTION, MAKING, b"another secret, as long")
    assert written(one) == written(same)
    assert input_document(one.problem) != input_document(other.problem)


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Renumbering.shuffled(PROBLEM, b"short")


def test_renumbering_changes_nothing_that_is_proved_and_can_be_undone() -> None:
    numbers = Renumbering.shuffled(PROBLEM, SECRET)
    problem, solution = numbers.problem(PROBLEM), numbers.solution(SOLUTION)
    assert verified(problem, solution) == verified(PROBLEM, SOLUTION)
    back, restored = numbers.inverse.problem(problem), numbers.inverse.solution(solution)
    assert input_document(back) == input_document(PROBLEM)
    assert restored.chosen.tolist() == SOLUTION.chosen.tolist()
    assert restored.dual.node.tolist() == SOLUTION.dual.node.tolist()
    assert restored.dual.odd_sets == SOLUTION.dual.odd_sets
