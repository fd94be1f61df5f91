"""The numbers of a draft as bytes: compressed arrays in NumPy's format; reading them executes nothing."""

from dataclasses import replace
from io import BytesIO
from typing import Final
from zlib import compress, decompress

import numpy as np

from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import EditedChoice
from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.domain.drafts.draft_numbers import DraftNumbers

_LEVEL: Final = 1
"""The level of compression; low, because each edit waits for it."""


def written_problem(numbers: DraftNumbers) -> bytes:
    """The candidates and the holders as bytes."""
    problem = numbers.choice.problem
    return _packed(
        capacity=problem.capacity,
        a=problem.a.astype(np.int32),
        b=problem.b.astype(np.int32),
        weight=problem.weight.astype(np.int32),
        seed=np.array(problem.seed),
        mode=np.array(problem.mode.value),
        holders=np.array(numbers.holders, np.str_),
    )


def written_choice(choice: EditedChoice) -> bytes:
    """The positions of the chosen, pinned, banned and published pairs as bytes."""
    return _packed(chosen=choice.chosen, must=choice.problem.must, never=choice.problem.never, out=choice.out)


def read_numbers(problem: bytes, choice: bytes) -> DraftNumbers:
    """The numbers from the bytes of `written_problem` and `written_choice`."""
    return with_choice(read_problem(problem), choice)


def read_problem(problem: bytes) -> DraftNumbers:
    """The numbers from the bytes of `written_problem`, with no pair chosen, pinned, banned or published."""
    known = _unpacked(problem)
    return DraftNumbers(
        choice=EditedChoice(
            problem=RoundProblem(
                capacity=_whole(known["capacity"]),
                a=_whole(known["a"]),
                b=_whole(known["b"]),
                weight=_whole(known["weight"]),
                seed=int(known["seed"]),
                mode=Mode(str(known["mode"])),
            ),
            chosen=np.empty(0, np.int64),
        ),
        holders=known["holders"].tolist(),
    )


def with_choice(numbers: DraftNumbers, choice: bytes) -> DraftNumbers:
    """The numbers with the choice from the bytes of `written_choice`."""
    edited = {name: _whole(array) for name, array in _unpacked(choice).items()}
    problem = replace(numbers.choice.problem, must=edited["must"], never=edited["never"])
    return numbers.with_choice(EditedChoice(problem=problem, chosen=edited["chosen"], out=edited["out"]))


def _packed(**arrays: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> bytes:
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return compress(file.getvalue(), _LEVEL)


def _unpacked(content: bytes) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    with np.load(BytesIO(decompress(content)), allow_pickle=False) as arrays:
        return dict(arrays)


def _whole(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Integers:
    return array.astype(np.int64)
