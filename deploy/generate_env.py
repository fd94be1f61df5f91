"""Writes .env for docker compose with fresh secrets; keeps the file if it exists, so that passwords stay in force."""

import secrets
import sys
from pathlib import Path

NAMES = (
    "POSTGRES_PASSWORD",
    "REGISTRY_DATABASE_PASSWORD",
    "MATCHING_DATABASE_PASSWORD",
    "NOTIFY_DATABASE_PASSWORD",
    "PORTAL_DATABASE_PASSWORD",
    "ISOPOLITY_TOKEN_KEYS",
    "ISOPOLITY_LINK_KEYS",
)


def main(path: Path) -> None:
    """Create `path`, readable by its owner only."""
    if path.exists():
        print(f"{path} exists; delete it to make new secrets (and the volumes that know the old ones).")  # noqa: T201 - a program's output
        return
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={secrets.token_hex(24)}\n" for name in NAMES), encoding="utf-8")
    print(f"{path} written.")  # noqa: T201 - a program's output


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".env"))
