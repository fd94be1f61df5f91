"""The suite can fail: for each clause there is a broker that breaks it, and the clause sees that."""

from pathlib import Path

import pytest

from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.errors import MessagingError
from tests.support.messaging import broker_contract as checks
from tests.support.messaging import topics
from tests.support.messaging.wrong_brokers import MUTANTS, Check, Mutant


@pytest.mark.parametrize(("mutant", "clause"), MUTANTS, ids=lambda part: part.__name__)
async def test_mutant_fails_its_clause(
    mutant: type[EmbeddedBroker], clause: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "PATIENCE", 1.0)
    async with mutant.opened(tmp_path / "log.db") as broker:
        with pytest.raises((AssertionError, TimeoutError, MessagingError, ConnectionError)):
            await clause(broker)


@pytest.mark.parametrize("clause", checks.CHECKS, ids=lambda clause: clause.__name__)
async def test_wrapping_alone_breaks_nothing(clause: Check, tmp_path: Path) -> None:
    async with Mutant.opened(tmp_path / "log.db") as broker:
        await clause(broker)


def test_every_clause_has_a_mutant() -> None:
    assert {clause for _, clause in MUTANTS} == set(checks.CHECKS)
