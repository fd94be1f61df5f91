"""`python -m deploy.generation [--check]`: writes the generated files, or says which are stale."""

import argparse
import sys
from pathlib import Path

from deploy.generation.files import generated_files
from isopolity.contracts.generation.files import stale, write


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when all is well, 1 when a file is stale, having said so in a sentence each."""
    parser = argparse.ArgumentParser(prog="python -m deploy.generation", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    if not options.check:
        write(options.root, generated_files())
        return 0
    problems = list(stale(options.root, generated_files()))
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201 # a command says its result
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
