"""registry's exports, saved as files."""

from pathlib import Path

from isopolity.client.registry import exports
from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.files.table_files import form_of
from isopolity.command.client.http_client import Client


def export_file(client: Client, kind: str, file: Path) -> None:
    """Write all of `kind` into `file`, whose name says the form. Raises Failure for one that is none."""
    form = form_of(file)
    with (
        atomic_file(file) as part,
        part.open("wb") as written,
        client.receive(exports.read(kind, form=form), patient=True) as answer,
    ):
        for block in answer.iter_bytes():
            written.write(block)
