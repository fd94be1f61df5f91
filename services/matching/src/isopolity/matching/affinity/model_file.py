"""The model as a file: gzipped JSON with a format version and a hash over its content; nothing in it is ever executed.

Invariant: a file that loads is whole, unchanged and sound, and gives the scores that the model gave when it was saved.
The same model gives the same bytes.
"""

import gzip
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from isopolity.matching.affinity.features.pair_features import ASKED, NAMES
from isopolity.matching.affinity.forest import Forest, Judge
from isopolity.matching.affinity.links import History, Links
from isopolity.matching.affinity.model import AffinityModel
from isopolity.matching.affinity.places import Country, Place, Places
from isopolity.matching.errors import UnusableModel

FORMAT: Final = "isopolity affinity"
VERSION: Final = 2
_MOST_BYTES: Final = 1 << 28
_INTEGERS: Final = ("root", "feature", "left", "right")


def save(model: AffinityModel, path: Path) -> None:
    """Write `model`; the same model always as the same bytes."""
    content = _content(model)
    document = {"format": FORMAT, "version": VERSION, "sha256": _digest(content), "content": content}
    path.write_bytes(gzip.compress(_canonical(document), mtime=0))


def load(path: Path) -> AffinityModel:
    """The model that `path` holds. Raises UnusableModel."""
    return read(path)[0]


def read(path: Path) -> tuple[AffinityModel, str]:
    """The model that `path` holds, and its hash. Raises UnusableModel."""
    document = _document(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UnusableModel(f"{path.name} is no affinity model; give a file that `isopolity affinity train` wrote.")
    if document.get("version") != VERSION:
        told = str(document.get("version"))[:20]
        raise UnusableModel(f"{path.name} is of version {told}, this program reads {VERSION}; train it anew.")
    content: Any = document.get("content")
    if not _is_hash(document.get("sha256"), content):
        raise UnusableModel(f"{path.name} was changed after it was written: its hash is wrong; take an unchanged copy.")
    try:
        return _model(content), document["sha256"]
    except (KeyError, TypeError, ValueError, OverflowError, IndexError, AttributeError) as error:
        raise UnusableModel(f"{path.name} has the right hash but is no sound model; train it anew.") from error


def _document(path: Path) -> Any:
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise UnusableModel(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        unpacker = zlib.decompressobj(wbits=31)
        text = unpacker.decompress(packed, _MOST_BYTES)
        if not unpacker.eof:
            raise ValueError("cut off")
        return json.loads(text, parse_constant=_refused)
    except (zlib.error, ValueError, RecursionError) as error:
        raise UnusableModel(f"{path.name} is damaged or no affinity model; take a whole copy.") from error


def _refused(constant: str) -> float:
    raise ValueError(constant)


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _digest(content: Any) -> str:
    return sha256(_canonical(content)).hexdigest()


def _is_hash(told: Any, content: Any) -> bool:
    try:
        return bool(told == _digest(content))
    except (ValueError, RecursionError):  # numbers beyond all bounds, or half characters: nothing that was saved
        return False


def _content(model: AffinityModel) -> Mapping[str, Any]:
    return {
        "seed": model.seed,
        "features": list(NAMES),
        "judges": {case: _packed(getattr(model, case)) for case in ASKED},
        "card": model.card,
        "history": None if model.history is None else _history_content(model.history),
    }


def _model(content: Mapping[str, Any]) -> AffinityModel:
    if tuple(content["features"]) != NAMES:
        raise ValueError("other features")
    history = content["history"]
    return AffinityModel(
        seed=int(content["seed"]),
        card=dict(content["card"]),
        history=None if history is None else _history(history),
        **{case: _judge(content["judges"][case], asked) for case, asked in ASKED.items()},
    )


def _packed(judge: Judge) -> Mapping[str, Any]:
    forest = judge.forest
    return {
        "slope": judge.slope,
        "offset": judge.offset,
        **{name: getattr(forest, name).tolist() for name in _INTEGERS},
        # the shortest decimals that give the float32 again
        "threshold": [float(str(number)) for number in forest.threshold],
        "value": forest.value.tolist(),
    }


def _judge(packed: Mapping[str, Any], asked: Collection[int]) -> Judge:
    with np.errstate(over="ignore"):  # what is no float32 becomes infinite, and that is unsound
        arrays: dict[str, Any] = {
            **{name: np.array(packed[name], np.int32) for name in _INTEGERS},
            "threshold": np.array(packed["threshold"], np.float32),
            "value": np.array(packed["value"], np.float64),
        }
    slope, offset = float(packed["slope"]), float(packed["offset"])
    if any(array.ndim != 1 for array in arrays.values()) or not len(arrays["root"]):
        raise ValueError("no trees")
    forest = Forest(**arrays)
    if not forest.is_sound(asked) or not np.isfinite([slope, offset]).all():
        raise ValueError("unsound trees")
    return Judge(forest=forest, slope=slope, offset=offset)


_PLACE: Final = tuple(Place.__dataclass_fields__)
_COUNTRY: Final = tuple(Country.__dataclass_fields__)


def _history_content(history: History) -> Mapping[str, Any]:
    places = history.places
    return {
        "places": [[getattr(row, name) for name in _PLACE] for row in places.rows],
        "countries": [[getattr(land, name) for name in _COUNTRY] for _, land in sorted(places.lands.items())],
        "links": [history.links.a.tolist(), history.links.b.tolist()],
    }


def _history(content: Mapping[str, Any]) -> History:
    lands = [Country(**dict(zip(_COUNTRY, row, strict=True))) for row in content["countries"]]
    rows: Sequence[Place] = [Place(**dict(zip(_PLACE, row, strict=True))) for row in content["places"]]
    places = Places.of(rows, {land.code: land for land in lands})
    ends = np.array(content["links"], np.int64).reshape(2, -1).T
    if ends.size and not (ends.min() >= 0 and ends.max() < len(places)):
        raise ValueError("a link to nowhere")
    return History(places=places, links=Links.of(ends, len(places)))
