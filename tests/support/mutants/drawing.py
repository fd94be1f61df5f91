"""Every mutant of the services: one change of a comparison, a boolean or a number.

Left out are decorators, annotations, and compiled kernels: each change of a kernel would compile for a minute, and
property tests compare its results to the bit.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.mutants.reaching import SERVICES, imports

ROOMS: Final = ("domain", "application", "adapters")
SWAPPED: Final[Mapping[type[ast.AST], tuple[str, str]]] = {
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"), ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"), ast.And: ("and", "or"), ast.Or: ("or", "and"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """One change: the bytes from `start` to `end` of a file become `new`."""

    path: str
    start: int
    end: int
    new: str
    first: int
    """Position of the start of the changed expression."""
    last: int
    """Position of the end of the changed expression."""
    is_watched: bool
    """Whether each test that needs the expression executes it; False if it runs at import, or its result is cached."""

    def changed(self, root: Path) -> bytes:
        content = (root / self.path).read_bytes()
        return content[: self.start] + self.new.encode() + content[self.end :]

    def lines(self, root: Path) -> tuple[int, str, str]:
        """Its line's number, and the line before and after."""
        content = (root / self.path).read_bytes()
        number, first = content.count(b"\n", 0, self.start), content.rfind(b"\n", 0, self.start) + 1
        last = content.find(b"\n", self.end)
        after = content[first : self.start] + self.new.encode() + content[self.end : last]
        return number + 1, content[first:last].decode().strip(), after.decode().strip()


def all_mutants(root: Path) -> list[Mutant]:
    """Every mutant of the three services, in a fixed order."""
    found = list[Mutant]()
    for service in SERVICES:
        for room in ROOMS:
            for file in (root / f"services/{service}/src/isopolity/{service}/{room}").rglob("*.py"):
                found += mutants_of(file.relative_to(root).as_posix(), file.read_bytes())
    return sorted(found)


def mutants_of(path: str, content: bytes) -> Iterator[Mutant]:
    """Every mutant of a file; none in annotations, and none of a kernel."""
    tree = ast.parse(content)
    if any(name in ("numba", "isopolity.matching.compiled") for name in imports(tree)):
        return
    starts = [0]
    for line in content.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)

    def span(node: ast.expr) -> tuple[int, int]:
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        return starts[node.lineno - 1] + node.col_offset, end

    for node, is_watched in _decisions(tree):
        operators: Sequence[ast.AST] = ()
        terms: Sequence[ast.expr] = ()
        if isinstance(node, ast.Compare):
            operators, terms = node.ops, [node.left, *node.comparators]
        elif isinstance(node, ast.BoolOp):
            operators, terms = [node.op] * (len(node.values) - 1), node.values
        for operator, before, after in zip(operators, terms, terms[1:], strict=False):
            old, new = SWAPPED[type(operator)]
            end = span(before)[1]
            if (at := content[end : span(after)[0]].find(old.encode())) >= 0:
                yield Mutant(path, end + at, end + at + len(old), new, *span(node), is_watched)
        first, last = span(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
            new = str(not node.value) if isinstance(node.value, bool) else repr(node.value + 1)
            yield Mutant(path, first, last, new, first, last, is_watched)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield Mutant(path, first, first + len("not "), "", first, last, is_watched)


def _decisions(node: ast.AST, is_watched: bool = False) -> Iterator[tuple[ast.expr, bool]]:
    """All expressions below `node` that may be changed; Python 3.11 has no positions for parts of f-strings."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "decorator_list", "returns") or isinstance(node, ast.JoinedStr):
            continue
        inside = is_watched
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and name == "body":
            inside = not any("cache" in ast.unparse(each) for each in getattr(node, "decorator_list", ()))
        elif isinstance(node, ast.pattern):
            inside = False
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                if isinstance(child, ast.expr):
                    yield child, inside
                yield from _decisions(child, inside)
