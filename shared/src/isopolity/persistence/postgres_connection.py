"""Opening a connection to PostgreSQL so that neither side waits long for a peer that is gone.

Invariant: whatever keeps a connection from being opened is DatabaseUnavailable; nobody's statement is to blame for it.
"""

import socket
from typing import Any, Final

import asyncpg

from isopolity.persistence.away import DatabaseUnavailable

_IDLE, _INTERVAL, _COUNT, _USER_TIMEOUT = 5, 3, 3, 15
"""Seconds of silence before a probe, seconds between probes, how many, and seconds for sent data to be confirmed: a
host that vanished is noticed within 15 seconds. The operating systems' own values are two hours."""

SERVER_SETTINGS: Final = {
    "tcp_keepalives_idle": str(_IDLE),
    "tcp_keepalives_interval": str(_INTERVAL),
    "tcp_keepalives_count": str(_COUNT),
    "tcp_user_timeout": str(_USER_TIMEOUT * 1000),
    "idle_in_transaction_session_timeout": str(5 * 60 * 1000),  # a frozen process answers probes, and keeps its locks
}
_CLIENT_OPTIONS: Final = {
    "TCP_KEEPIDLE": _IDLE,
    "TCP_KEEPINTVL": _INTERVAL,
    "TCP_KEEPCNT": _COUNT,
    "TCP_USER_TIMEOUT": _USER_TIMEOUT * 1000,
}


async def connect(*arguments: Any, **options: Any) -> Any:
    """A connection as `asyncpg.connect` opens it, with keepalives on both sides. Raises DatabaseUnavailable."""
    options["server_settings"] = SERVER_SETTINGS | options.get("server_settings", {})
    try:
        connection = await asyncpg.connect(*arguments, **options)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        words = str(error) or type(error).__name__
        raise DatabaseUnavailable(f"no connection to the database: {words}") from error
    _keep_alive(connection._transport.get_extra_info("socket"))  # asyncpg has no public way to its socket
    return connection


def _keep_alive(connected: socket.socket) -> None:
    if connected.family == socket.AF_UNIX:
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _CLIENT_OPTIONS.items():
        if hasattr(socket, name):  # not every operating system has each
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
