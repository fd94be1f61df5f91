"""`python -m deploy.client [--check]`: writes the documents of the APIs and the client, or says which are stale."""

import argparse
import sys
from pathlib import Path

from deploy.client.files import API, CLIENT, generated_files


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when all is well, 1 when a file is stale, having said so in a sentence each."""
    parser = argparse.ArgumentParser(prog="python -m deploy.client", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    root: Path = options.root
    files = generated_files()
    there = {*(root / API).glob("*.json"), *(root / CLIENT).glob("*/*.py")}
    stale = sorted(there - {root / path for path in files})
    if not options.check:
        for file in stale:
            file.unlink()
    for path, text in files.items():
        file = root / path
        if file in there and file.read_text("utf-8") == text:
            continue
        if options.check:
            stale.append(file)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    for file in stale if options.check else ():
        print(f"{file.relative_to(root)} is stale: run `make generate`.", file=sys.stderr)  # noqa: T201 # its result
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
