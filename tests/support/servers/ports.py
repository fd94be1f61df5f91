"""Ports for servers that a test starts itself, below those that the machine gives to outgoing connections."""

import os
import random
import socket

_SERVER_PORTS = range(20_000, 32_000)
_LASTING_PORTS = range(19_000, 20_000)


def free_port(*, also: int = 0) -> int:
    """A port that nothing listens on now, and the one `also` above it neither."""
    while True:
        port = random.choice(_SERVER_PORTS)
        if _is_free(port) and _is_free(port + also):
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
