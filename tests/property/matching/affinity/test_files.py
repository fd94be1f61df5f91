"""Files of the affinity, whatever they hold: read as they were written, or refused in one sentence."""

import gzip
import json
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.affinity.links import read_links, read_pairs, read_places
from isopolity.matching.affinity.model import FORMAT, VERSION, load, load_with_hash, save
from isopolity.matching.affinity.places import Places
from isopolity.matching.errors import UnreadableTable, UnusableModel
from tests.support.examples import examples
from tests.support.matching.affinity import history, model, write_tables

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
cells = st.text(st.sampled_from('0123456789,"\n\r\x00 é.-|aeinf'), max_size=12)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("model") / "model.json.gz"
    save(model(), path)
    return path.read_bytes()


def refusal(content: bytes) -> str | None:
    """The sentence on a file with this content; None if it is a model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json.gz"
        path.write_bytes(content)
        try:
            load(path)
        except UnusableModel as error:
            return str(error)
        return None


def is_sentence(text: str | None) -> bool:
    return text is not None and text.startswith("model.json.gz ") and text.endswith(".") and "\n" not in text


def packed(document: object) -> bytes:
    return gzip.compress(json.dumps(document).encode("utf-8", "surrogatepass"))


def hashed(content: Any) -> bytes:
    """A file whose hash is right, whatever it holds."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    document = {"format": FORMAT, "version": VERSION, "sha256": sha256(canonical).hexdigest(), "content": content}
    return packed(document)


def test_a_model_is_read_as_it_was_written(whole: bytes, tmp_path: Path) -> None:
    path, again = tmp_path / "model.json.gz", tmp_path / "again.json.gz"
    path.write_bytes(whole)
    found, digest = load_with_hash(path)
    save(found, again)
    assert again.read_bytes() == whole
    assert digest == json.loads(gzip.decompress(whole))["sha256"]
    assert found.history is not None
    assert found.history.links.keys.tolist() == history().links.keys.tolist()


@examples(60)
@given(st.binary(max_size=60))
def test_random_bytes_are_no_model(content: bytes) -> None:
    assert is_sentence(refusal(content))
    assert is_sentence(refusal(gzip.compress(content)))


@examples(40)
@given(st.data())
def test_a_file_that_was_cut_is_no_model(whole: bytes, data: st.DataObject) -> None:
    assert is_sentence(refusal(whole[: data.draw(st.integers(0, len(whole) - 1))]))


@examples(40)
@given(st.data())
def test_a_flipped_byte_is_seen(whole: bytes, data: st.DataObject) -> None:
    position = data.draw(st.integers(10, len(whole) - 1))  # before lies gzip's header: a date, which means nothing
    changed = bytearray(whole)
    changed[position] ^= data.draw(st.integers(1, 255))
    told = refusal(bytes(changed))
    # the last bits before the sum at gzip's end can be of no use
    assert is_sentence(told) or (told is None and gzip.decompress(changed) == gzip.decompress(whole))


@examples(60)
@given(json_values)
def test_any_other_document_is_no_model(value: object) -> None:
    assert is_sentence(refusal(packed(value)))
    assert is_sentence(refusal(packed({"format": FORMAT, "version": VERSION, "content": value, "sha256": value})))


def test_another_version_is_named(whole: bytes) -> None:
    document = json.loads(gzip.decompress(whole))
    told = refusal(packed(document | {"version": 7}))
    assert told == "model.json.gz is of version 7, this program reads 2; train it anew."


def test_changed_content_has_the_wrong_hash(whole: bytes) -> None:
    document = json.loads(gzip.decompress(whole))
    document["content"]["judges"]["known"]["offset"] += 1.0
    told = refusal(packed(document))
    assert told is not None
    assert "its hash is wrong" in told


def test_a_forest_may_not_ask_what_is_not_worked_out_for_its_case(whole: bytes) -> None:
    content = json.loads(gzip.decompress(whole))["content"]
    judges = content["judges"]
    judges["unknown"] = judges["known"]
    told = refusal(hashed(content))
    assert told == "model.json.gz has the right hash but is no sound model; train it anew."


@examples(60)
@given(st.data())
def test_the_right_hash_makes_no_model_of_what_is_none(whole: bytes, data: st.DataObject) -> None:
    content = json.loads(gzip.decompress(whole))["content"]
    forest = content["judges"]["half"]
    name = data.draw(st.sampled_from(sorted(forest)))
    wrong: list[Any] = [None, [], "x", {}, [[1, 2]], [1e300], [2**40], ["x"], [-(2**31)] * 3]
    forest[name] = data.draw(st.sampled_from(wrong))
    assert is_sentence(refusal(hashed(content)))


@examples(80)
@given(st.lists(st.lists(cells, max_size=3), max_size=4), st.sampled_from(["a,b\n", "city_a,city_b\n", ""]))
def test_any_table_is_read_or_refused_in_a_sentence(rows: list[list[str]], header: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = write_tables(Path(folder))
        known = read_places(paths["cities"], paths["countries"])
        path = Path(folder) / "pairs.csv"
        path.write_text(header + "\n".join(",".join(row) for row in rows), encoding="utf-8")
        refused = [said(reads, path, known) for reads in (read_pairs, read_links)]
    for text in filter(None, refused):
        assert text.startswith("pairs.csv")
        assert text.endswith(".")


def said(reads: Callable[[Path, Places], object], path: Path, known: Places) -> str | None:
    try:
        reads(path, known)
    except UnreadableTable as error:
        return str(error)
    return None
