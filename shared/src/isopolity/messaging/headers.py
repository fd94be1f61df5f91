"""Message headers as one text column: a JSON list of pairs, byte for byte."""

import json

from isopolity.messaging.broker import Headers


def dump_headers(headers: Headers) -> str:
    """The text for `headers`; bytes are kept one to one as Latin-1."""
    return json.dumps([(name, value.decode("latin-1")) for name, value in headers])


def load_headers(text: str) -> list[tuple[str, bytes]]:
    """The headers in `text`."""
    return [(name, value.encode("latin-1")) for name, value in json.loads(text)]
