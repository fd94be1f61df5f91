"""The enrolment code, which somebody of the office needs beside the mailed link to enrol a second factor.

Invariant: it can be read over the telephone: no letter looks like a digit, and case and punctuation are ignored.
"""

from collections.abc import Sequence
from typing import Final

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, 1, I, L, O and U."""
GROUPS: Final = 4
GROUP_LENGTH: Final = 4
LENGTH: Final = GROUPS * GROUP_LENGTH


def enrolment_code(letters: Sequence[str]) -> str:
    """The letters in four groups of four, such as `7KQM-2XHD-9RTA-W4PC`."""
    return "-".join("".join(letters[start : start + GROUP_LENGTH]) for start in range(0, LENGTH, GROUP_LENGTH))


def letters_of(typed: str) -> str:
    """The letters and digits of a typed code, in capitals, without hyphens and spaces."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())
