"""A limit on the size of files, as a full disk without a disk: the operating system refuses what would go beyond it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_file_grows(process: int = 0) -> Iterator[None]:
    """Inside the block `process`, or this one, can write to no regular file."""
    soft, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))
