"""A Toxiproxy between a client and a service: connections can be cut and hung."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError

from tests.support.servers.ports import free_port
from tests.support.servers.provision import program


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """One proxied port; `name` is its name at the server."""

    api: str
    name: str
    port: int

    def cut(self) -> None:
        """Close all connections and refuse new ones."""
        _call(self.api, f"/proxies/{self.name}", {"enabled": False})

    def mend(self) -> None:
        """Let connections through again, and data flow."""
        _call(self.api, "/reset", {})

    def hang(self) -> None:
        """Keep connections open, but let nothing through from the service."""
        _call(
            self.api, f"/proxies/{self.name}/toxics", {"type": "timeout", "name": "hang", "attributes": {"timeout": 0}}
        )


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """A proxy in front of a local port; skips the test without the program."""
    server, api_port, proxy_port = program("ISOPOLITY_TEST_TOXIPROXY"), free_port(), free_port()
    api = f"http://127.0.0.1:{api_port}"
    process = subprocess.Popen(
        [server, "-host", "127.0.0.1", "-port", str(api_port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(api)
        settings = {"name": "p", "listen": f"127.0.0.1:{proxy_port}", "upstream": f"127.0.0.1:{port}", "enabled": True}
        _call(api, "/proxies", settings)
        yield Proxy(api=api, name="p", port=proxy_port)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _await(api: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{api}/version", timeout=5):  # noqa: S310  # always http on the loopback
                return
        except URLError:
            if time.monotonic() > deadline:
                raise


def _call(api: str, path: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(  # noqa: S310  # always http on the loopback
        api + path, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=60):  # noqa: S310  # always http on the loopback
        return
