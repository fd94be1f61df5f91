"""`python -m deploy.size [COMMIT]`: how large the code is, here or at a commit: files, and lines of code, by folder.

A line of code holds a token that is no comment and no docstring. What is generated (the client) does not count, nor do
tests, benchmarks and data.
"""

import ast
import io
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

_ROOTS: Final = ("shared/src", "services", "command/src")
_GENERATED: Final = "shared/src/isopolity/client/"
_NO_CODE: Final = frozenset(
    {
        *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
        *(tokenize.ENCODING, tokenize.ENDMARKER),
    }
)


def main(arguments: list[str]) -> int:
    """Print the table; return the exit code."""
    files, lines = sizes(sources(arguments[0] if arguments else ""))
    for folder in sorted(files):
        print(f"{folder:<20} {files[folder]:>6} files {lines[folder]:>8} lines")  # noqa: T201 # a command says its result
    print(f"{'all':<20} {files.total():>6} files {lines.total():>8} lines")  # noqa: T201
    return 0


def sources(commit: str) -> Iterator[tuple[str, str]]:
    """Path and text of each module that counts, at `commit`; if that is empty, as in the index."""
    listed = _git("ls-tree", "-r", "--name-only", commit) if commit else _git("ls-files")
    for path in listed.splitlines():
        is_generated = path.startswith(_GENERATED) and path.count("/") > _GENERATED.count("/")
        if path.startswith(_ROOTS) and path.endswith(".py") and not is_generated:
            yield path, _git("show", f"{commit}:{path}")


def sizes(modules: Iterator[tuple[str, str]]) -> tuple[Counter[str], Counter[str]]:
    """Numbers of files and lines of code, by distribution."""
    files, lines = Counter[str](), Counter[str]()
    for path, text in modules:
        parts = PurePosixPath(path).parts
        folder = "/".join(parts[: parts.index("src")])
        files[folder] += 1
        lines[folder] += lines_of_code(text)
    return files, lines


def lines_of_code(text: str) -> int:
    """The number of lines of a module that hold code."""
    docstrings = _docstrings(ast.parse(text))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE and docstrings.get(token.start[0]) != token.end[0]:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code)


def _docstrings(module: ast.Module) -> Mapping[int, int]:
    """The first and last lines of texts that stand alone as a statement."""
    return {
        node.lineno: node.end_lineno or node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, check=True, text=True).stdout  # noqa: S603, S607


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
