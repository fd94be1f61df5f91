"""The demo network: some 500 cities and partners, loaded over HTTP like any other import.

Invariant: it is never mixed into a network that somebody else has begun; loading it again changes nothing.
"""

from importlib.resources import files
from pathlib import Path
from typing import Final

from isopolity.standalone.client import Client
from isopolity.standalone.failure import Failure
from isopolity.standalone.importing import import_file
from isopolity.standalone.reporting import Progress

KINDS: Final = ("cities", "partners", "requests", "twinnings")


class DemoState:
    """Whether a data folder holds the demo network, remembered in a file there."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._marker = data / "demo"

    @property
    def present(self) -> bool:
        """Whether the folder's network is the demo one, loaded or to be loaded."""
        return self._marker.exists()

    @property
    def unfinished(self) -> bool:
        """Whether loading has not come to its end."""
        return self.present and self._marker.read_text(encoding="ascii") != "loaded"

    def claim_fresh_folder(self) -> None:
        """Let the folder hold the demo network if nothing else has begun there."""
        if not self.present and not (self._data / "registry.db").exists():
            self._marker.write_text("loading", encoding="ascii")

    def finished(self) -> None:
        """Remember that loading came to its end."""
        self._marker.write_text("loaded", encoding="ascii")


def demo_file(kind: str) -> Path:
    """The CSV of one kind. Raises Failure if the demo data is not installed."""
    installed = Path(str(files("isopolity.standalone") / "demo"))
    checkout = Path(__file__).parents[5] / "data" / "demo"
    for folder in (installed, checkout):
        if (folder / f"{kind}.csv").is_file():
            return folder / f"{kind}.csv"
    raise Failure("The demo data is not installed; install isopolity-standalone from a whole checkout.")


def load_demo(client: Client, progress: Progress) -> None:
    """Import the members, endorsed, and what belongs to them; run a round once matching has seen them."""
    for kind in KINDS:
        import_file(client, kind, demo_file(kind), progress, endorse=True)
