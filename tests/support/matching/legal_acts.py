"""Files with legal acts, all made up."""

from pathlib import Path

ENTRIES = {
    "title": '"Act on Exemplary Distance"',
    "citation": '"Example Gazette 2026, No. 7"',
    "issued_by": '"Assembly of Examples"',
    "address": '"https://acts.example/7"',
    "forbids": '"It forbids partnerships of public bodies of the two sides."',
    "from": "2026-01-31",
    "one_side": '["KE", "BR"]',
    "other_side": '["FI"]',
}


def written(folder: Path, **changes: str | None) -> Path:
    """A file with one act; None leaves an entry out. `since` and `until` are its days."""
    entries = ENTRIES | {name.replace("since", "from"): value for name, value in changes.items()}
    lines = [f"{name} = {value}" for name, value in entries.items() if value is not None]
    file = folder / "acts.toml"
    file.write_text("\n".join(["[[act]]", *lines, ""]))
    return file
