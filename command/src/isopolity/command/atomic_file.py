"""A file that is written whole or not at all.

Invariant: at any moment the file has either its old content or all of the new.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isopolity.command.failure import Failure


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A temporary file, renamed to `path` if the block raises nothing, else deleted. Raises Failure and OSError."""
    if path.exists() and not path.is_file():
        raise Failure(f"{path} is there and is no file; name another one.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.touch()
        yield part
        part.replace(path)
    except FileNotFoundError as error:
        if path.parent.is_dir():
            raise
        raise Failure(f"There is no folder {path.parent}; make it first.") from error
    finally:
        part.unlink(missing_ok=True)
