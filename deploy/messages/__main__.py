"""`python -m deploy.messages [--check | CODE]`: brings the catalogues up to date, begins one, or says what is wrong."""

import argparse
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from babel.core import UnknownLocaleError

from deploy.messages.faults import faults_of
from deploy.messages.files import FOLDER, catalogue_of, codes, updated
from deploy.messages.sources import sentences
from isopolity.languages.offered import ENGLISH, OFFERED


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when all is well, 1 when something is wrong, having said so in a sentence each."""
    parser = argparse.ArgumentParser(prog="python -m deploy.messages", description=__doc__)
    parser.add_argument("code", nargs="?", default="", help="a language to begin, such as de or pt_BR")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a catalogue is stale or wrong")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    try:
        problems = [*(check(options.root) if options.check else write(options.root, options.code))]
    except (UnknownLocaleError, ValueError):
        print(f"There is no language with the code {options.code}; give one such as de.", file=sys.stderr)  # noqa: T201 # as below
        return 1
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201 # a command says its result
    return 1 if problems and options.check else 0


def check(root: Path) -> Iterator[str]:
    """The faults of all catalogues: missing or stale ones, and sentences that a reader could not use."""
    for code in sorted({*OFFERED} - {ENGLISH} - {*codes(root)}):
        yield f"{FOLDER}/{code}.po is missing: run make messages LANGUAGE={code}"
    today = sentences(root)
    for code in codes(root):
        file = root / FOLDER / f"{code}.po"
        catalogue = catalogue_of(code, root)
        if updated(catalogue, deepcopy(today)) != file.read_text(encoding="utf-8"):
            yield f"{FOLDER}/{code}.po is stale: run make messages"
        yield from faults_of(catalogue)


def write(root: Path, begun: str) -> Iterator[str]:
    """Bring all catalogues up to date; then tell what is still wrong with each."""
    today = sentences(root)
    for code in sorted({*codes(root), *([begun] if begun else [])}):
        catalogue = catalogue_of(code, root)
        text = updated(catalogue, deepcopy(today))
        (root / FOLDER / f"{code}.po").write_text(text, encoding="utf-8")
        yield from faults_of(catalogue)


if __name__ == "__main__":
    sys.exit(main())
