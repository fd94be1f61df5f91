"""What is worked out of public profiles is kept until one of them, the day, or a weight changes."""

import asyncio
from collections.abc import Callable
from datetime import date

from isopolity.matching.application.workflows.surroundings import KeptAnswers

NOW = (7, date(2026, 11, 25), "weights")


async def test_what_is_kept_is_worked_out_once_for_a_moment() -> None:
    rounds, done = KeptAnswers(), list[str]()

    def work(name: str) -> Callable[[], int]:
        def counted() -> int:
            done.append(name)
            return len(done)

        return counted

    both = await asyncio.gather(*(rounds.kept(NOW, "lyon", work("lyon")) for _ in range(2)))
    assert both == [1, 1]
    assert await rounds.kept(NOW, "accra", work("accra")) == 2
    for later in ((8, *NOW[1:]), (8, date(2026, 11, 26), "weights"), (8, date(2026, 11, 26), "others")):
        await rounds.kept(later, "lyon", work("lyon"))
    assert done == ["lyon", "accra", "lyon", "lyon", "lyon"]


async def test_what_fails_is_not_kept_and_holds_up_nobody() -> None:
    rounds = KeptAnswers()

    def fail() -> int:
        raise ZeroDivisionError

    found = await asyncio.gather(rounds.kept(NOW, "lyon", fail), return_exceptions=True)
    assert [type(each) for each in found] == [ZeroDivisionError]
    assert await rounds.kept(NOW, "lyon", lambda: 3) == 3
