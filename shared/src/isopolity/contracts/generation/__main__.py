"""`python -m isopolity.contracts.generation [--check]`: writes the generated files, or says which are stale.

Invariant: a schema that would break an old reader or an old event is never written.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.generation.compatibility import breaking_changes, committed_files, has_history
from isopolity.contracts.generation.files import SCHEMAS, generated_files, schemas, stale, write
from isopolity.contracts.generation.json_schemas import Json, schema_of


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when all is well, 1 when something is stale or breaks, having said so in a sentence each."""
    parser = argparse.ArgumentParser(prog="python -m isopolity.contracts.generation", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    root: Path = options.root
    if not has_history(root):
        _say("There is no git history here: the schemas are compared with the files on disk only.")
    problems = list(broken(root))
    if not problems and options.check:
        problems = list(stale(root, generated_files(root)))
    elif not problems:
        write(root, generated_files(root))
    for problem in problems:
        _say(problem)
    return 1 if problems else 0


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 # a command says its result


def broken(root: Path) -> Iterator[str]:
    """A sentence for each released schema that the catalogue no longer fits."""
    current = schemas()
    found = set()
    for path, released in (*_schemas_on_disk(root), *committed_files(root, SCHEMAS)):
        for sentence in _differences(path, released, current.get(path)):
            if sentence not in found:
                found.add(sentence)
                yield sentence


def _schemas_on_disk(root: Path) -> Iterator[tuple[PurePosixPath, Json]]:
    for file in sorted((root / SCHEMAS).glob("*.json")):
        yield SCHEMAS / file.name, json.loads(file.read_text("utf-8"))


def _differences(path: PurePosixPath, released: Json, current: Json | None) -> Iterator[str]:
    name = path.stem
    if current is None:
        yield f"{name} was released and is no longer in the catalogue: put it back, for its events are still read."
        return
    if "allOf" in current and "allOf" not in released:  # a type that was released before types shared schemas
        current = schema_of(EVENT_TYPES[name])
    elif current.get("allOf") != released.get("allOf"):
        yield f"{name}: its data is another one's: give the event type another version instead."
    for change in breaking_changes(released, current):
        yield f"{name}: {change}. A released event grows by optional fields only: add one, or add the next version."


if __name__ == "__main__":
    sys.exit(main())
