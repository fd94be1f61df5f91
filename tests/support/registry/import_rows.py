"""The rows of an import file, read as an import does, in this process."""

import io
from typing import Any

from isopolity.registry.entrypoints.imports.row_parser import conventions_of, parse
from isopolity.tables.reader import open_rows


def read(kind: str, heading: str, *rows: str, **said: str) -> tuple[list[Any], list[str]]:
    """The rows of a file with semicolons, each as its value or its problems; and how it was read."""
    content = "\n".join([heading, *rows]).encode()
    conventions = conventions_of(kind, open_rows(io.BytesIO(content)), said)
    parsed = parse(kind, open_rows(io.BytesIO(content)), conventions)
    return [one if isinstance(one, list) else one[1].value for one in parsed], conventions.sentences()
