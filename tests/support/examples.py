"""The number of examples for a property: ISOPOLITY_TEST_EXAMPLES percent of the number that it names.

CI tries all, `make test` 20 percent, and the same ones each time. ISOPOLITY_TEST_EXAMPLES=2500 tries 25 times as many,
and others each night.
"""

import os
from typing import Any, Final

from hypothesis import settings

PERCENT: Final = int(os.environ.get("ISOPOLITY_TEST_EXAMPLES") or "100")
FEWEST: Final = 3


def share(number: int) -> int:
    """The share of `number` examples to try: at least three, unless `number` is smaller."""
    return max(number * PERCENT // 100, min(number, FEWEST))


def examples(number: int, **others: Any) -> settings:
    """Try a property on its share of `number` examples; `others` are further settings of Hypothesis."""
    return settings(max_examples=share(number), **others)
