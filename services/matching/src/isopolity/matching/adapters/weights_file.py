"""The network's weights from a file, TOML or JSON: `[twinning]`, `[sponsorship]`, a number a part, and `neighbours`."""

import json
import tomllib
from pathlib import Path

from isopolity.matching.domain.scores.weights import Weights
from isopolity.matching.errors import InvalidWeights


def read_weights(path: Path) -> Weights:
    """The weights in the file; what it does not name has its default. Raises InvalidWeights, OSError."""
    content = path.read_bytes()
    try:
        text = content.decode()
        document = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise InvalidWeights(f"The weights in {path} are no {kind}: {error}.") from None
    return Weights.of(document)
