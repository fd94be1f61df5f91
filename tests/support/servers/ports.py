"""Ports for servers that a test starts itself, below those that the machine gives to outgoing connections.

Invariant: no two processes of tests get the same port, even while its server is dead and starts again. A process keeps
each port by a UDP socket of the same number, which nothing else here uses.
"""

import atexit
import os
import random
import socket

_SERVER_PORTS = range(20_000, 32_000)
_LASTING_PORTS = range(19_000, 20_000)
_KEPT: list[socket.socket] = []
_CHANCE = random.SystemRandom()
"""Other tests may seed the common generator."""


def free_port(*, also: int = 0) -> int:
    """A port that nothing listens on now, and the one `also` above it neither; this process keeps both."""
    while True:
        port = _CHANCE.choice(_SERVER_PORTS)
        if all(map(_is_free, {port, port + also})) and _keeps({port, port + also}):
            return port


def lasting_port() -> int:
    """A port of this process of tests, the same at each call, which `free_port` gives to nobody."""
    return _LASTING_PORTS[os.getpid() % len(_LASTING_PORTS)]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _keeps(ports: set[int]) -> bool:
    """Keep these ports for this process, unless another one keeps one of them."""
    kept = []
    for port in ports:
        kept.append(socket.socket(type=socket.SOCK_DGRAM))
        try:
            kept[-1].bind(("127.0.0.1", port))
        except OSError:
            for each in kept:
                each.close()
            return False
    _KEPT.extend(kept)
    return True


@atexit.register
def _release() -> None:
    for each in _KEPT:
        each.close()
