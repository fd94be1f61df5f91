"""The schemas that were committed before: editing a schema by hand must not get round the comparison.

Invariant: every version of a schema that any commit before this one held counts as released.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from isopolity.contracts.generation.files import SCHEMAS
from isopolity.contracts.generation.json_schemas import Json

NOTHING_RELEASED_BEFORE: Final[str | None] = None
"""A commit: what was committed up to it was never released, and may change. None: everything counts."""


def has_history(root: Path) -> bool:
    """Whether git knows the commits that led here."""
    return _git(root, "rev-parse", "--verify", "--quiet", "HEAD") is not None


def committed_schemas(root: Path, after: str | None = NOTHING_RELEASED_BEFORE) -> Iterator[tuple[PurePosixPath, Json]]:
    """Each version of each schema in the history of HEAD; none where there is no repository.

    A shallow clone holds fewer of them.
    """
    commits = ["HEAD"] if after is None else ["HEAD", f"^{after}"]
    log = _git(root, "log", "-m", "--raw", "--no-abbrev", "--no-renames", "--format=", *commits, "--", str(SCHEMAS))
    seen = set()
    for line in (log or "").splitlines():
        change, _, path = line.partition("\t")
        _, _, _, blob, status = change.split()
        if status != "D" and path.endswith(".json") and (path, blob) not in seen:
            seen.add((path, blob))
            yield PurePosixPath(path), json.loads(_git(root, "cat-file", "blob", blob) or "{}")


def _git(root: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 # a fixed program, our own arguments
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode()
