"""`python -m deploy.pins [SBOM]`: whether constraints.txt names what is installed, in these versions, and nothing else.

With a bill of materials: whether that names nothing else than constraints.txt. So the versions that are built, tested,
audited and listed are the same.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PINS: Final = Path(__file__).parents[1] / "constraints.txt"
_OURS: Final = "isopolity"
_TOOLS: Final = frozenset({"pip", "setuptools", "wheel"})
"""Packages that Python brings along, in versions of its own, to install others."""


def pinned(text: str) -> dict[str, str]:
    """The versions in constraints.txt, by name."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    found = [Requirement(line) for line in lines if line]
    return {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in found}


def installed() -> dict[str, str]:
    """The versions in this environment, by name, without ours."""
    return _others({each.metadata["Name"]: each.version for each in distributions()})


def listed(bill: str) -> dict[str, str]:
    """The versions in a CycloneDX bill of materials, by name, without ours."""
    return _others({each["name"]: each["version"] for each in json.loads(bill)["components"]})


def _others(versions: Mapping[str, str]) -> dict[str, str]:
    named = {canonicalize_name(name): version for name, version in versions.items()}
    return {name: version for name, version in named.items() if not name.startswith(_OURS) and name not in _TOOLS}


def differences(pins: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each package that is found in another version than the pinned one, or without a pin."""
    for name, version in sorted(found.items()):
        if name not in pins:
            yield f"{name} {version} is not pinned: add {name}=={version} to constraints.txt."
        elif pins[name] != version:
            yield f"{name} is {version} and pinned to {pins[name]}: run `make setup`, or correct constraints.txt."


def unused(pins: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each pin of what nothing installs."""
    for name in sorted(pins.keys() - found.keys()):
        yield f"{name} is pinned and not installed: run `make setup`, or take it out of constraints.txt."


def main() -> int:
    """Return 0 when both agree, 1 when not, having said so in a sentence each."""
    pins = pinned(PINS.read_text("utf-8"))
    if len(sys.argv) > 1:
        sentences = list(differences(pins, listed(Path(sys.argv[1]).read_text("utf-8"))))
    else:
        found = installed()
        sentences = [*differences(pins, found), *unused(pins, found)]
    for sentence in sentences:
        print(sentence, file=sys.stderr)  # noqa: T201 # a command says its result
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
