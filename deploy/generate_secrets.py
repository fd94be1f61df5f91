"""Writes the secrets of the compose file, a file each; keeps those that are there, so that they stay in force.

A secret that `.env` holds, where a release before kept them, is taken over: databases know it.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256, sha512
from pathlib import Path
from typing import Final

SERVICES: Final = ("registry", "matching", "notify", "portal")
KAFKA_USERS: Final = (*SERVICES, "topics", "command")
HOLDERS: Final = {"registry": "registry-keys", "command": "command-key", "notify": "notify-key"}
"""The file of each signer's secret; `isopolity.identity.network_keys` derives the same keys from these secrets."""
_DATED: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.")
_PRIME = 2**255 - 19
_CURVE = -121665 * pow(121666, -1, _PRIME) % _PRIME
_BASE = (
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    46316835694926478169428394003475163141307993866256225615783033603165251855960,
)


def contents(before: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each file's name and text, but for the public keys; `before` are the variables of `.env`."""

    def kept(variable: str) -> str:
        return before.get(variable) or secrets.token_hex(24)

    for name in HOLDERS.values():
        fresh = f"{datetime.now(UTC).date()}.{secrets.token_hex(24)}"
        yield name, before.get(f"ISOPOLITY_{name.replace('-', '_').upper()}") or fresh
    yield "token-keys", before.get("ISOPOLITY_TOKEN_KEYS", "")
    yield "link-keys", before.get("ISOPOLITY_LINK_KEYS") or ",".join([secrets.token_hex(24), *_made_link_keys(before)])
    yield "smtp-password", before.get("ISOPOLITY_SMTP_PASSWORD", "")
    yield "postgres-password", kept("POSTGRES_PASSWORD")
    for service in SERVICES:
        password = kept(f"{service.upper()}_DATABASE_PASSWORD")
        yield f"{service}-database-url", f"postgresql://{service}:{password}@postgres/{service}"
    for user in KAFKA_USERS:
        yield f"kafka-{user}", secrets.token_hex(24)


def _made_link_keys(before: Mapping[str, str]) -> Iterator[str]:
    """The keys for answer links that a release before made from its token keys: links that are out go on with them."""
    for key in before.get("ISOPOLITY_TOKEN_KEYS", "").split(","):
        if key.strip():
            yield hmac.new(key.strip().encode(), b"isopolity.notify.answer-link", sha256).hexdigest()


def public_keys(folder: Path) -> str:
    """The public halves of the keys in the folder, as `ISOPOLITY_PUBLIC_KEYS` takes them."""
    keys = {holder: (folder / name).read_text(encoding="utf-8").split(",") for holder, name in HOLDERS.items()}
    return ",".join(_text(holder, key.strip()) for holder, found in keys.items() for key in found if key.strip())


def _text(holder: str, secret: str) -> str:
    """A public key as settings name it: its holder, its half, and the day that its secret begins with, if one does."""
    dated = _DATED.match(secret)
    return ":".join([holder, public_half(secret, holder), *([dated[1]] if dated else [])])


def variables(env: Path) -> dict[str, str]:
    """The variables of `.env`, or none without it."""
    lines = env.read_text(encoding="utf-8").splitlines() if env.exists() else []
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def public_half(secret: str, holder: str) -> str:
    """The public half of a holder's key (Ed25519), by Python alone: nothing is installed when secrets are made.

    Source: RFC 8032, section 5.1.5.
    """
    seed = sha256(f"isopolity.signing-key\n{holder}\n{secret}".encode()).digest()
    factor = int.from_bytes(sha512(seed).digest()[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    point, power = (0, 1), _BASE
    while factor:
        point = _sum(point, power) if factor & 1 else point
        power, factor = _sum(power, power), factor >> 1
    x, y = point
    return urlsafe_b64encode((y | (x & 1) << 255).to_bytes(32, "little")).rstrip(b"=").decode()


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points of the curve."""
    (x1, y1), (x2, y2) = one, other
    product = _CURVE * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, _PRIME)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, _PRIME)
    return x % _PRIME, y % _PRIME


def main(folder: Path, env: Path) -> None:
    """Write what is missing, and the public keys anew.

    The folder is its owner's alone; the files are not, since programs in containers are other users.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    missing = [(folder / name, text) for name, text in contents(variables(env)) if not (folder / name).exists()]
    for file, text in missing:
        file.write_text(f"{text}\n" if text else "", encoding="utf-8")
        file.chmod(0o644)
    (folder / "public-keys").write_text(f"{public_keys(folder)}\n", encoding="utf-8")
    print(f"{len(missing)} of the secrets in {folder} are new.")  # noqa: T201 - a program's output


if __name__ == "__main__":
    main(Path(__file__).parent / "secrets", Path(".env"))
