"""TLS to PostgreSQL, as the settings say, against a server that gets as far as the handshake."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from isopolity.configuration.settings import Settings
from isopolity.runtime.connections import open_database
from tests.support.polling import until


@dataclass(slots=True)
class Handshakes:
    """The end of each connection: encrypted, or why not."""

    outcomes: list[str] = field(default_factory=list)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that signs itself, and its key, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "server.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@asynccontextmanager
async def server(certificate: Path) -> AsyncIterator[tuple[int, Handshakes]]:
    context, seen = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), Handshakes()
    context.load_cert_chain(certificate)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.read(8)
        if request != b"\x00\x00\x00\x08\x04\xd2\x16\x2f":  # SSLRequest, by PostgreSQL's protocol
            seen.outcomes.append("plain")
        else:
            writer.write(b"S")
            await writer.drain()
            try:
                await writer.start_tls(context)
                seen.outcomes.append("encrypted" if await reader.read(1) else "refused")
            except (OSError, asyncio.IncompleteReadError):
                seen.outcomes.append("refused")
        writer.transport.abort()

    async with await asyncio.start_server(greet, "localhost", 0) as listening:
        yield listening.sockets[0].getsockname()[1], seen


@pytest.mark.parametrize(
    ("mode", "trusted", "outcome"),
    [
        ("disable", False, "plain"),
        ("prefer", False, "encrypted"),
        ("require", False, "encrypted"),
        ("verify-full", True, "encrypted"),
        ("verify-full", False, "refused"),
    ],
)
async def test_the_settings_decide_how_the_database_is_reached(
    certificate: Path, mode: Any, trusted: bool, outcome: str
) -> None:
    settings = Settings(database_ssl=mode, database_ssl_cafile=certificate if trusted else None)
    async with server(certificate) as (port, seen):
        async with open_database(settings, f"postgresql://anna:secret@localhost:{port}/notes") as database:
            with pytest.raises(Exception):  # noqa: B017, PT011  # it is no database, only its door
                await database.ping()
        await until(lambda: bool(seen.outcomes))
    assert seen.outcomes[0] == outcome
