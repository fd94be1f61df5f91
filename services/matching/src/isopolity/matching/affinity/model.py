"""The learned affinity: three forests, one for each case of known links, which score pairs of places.

Invariant: a pair's score depends on places, links and the pair alone, not on other pairs or their order, and (a, b)
has the score of (b, a).

The model is saved as gzipped JSON with a format version and a hash of its content; reading it executes nothing.
Invariant: a file that loads is complete, unchanged and sound, and gives the scores of the saved model. Equal models are
saved as equal bytes.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.special import expit

from isopolity.matching.affinity.forest import CalibratedForest, Forest
from isopolity.matching.affinity.link_features import LinkFeatures, link_features_of
from isopolity.matching.affinity.links import History, Links
from isopolity.matching.affinity.pair_features import CASE_COLUMNS, NAMES, SWAPPED, pair_features
from isopolity.matching.affinity.place_features import PlaceFeatures, place_features_of
from isopolity.matching.affinity.places import Country, Place, Places
from isopolity.matching.arrays import Floats, Floats32, Integers
from isopolity.matching.errors import UnusableModel
from isopolity.matching.threads import in_threads

_PAIRS_A_TASK: Final = 1 << 12
_STRAIGHT: Final = np.arange(len(NAMES))


@dataclass(frozen=True, slots=True, kw_only=True)
class AffinityModel:
    """A trained model, with the content of a model file."""

    seed: int
    known: CalibratedForest
    """The forest for pairs of which both places have another link."""
    half: CalibratedForest
    """The forest for pairs of which only the second place has another link."""
    unknown: CalibratedForest
    """The forest for pairs of which neither place has another link."""
    card: Mapping[str, Any]
    history: History | None = None
    """The places and links of the training; members of a network can be scored only with it."""

    def bound(self, places: Places, links: Links) -> "BoundAffinity":
        """The model on `places`, of whose links only `links` are known."""
        features = place_features_of(places)
        return BoundAffinity(
            model=self, place_features=features, link_features=link_features_of(features, links), links=links
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundAffinity:
    """Scores pairs of positions in the places that it is bound to."""

    model: AffinityModel
    place_features: PlaceFeatures
    link_features: LinkFeatures
    links: Links = field(repr=False)

    def scores(self, a: Integers, b: Integers, report: Callable[[int], None] = lambda done: None) -> Floats:
        """The chance of each pair to be twins, in [0, 1], if one of 100 candidates is the true one.

        A place with itself has 0. A place without links is scored by its surroundings; so are both places of a linked
        pair, since their paths without that link are not known. Large inputs use all processors; `report` is called
        with the number of pairs done.
        """
        a, b = np.minimum(a, b), np.maximum(a, b)
        found = np.zeros(len(a))

        def work(first: int, beyond: int) -> None:
            found[first:beyond] = self._piece(a[first:beyond], b[first:beyond])

        in_threads(work, len(a), _PAIRS_A_TASK, report=report)
        found[a == b] = 0.0
        return found

    def _piece(self, a: Integers, b: Integers) -> Floats:
        linked = self.links.have(a, b)
        new_a, new_b = (linked | (self.links.degree[end] == 0) for end in (a, b))
        known, half, unknown = self.model.known, self.model.half, self.model.unknown
        logits = np.empty(len(a))
        for case, chosen in ((known, ~new_a & ~new_b), (unknown, new_a & new_b)):
            features = self._features(a[chosen], b[chosen], new=case is unknown)
            sums = case.forest.sums(features, _STRAIGHT) + case.forest.sums(features, SWAPPED)
            logits[chosen] = case.logits(sums / 2)
        one_new = np.flatnonzero(new_a != new_b)
        new, other = np.where(new_a, a, b)[one_new], np.where(new_a, b, a)[one_new]
        logits[one_new] = half.logits(half.forest.sums(self._features(new, other), _STRAIGHT))
        return np.asarray(expit(logits), np.float64)

    def _features(self, a: Integers, b: Integers, *, new: bool = False) -> Floats32:
        return pair_features(self.place_features, self.link_features, a, b, new=new)


FORMAT: Final = "isopolity affinity"
VERSION: Final = 2
_MOST_BYTES: Final = 1 << 28
_INTEGERS: Final = ("root", "feature", "left", "right")


def save(model: AffinityModel, path: Path) -> None:
    """Writes `model` to `path`; equal models as equal bytes."""
    content = _content(model)
    document = {"format": FORMAT, "version": VERSION, "sha256": _digest(content), "content": content}
    path.write_bytes(gzip.compress(_canonical(document), mtime=0))


def load(path: Path) -> AffinityModel:
    """The model in the file `path`. Raises UnusableModel."""
    return load_with_hash(path)[0]


def load_with_hash(path: Path) -> tuple[AffinityModel, str]:
    """The model in the file `path`, and the hash of its content (64 hex digits). Raises UnusableModel."""
    document = _document(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UnusableModel(f"{path.name} is no affinity model; give a file that `isopolity affinity train` wrote.")
    if document.get("version") != VERSION:
        version = str(document.get("version"))[:20]
        raise UnusableModel(f"{path.name} is of version {version}, this program reads {VERSION}; train it anew.")
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


def _is_hash(stated: Any, content: Any) -> bool:
    try:
        return bool(stated == _digest(content))
    except (ValueError, RecursionError):  # numbers or characters that never occur in a saved file
        return False


def _content(model: AffinityModel) -> Mapping[str, Any]:
    return {
        "seed": model.seed,
        "features": list(NAMES),
        "judges": {case: _packed(getattr(model, case)) for case in CASE_COLUMNS},
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
        **{case: _calibrated(content["judges"][case], columns) for case, columns in CASE_COLUMNS.items()},
    )


def _packed(calibrated: CalibratedForest) -> Mapping[str, Any]:
    forest = calibrated.forest
    return {
        "slope": calibrated.slope,
        "offset": calibrated.offset,
        **{name: getattr(forest, name).tolist() for name in _INTEGERS},
        # the shortest decimals that read back as the same float32
        "threshold": [float(str(number)) for number in forest.threshold],
        "value": forest.value.tolist(),
    }


def _calibrated(packed: Mapping[str, Any], columns: Collection[int]) -> CalibratedForest:
    with np.errstate(over="ignore"):  # a number beyond float32 becomes infinite, and so unsound
        arrays: dict[str, Any] = {
            **{name: np.array(packed[name], np.int32) for name in _INTEGERS},
            "threshold": np.array(packed["threshold"], np.float32),
            "value": np.array(packed["value"], np.float64),
        }
    slope, offset = float(packed["slope"]), float(packed["offset"])
    if any(array.ndim != 1 for array in arrays.values()) or not len(arrays["root"]):
        raise ValueError("no trees")
    forest = Forest(**arrays)
    if not forest.is_sound(columns) or not np.isfinite([slope, offset]).all():
        raise ValueError("unsound trees")
    return CalibratedForest(forest=forest, slope=slope, offset=offset)


_PLACE: Final = tuple(Place.__dataclass_fields__)
_COUNTRY: Final = tuple(Country.__dataclass_fields__)


def _history_content(history: History) -> Mapping[str, Any]:
    places = history.places
    return {
        "places": [[getattr(row, name) for name in _PLACE] for row in places.entries],
        "countries": [[getattr(country, name) for name in _COUNTRY] for _, country in sorted(places.countries.items())],
        "links": [history.links.a.tolist(), history.links.b.tolist()],
    }


def _history(content: Mapping[str, Any]) -> History:
    countries = [Country(**dict(zip(_COUNTRY, row, strict=True))) for row in content["countries"]]
    entries: Sequence[Place] = [Place(**dict(zip(_PLACE, row, strict=True))) for row in content["places"]]
    places = Places.of(entries, {country.code: country for country in countries})
    ends = np.array(content["links"], np.int64).reshape(2, -1).T
    if ends.size and not (ends.min() >= 0 and ends.max() < len(places)):
        raise ValueError("a link to nowhere")
    return History(places=places, links=Links.of(ends, len(places)))
