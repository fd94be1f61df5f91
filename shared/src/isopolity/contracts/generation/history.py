"""The JSON files that were committed before: editing one by hand must not get round the comparison.

Invariant: every version of a file that any commit since the first released one held counts as released.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

Json = dict[str, Any]


def has_history(root: Path) -> bool:
    """Whether git knows the commits that led here."""
    return _git(root, "rev-parse", "--verify", "--quiet", "HEAD") is not None


def committed_files(
    root: Path, folder: PurePosixPath, since: str | None = None
) -> Iterator[tuple[PurePosixPath, Json]]:
    """Each version of each JSON file of `folder` in the history of HEAD; none where there is no repository.

    With `since`, a commit, those that it holds and later ones. A shallow clone holds fewer of them.
    """
    seen = set()
    for path, blob in [*_held(root, folder, since), *_changed(root, folder, since)]:
        if path.endswith(".json") and (path, blob) not in seen:
            seen.add((path, blob))
            yield PurePosixPath(path), json.loads(_git(root, "cat-file", "blob", blob) or "{}")


def _held(root: Path, folder: PurePosixPath, commit: str | None) -> Iterator[tuple[str, str]]:
    """The path and the blob of each file of the folder, as the commit holds it."""
    if commit is not None:
        for line in (_git(root, "ls-tree", "-r", commit, "--", str(folder)) or "").splitlines():
            facts, _, path = line.partition("\t")
            yield path, facts.split()[2]


def _changed(root: Path, folder: PurePosixPath, since: str | None) -> Iterator[tuple[str, str]]:
    """The path and the blob of each file of the folder that a commit after `since` has written."""
    commits = ["HEAD"] if since is None else ["HEAD", f"^{since}"]
    log = _git(root, "log", "-m", "--raw", "--no-abbrev", "--no-renames", "--format=", *commits, "--", str(folder))
    for line in (log or "").splitlines():
        change, _, path = line.partition("\t")
        _, _, _, blob, status = change.split()
        if status != "D":
            yield path, blob


def _git(root: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 # a fixed program, our own arguments
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode()
