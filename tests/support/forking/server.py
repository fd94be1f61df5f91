"""The server that programs are forked from; it starts with the first of them."""

import multiprocessing
from typing import Final

FORKING: Final = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.support.forking.imported"])
