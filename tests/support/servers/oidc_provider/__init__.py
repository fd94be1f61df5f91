"""npm's oidc-provider as an issuer on loopback."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.servers.provision import program

CLIENT_ID, CLIENT_SECRET = "isopolity", "s" * 32
_FOLDER = Path(__file__).parent


@contextmanager
def issuer(port: int, redirect_uri: str) -> Iterator[str]:
    """The issuer's address; the test is skipped where there is no Node.js with the packages of this folder."""
    node = program("ISOPOLITY_TEST_NODE")
    address = f"http://127.0.0.1:{port}"
    command: list[str | Path] = [node, _FOLDER / "issuer.mjs", str(port), redirect_uri]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            _wait(address, process)
            yield address
        finally:
            process.terminate()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(f"{address}/.well-known/openid-configuration").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
            continue
        return
    raise AssertionError("the issuer does not answer")
