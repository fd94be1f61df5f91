"""Writes .env for docker compose with fresh secrets; keeps the file if it exists, so that passwords stay in force."""

import secrets
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256, sha512
from pathlib import Path

NAMES = (
    "POSTGRES_PASSWORD",
    "REGISTRY_DATABASE_PASSWORD",
    "MATCHING_DATABASE_PASSWORD",
    "NOTIFY_DATABASE_PASSWORD",
    "PORTAL_DATABASE_PASSWORD",
    "ISOPOLITY_REGISTRY_KEYS",
    "ISOPOLITY_COMMAND_KEY",
    "ISOPOLITY_NOTIFY_KEY",
    "ISOPOLITY_LINK_KEYS",
)
HOLDERS = {
    "registry": "ISOPOLITY_REGISTRY_KEYS",
    "command": "ISOPOLITY_COMMAND_KEY",
    "notify": "ISOPOLITY_NOTIFY_KEY",
}
"""Who signs tokens, and by which secret; `isopolity.network_keys` makes keys of them in the same way."""
_PRIME = 2**255 - 19
_CURVE = -121665 * pow(121666, -1, _PRIME) % _PRIME
_BASE = (
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    46316835694926478169428394003475163141307993866256225615783033603165251855960,
)


def main(path: Path) -> None:
    """Create `path`, readable by its owner only."""
    if path.exists():
        print(f"{path} exists; delete it to make new secrets (and the volumes that know the old ones).")  # noqa: T201 - a program's output
        return
    path.touch(mode=0o600)
    values = {name: secrets.token_hex(24) for name in NAMES}
    halves = (f"{holder}:{public_half(values[name], holder)}" for holder, name in HOLDERS.items())
    values["ISOPOLITY_PUBLIC_KEYS"] = ",".join(halves)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    print(f"{path} written.")  # noqa: T201 - a program's output


def public_half(secret: str, holder: str) -> str:
    """The public half of a holder's key (Ed25519), by Python alone: nothing is installed when .env is made.

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


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".env"))
