"""The life of a round: how far it is told to be, and what cannot follow its end."""

from datetime import UTC, datetime

import pytest

from isopolity.matching.domain.round import Round, RoundPlan, RoundResult, RoundStatus
from isopolity.matching.errors import RoundOver

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
WAITING = Round(round_id="r", plan=RoundPlan(), status=RoundStatus.WAITING, ordered_at=NOW)
RESULT = RoundResult(members=2, candidates=1, proposed=1, issued=1, skipped=0)


def test_a_round_tells_how_much_of_its_step_is_done() -> None:
    running = WAITING.start(NOW).at("solving", 0.5)
    waiting, done = running.wait_again(), running.finish(RESULT, NOW)
    assert [(one.step, one.done) for one in (WAITING, running, waiting, done)] == [
        ("", 0.0),
        ("solving", 0.5),
        ("", 0.0),
        ("", 1.0),
    ]
    assert (waiting.status, waiting.started_at) == (RoundStatus.WAITING, None)
    assert [one.is_over for one in (WAITING, running, done)] == [False, False, True]


def test_nothing_follows_the_end_of_a_round() -> None:
    done, cancelled = WAITING.start(NOW).finish(RESULT, NOW), WAITING.cancel(NOW)
    assert done.fail("It failed.", NOW) is done
    assert cancelled.cancel(NOW) is cancelled
    with pytest.raises(RoundOver):
        done.cancel(NOW)
    with pytest.raises(RoundOver):
        cancelled.start(NOW)
    with pytest.raises(RoundOver):
        WAITING.finish(RESULT, NOW)
