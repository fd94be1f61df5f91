"""`python -m deploy.client [--check]`: writes the documents of the APIs and the client, or says which are stale.

Invariant: a document that would break callers of a released one is never written.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from deploy.client.compatibility import broken
from deploy.client.documents import documents
from deploy.client.files import API, CLIENT, generated_files


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when all is well, 1 when a file is stale or breaks, having said so in a sentence each."""
    parser = argparse.ArgumentParser(prog="python -m deploy.client", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    root: Path = options.root
    whole = documents()
    problems = list(broken(root, whole))
    if not problems and options.check:
        problems = list(stale(root, generated_files(whole)))
    elif not problems:
        write(root, generated_files(whole))
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201 - its result
    return 1 if problems else 0


def stale(root: Path, files: Mapping[PurePosixPath, str]) -> Iterator[str]:
    """A sentence for each file that is not what would be generated now, or that nothing generates any more."""
    for path in sorted(_there(root) | files.keys()):
        file = root / path
        if path not in files or not file.exists() or file.read_text("utf-8") != files[path]:
            yield f"{path} is stale: run `make generate`."


def write(root: Path, files: Mapping[PurePosixPath, str]) -> None:
    """Write every generated file under `root`, and remove those that nothing generates any more."""
    for path in _there(root) - files.keys():
        (root / path).unlink()
    for path, text in files.items():
        file = root / path
        if not file.exists() or file.read_text("utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")


def _there(root: Path) -> set[PurePosixPath]:
    """The documents, and the modules of the client's packages."""
    found = {*(root / API).glob("*.json"), *(root / CLIENT).glob("*/*.py")}
    return {PurePosixPath(file.relative_to(root).as_posix()) for file in found}


if __name__ == "__main__":
    sys.exit(main())
