"""`python -m deploy.client [--check]`: writes the documents of the APIs and the client, or says which are stale.

Invariant: a document that would break callers of a released one is never written.
"""

import argparse
import sys
from pathlib import Path, PurePosixPath

from deploy.client.compatibility import broken
from deploy.client.documents import documents
from deploy.client.files import API, CLIENT, generated_files
from isopolity.contracts.generation.files import stale, write


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when all is well, 1 when a file is stale or breaks, having said so in a sentence each."""
    parser = argparse.ArgumentParser(prog="python -m deploy.client", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    root: Path = options.root
    whole = documents()
    problems = list(broken(root, whole))
    if not problems:
        files = generated_files(whole)
        left_over = sorted(_there(root) - files.keys())
        if options.check:
            problems = [*stale(root, files), *(f"{path} is stale: run `make generate`." for path in left_over)]
        else:
            write(root, files)
            for path in left_over:
                (root / path).unlink()
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201 - its result
    return 1 if problems else 0


def _there(root: Path) -> set[PurePosixPath]:
    """The documents, and the modules of the client's packages."""
    found = {*(root / API).glob("*.json"), *(root / CLIENT).glob("*/*.py")}
    return {PurePosixPath(file.relative_to(root).as_posix()) for file in found}


if __name__ == "__main__":
    sys.exit(main())
