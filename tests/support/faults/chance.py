"""Chance in the fault tests: which deaths coincide, at which pass, and the moment of an outage.

ISOPOLITY_TEST_SEED, a number (1 if not set), decides all of it, so that a run can be repeated.
"""

import os
from random import Random


def chance(of: str) -> Random:
    """The random numbers of one test, independent of other tests."""
    return Random(f"{os.environ.get('ISOPOLITY_TEST_SEED', '1')} {of}")
