"""The release of Isopolity that runs: the version of its packages, and the build of them where one is named.

Invariant: metrics, logs, samples, pages and `--version` tell the release by these functions alone.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from platform import python_version
from typing import Final

BUILD: Final = "ISOPOLITY_BUILD"
"""The setting that names the build; an image is made with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release: `0.1.0`, or `0.1.0+3f2a91c` where its build is named."""

    version: str
    build: str = ""

    def __str__(self) -> str:
        return f"{self.version}+{self.build}" if self.build else self.version


def release_of(build: str = "") -> Release:
    """The release of the packages that are installed here, as this build of them."""
    return Release(version=_installed(), build=build)


def release_line(name: str, environment: Mapping[str, str] | None = None) -> str:
    """The line that `--version` prints for the program `name`."""
    build = (os.environ if environment is None else environment).get(BUILD, "")
    return f"{name} {release_of(build)} (Python {python_version()})"


@cache
def _installed() -> str:
    return version("isopolity-shared")
