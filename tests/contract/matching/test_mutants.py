"""The suite can fail: for each clause there is a solver that breaks it, and the clause sees that."""

import pytest

from tests.support.matching.solver_contract import CHECKS, Check, run
from tests.support.matching.wrong_solvers import MUTANTS, Mutant


@pytest.mark.parametrize(("mutant", "clause"), MUTANTS, ids=lambda part: part.__name__)
def test_mutant_fails_its_clause(mutant: type[Mutant], clause: Check) -> None:
    with pytest.raises(AssertionError):
        run(clause, mutant())


def test_every_clause_has_a_mutant() -> None:
    assert {clause for _, clause in MUTANTS} == set(CHECKS)
