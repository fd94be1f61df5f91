"""How many examples a property is tried on: ISOPOLITY_TEST_EXAMPLES percent of those that it names.

CI tries all, `make test` 20 percent: the same ones each time. ISOPOLITY_TEST_EXAMPLES=2500 tries 25 times as many, for
a night, and others each night.
"""

import os
from typing import Any, Final

from hypothesis import settings

PERCENT: Final = int(os.environ.get("ISOPOLITY_TEST_EXAMPLES") or "100")
FEWEST: Final = 3


def share(number: int) -> int:
    """The number of examples that is tried of `number`: never fewer than three, unless `number` is."""
    return max(number * PERCENT // 100, min(number, FEWEST))


def examples(number: int, **others: Any) -> settings:
    """Try a property on the share of `number` examples; `others` are settings of hypothesis besides."""
    return settings(max_examples=share(number), **others)
