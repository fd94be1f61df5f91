"""Topics by code, their labels and neighbours; the table that ships is the one that the script makes of the source."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from isopolity.registry.entrypoints.field_types import Topics
from isopolity.thesaurus.concepts import LANGUAGES, concept, concepts, is_topic, label

ROOT = Path(__file__).parents[4]
SCRIPT = ROOT / "data/build_thesaurus.py"
TABLE = ROOT / "shared/src/isopolity/thesaurus/concepts.csv"


def test_each_topic_has_an_english_label_and_known_languages() -> None:
    assert len(concepts()) > 4_000
    for code, found in concepts().items():
        assert found.code == code
        assert found.labels["en"], code
        assert {*found.labels, *found.other_labels} <= set(LANGUAGES), code


def test_neighbours_are_symmetric() -> None:
    for code, found in concepts().items():
        assert all(code in concept(other).narrower for other in found.broader), code
        assert all(code in concept(other).broader for other in found.narrower), code
        assert all(code in concept(other).related for other in found.related), code
        assert code not in (*found.broader, *found.narrower, *found.related)


def test_a_label_is_in_the_language_that_is_asked_for_else_in_english() -> None:
    assert label("topic.2", "fr") == "Éducation"
    assert label("topic.2", "es-MX") == "Educación"
    assert label("topic.2", "fi") == "Education"
    without_russian = next(code for code, each in concepts().items() if "ru" not in each.labels)
    assert label(without_russian, "ru") == label(without_russian, "en")


def test_an_unknown_code_is_no_topic_and_its_own_label() -> None:
    assert not is_topic("topic.1")
    assert label("topic.1", "fr") == "topic.1"


def test_countries_are_no_topics() -> None:
    assert not {"France", "Kenya", "Western Europe"} & {each.labels["en"] for each in concepts().values()}


def test_topics_of_an_input_are_three_known_codes_each_once() -> None:
    topics = TypeAdapter(Topics)
    assert topics.validate_python(["topic.2", "topic.5", "topic.2"]) == ("topic.2", "topic.5")
    with pytest.raises(ValidationError, match=r"There is no topic topic\.1; choose one of the list"):
        topics.validate_python(["topic.1"])
    with pytest.raises(ValidationError, match="at most 3"):
        topics.validate_python(["topic.2", "topic.3", "topic.4", "topic.5"])


def build(folder: Path, output: Path) -> "subprocess.CompletedProcess[str]":
    """Run the script without site packages: it needs the standard library alone."""
    command = [sys.executable, "-S", str(SCRIPT), str(folder), str(output)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_makes_the_table_that_ships(tmp_path: Path) -> None:
    folder = os.environ.get("ISOPOLITY_TEST_DATA")
    if not folder:
        pytest.skip("set ISOPOLITY_TEST_DATA to the folder with unesco-thesaurus.ttl.xz and the other sources")
    result = build(Path(folder), tmp_path / "concepts.csv")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "concepts.csv").read_bytes() == TABLE.read_bytes(), f"{TABLE} is stale: run {SCRIPT}"


def test_a_folder_without_the_thesaurus_gets_one_sentence(tmp_path: Path) -> None:
    result = build(tmp_path, tmp_path / "concepts.csv")
    assert result.returncode == 2
    assert "unesco-thesaurus.ttl.xz" in result.stderr
    assert "Traceback" not in result.stderr


def test_each_table_names_its_licence() -> None:
    licences = {
        table.stem: table.with_name(f"{table.name}.license").read_text(encoding="utf-8")
        for table in TABLE.parent.glob("*.csv")
    }
    from_the_thesaurus = licences.keys() - {"stop_words"}
    assert all("CC-BY-SA-3.0-IGO" in licences[each] and "UNESCO" in licences[each] for each in from_the_thesaurus)
