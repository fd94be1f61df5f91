"""`python -m deploy.generation [--check]`: writes the generated files, or says which are stale."""

import argparse
import sys
from pathlib import Path

from deploy.generation.files import generated_files


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when all is well, 1 when a file is stale, having said so in a sentence each."""
    parser = argparse.ArgumentParser(prog="python -m deploy.generation", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    stale = 0
    for path, text in generated_files().items():
        file = options.root / path
        if file.exists() and file.read_text("utf-8") == text:
            continue
        if options.check:
            stale = 1
            print(f"{path} is stale: run `make generate`.", file=sys.stderr)  # noqa: T201 # a command says its result
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
