"""The answers that a side can give to a proposal, in all services; no framework, so that domains may import it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Choice(StrEnum):
    """The possible answers; `pending` is a yes that somebody else must still approve."""

    YES = "yes"
    PENDING = "pending"
    LATER = "later"
    NO = "no"


FINAL: Final = frozenset({Choice.YES, Choice.NO})
"""Answers that no other one follows."""
TITLES: Final[Mapping[str, str]] = {
    Choice.YES: "yes",
    Choice.PENDING: "yes, once approved",
    Choice.LATER: "later",
    Choice.NO: "no",
}
"""The answers in words, in lower case."""
