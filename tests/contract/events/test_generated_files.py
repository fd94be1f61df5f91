"""The generated files are the catalogue's, and a schema that breaks cannot slip in, not even by hand."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7, Draft7Validator, Registry
from yaml import safe_load

from isopolity.contracts.catalogue import EVENT_TYPES, TOPICS
from isopolity.contracts.generation.__main__ import main
from isopolity.contracts.generation.compatibility import committed_files
from isopolity.contracts.generation.files import ASYNCAPI, BEGIN, END, REFERENCE, SCHEMAS, TOPICS_FILE, insert_into
from isopolity.contracts.generation.json_schemas import example_of, schema_of

REPOSITORY = Path(__file__).parents[3]
CITY = SCHEMAS / "CityState.json"
SHARED = {event_type.data.__name__ for event_type in EVENT_TYPES.values()}


def git(root: Path, *arguments: str) -> None:
    author = ("-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(root), *author, *arguments], check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", ".")
    git(root, "commit", "-m", "a commit")


def edit_schema(root: Path, edit: Any) -> None:
    schema = json.loads((root / CITY).read_text("utf-8"))
    edit(schema["properties"])
    (root / CITY).write_text(json.dumps(schema), "utf-8")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with all files generated and committed."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "docs").mkdir()
    (folder / REFERENCE).write_text(f"before\n{BEGIN}\n{END}\nafter\n", "utf-8")
    git(folder, "init")
    commit(folder)
    assert main(["--root", str(folder)]) == 0
    commit(folder)
    return folder


@pytest.fixture
def root(generated: Path, tmp_path: Path) -> Path:
    """A copy of the repository."""
    return Path(shutil.copytree(generated, tmp_path / "root"))


def check(root: Path) -> int:
    return main(["--check", "--root", str(root)])


def test_the_committed_files_are_what_the_catalogue_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(REPOSITORY) == 0, capsys.readouterr().err


def test_generating_twice_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(root) == 0
    assert capsys.readouterr().err == ""
    assert (root / REFERENCE).read_text("utf-8").startswith("before\n")
    assert (root / REFERENCE).read_text("utf-8").endswith("after\n")


@pytest.mark.parametrize("path", [ASYNCAPI, TOPICS_FILE, REFERENCE], ids=str)
def test_each_stale_file_is_told_in_one_sentence(root: Path, path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    text = (root / path).read_text("utf-8")
    (root / path).write_text(text.replace("isopolity.registry.city", "isopolity.registry.town"), "utf-8")
    assert check(root) == 1
    assert capsys.readouterr().err == f"{path} is stale: run `make generate`.\n"


def test_a_missing_schema_is_told_and_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / CITY).unlink()
    assert check(root) == 1
    assert capsys.readouterr().err == f"{CITY} is missing: run `make generate`.\n"
    assert main(["--root", str(root)]) == 0
    assert check(root) == 0


def test_an_optional_field_that_is_new_only_needs_generating(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit_schema(root, lambda fields: fields.pop("online_only"))
    git(root, "commit", "--amend", "-am", "as if the field had not been there")
    git(root, "reflog", "expire", "--expire=now", "--all")
    assert check(root) == 1
    assert capsys.readouterr().err == f"{CITY} is stale: run `make generate`.\n"
    assert main(["--root", str(root)]) == 0


def test_a_break_is_neither_accepted_nor_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit_schema(root, lambda fields: fields.update(mayor={"type": "string"}))
    edited = (root / CITY).read_text("utf-8")
    for arguments in (["--check"], []):
        assert main([*arguments, "--root", str(root)]) == 1
        assert capsys.readouterr().err == (
            "CityState: mayor: the field was removed or renamed. "
            "A released event grows by optional fields only: add one, or add the next version.\n"
        )
    assert (root / CITY).read_text("utf-8") == edited


def test_a_break_is_found_in_the_history_when_the_file_was_edited_by_hand(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit_schema(root, lambda fields: fields["name"].update(maxLength=300))
    commit(root)
    (root / CITY).unlink()
    assert main(["--root", str(root)]) == 1
    assert "name: the constraint maxLength was narrowed" in capsys.readouterr().err
    git(root, "commit", "--allow-empty", "-am", "the file is gone")
    assert check(root) == 1
    assert "name: the constraint maxLength was narrowed" in capsys.readouterr().err


def test_what_was_committed_before_the_first_release_may_be_forgotten(root: Path) -> None:
    edit_schema(root, lambda fields: fields["name"].update(maxLength=300))
    commit(root)
    everything, later = list(committed_files(root, SCHEMAS)), list(committed_files(root, SCHEMAS, since="HEAD"))
    assert {path.stem for path, _ in everything} == {path.stem for path, _ in later} == {*EVENT_TYPES, *SHARED}
    assert (len(everything), len(later)) == (len(EVENT_TYPES) + len(SHARED) + 1, len(EVENT_TYPES) + len(SHARED))


def test_a_released_type_cannot_leave_the_catalogue(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / CITY).rename((root / CITY).with_name("isopolity.registry.village.founded.v1.json"))
    assert check(root) == 1
    assert capsys.readouterr().err == (
        "isopolity.registry.village.founded.v1 was released and is no longer in the catalogue: "
        "put it back, for its events are still read.\n"
    )


def test_without_git_the_check_says_what_it_did_not_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / REFERENCE).write_text(f"{BEGIN}\n{END}\n", "utf-8")
    assert main(["--root", str(tmp_path)]) == 0
    assert check(tmp_path) == 0
    assert "no git history here" in capsys.readouterr().err


def test_a_page_without_markers_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="put them where the tables belong"):
        insert_into("a page without markers")


def test_the_topics_file_holds_every_topic_with_its_settings() -> None:
    written = safe_load((REPOSITORY / TOPICS_FILE).read_text("utf-8"))["topics"]
    assert [topic["name"] for topic in written] == [topic.name for topic in TOPICS]
    by_name = {topic["name"]: topic for topic in written}
    assert by_name["isopolity.registry.city"]["config"] == {"cleanup.policy": "compact"}
    assert by_name["isopolity.notify.response"]["config"] == {"cleanup.policy": "delete", "retention.ms": "7776000000"}
    assert by_name["isopolity.notify.dead-letter"]["config"]["retention.ms"] == "2592000000"


def test_every_schema_is_named_by_its_urn() -> None:
    for name, event_type in EVENT_TYPES.items():
        schema = json.loads((REPOSITORY / SCHEMAS / f"{name}.json").read_text("utf-8"))
        assert schema["$id"] == event_type.dataschema
        shared = json.loads((REPOSITORY / SCHEMAS / f"{event_type.data.__name__}.json").read_text("utf-8"))
        assert schema["allOf"] == [{"$ref": shared["$id"]}]


def test_a_validator_that_knows_all_files_reads_an_event_by_its_types_schema() -> None:
    files = [json.loads(path.read_text("utf-8")) for path in sorted((REPOSITORY / SCHEMAS).glob("*.json"))]
    registry = Registry([(each["$id"], each) for each in files], draft=Draft7)
    event_type = EVENT_TYPES["isopolity.registry.city.endorsed.v1"]
    validator = Draft7Validator({"$ref": event_type.dataschema}, registry=registry)
    example = example_of(event_type)
    validator.validate(example)
    assert [error.kind.name for error in validator.iter_errors({**example, "city_id": 7})] == ["type"]


def test_a_type_that_was_released_with_a_schema_of_its_own_still_counts(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "isopolity.registry.city.endorsed.v1"
    whole = schema_of(EVENT_TYPES[name])
    (root / SCHEMAS / f"{name}.json").write_text(json.dumps(whole), "utf-8")
    commit(root)
    assert main(["--root", str(root)]) == 0
    whole["properties"]["mayor"] = {"type": "string"}
    (root / SCHEMAS / f"{name}.json").write_text(json.dumps(whole), "utf-8")
    commit(root)
    (root / SCHEMAS / f"{name}.json").unlink()
    assert main(["--root", str(root)]) == 1
    assert f"{name}: mayor: the field was removed or renamed." in capsys.readouterr().err


def test_a_type_cannot_take_the_data_of_another_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = root / SCHEMAS / "isopolity.registry.city.endorsed.v1.json"
    file.write_text(file.read_text("utf-8").replace("CityState", "PartnerState"), "utf-8")
    commit(root)
    assert main(["--root", str(root)]) == 1
    assert "its data is another one's" in capsys.readouterr().err
