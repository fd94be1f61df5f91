"""Kernels are interpreted for a small problem until they are compiled, and compiled for a large one."""

from collections.abc import Iterator

import pytest

from isopolity.matching import compiled
from isopolity.matching.compiled import KERNELS, compiling, is_interpreting, worth_compiling


@pytest.fixture
def unknown_kernel() -> Iterator[compiled.Kernel]:
    """A kernel that nothing has compiled."""

    @compiled.compiled
    def double(number: int) -> int:
        return 2 * number

    yield KERNELS[-1]
    KERNELS.pop()


@pytest.mark.usefixtures("unknown_kernel")
@pytest.mark.parametrize("is_large", [False, True])
def test_only_a_small_problem_is_interpreted_while_a_kernel_is_not_compiled(is_large: bool) -> None:
    with worth_compiling(lambda: is_large):
        assert is_interpreting() is not is_large
    assert not is_interpreting()


def test_a_small_problem_runs_compiled_once_all_kernels_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "KERNELS", [])
    with worth_compiling(lambda: False):
        assert not is_interpreting()


@pytest.mark.usefixtures("unknown_kernel")
def test_the_outer_problem_decides_for_those_within_it() -> None:
    with worth_compiling(lambda: True), worth_compiling(lambda: False):
        assert not is_interpreting()
    with worth_compiling(lambda: False), worth_compiling(lambda: True):
        assert is_interpreting()


def test_a_kernel_is_compiled_by_its_first_compiled_call(unknown_kernel: compiled.Kernel) -> None:
    with compiling(False):
        assert unknown_kernel(2) == 4
    assert not unknown_kernel.is_compiled
    with compiling():
        assert unknown_kernel(3) == 6
    assert unknown_kernel.is_compiled


@pytest.mark.usefixtures("unknown_kernel")
def test_without_numba_everything_is_interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "HAS_COMPILER", False)
    assert is_interpreting()
    with compiling(), worth_compiling(lambda: True):
        assert is_interpreting()
