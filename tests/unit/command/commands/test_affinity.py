"""`isopolity affinity`: tables in, a model or scores out, and one sentence for whatever is wrong."""

import builtins
import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from isopolity.command.main import app
from isopolity.matching.affinity.model import load, save
from tests.support.matching.affinity import history, model, write_tables

PAIRS = "a,b\n1000,1004\n1004,1000\n1000,1004\n1058,1059\n1001,1059\n1007,1007\n"


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Path]:
    """Tables, a model and pairs, where the command looks for them; nothing is at `out`."""
    paths = write_tables(tmp_path) | {"model": tmp_path / "model.json.gz", "pairs": tmp_path / "pairs.csv"}
    save(model(), paths["model"])
    paths["pairs"].write_text(PAIRS)
    return paths | {"out": tmp_path / "out"}


def run(command: str, tables: Mapping[str, Path], *further: str) -> Result:
    names = ("cities", "countries", "twinnings", "out", *(("model", "pairs") if command == "score" else ()))
    options = [text for name in names for text in (f"--{name}", str(tables[name]))]
    return CliRunner().invoke(app, ["affinity", command, *options, *further])


def scores(path: Path) -> list[tuple[str, str, float]]:
    with path.open(newline="") as file:
        return [(row["a"], row["b"], float(row["score"])) for row in csv.DictReader(file)]


def test_scores_stand_beside_the_same_rows_in_the_same_order(tables: dict[str, Path]) -> None:
    assert run("score", tables).exit_code == 0
    found = scores(tables["out"])
    assert [",".join(row[:2]) for row in found] == PAIRS.splitlines()[1:]
    assert tables["out"].read_text().startswith("a,b,score\n")
    assert found[0][2] == found[1][2] == found[2][2]
    assert all(0 < value < 1 for *_, value in found[:-1])


def test_a_city_with_itself_is_no_pair(tables: dict[str, Path]) -> None:
    assert run("score", tables).exit_code == 0
    assert scores(tables["out"])[-1] == ("1007", "1007", 0.0)


def test_scores_are_those_of_the_library(tables: dict[str, Path]) -> None:
    assert run("score", tables).exit_code == 0
    known = history()
    a, b = np.array([[0, 4], [58, 59], [1, 59]]).T
    wanted = model().bound(known.places, known.links).scores(a, b)
    assert [scores(tables["out"])[row][2] for row in (0, 3, 4)] == wanted.tolist()


def test_it_knows_the_links_of_the_file_only(tables: dict[str, Path]) -> None:
    assert run("score", tables).exit_code == 0
    with_links = scores(tables["out"])
    tables["twinnings"].write_text("city_a,city_b\n")
    assert run("score", tables).exit_code == 0
    assert scores(tables["out"])[4] != with_links[4]


def test_a_score_hangs_on_no_other_row(tables: dict[str, Path]) -> None:
    assert run("score", tables).exit_code == 0
    together = scores(tables["out"])
    for position, line in enumerate(PAIRS.splitlines()[1:]):
        tables["pairs"].write_text(f"a,b\n{line}\n")
        assert run("score", tables).exit_code == 0
        assert scores(tables["out"]) == [together[position]]


def test_progress_is_told_on_stderr(tables: dict[str, Path]) -> None:
    result = run("score", tables)
    assert result.stdout == f"Written to {tables['out']}: the scores of 6 pairs.\n"
    assert result.stderr.splitlines() == [
        "reading the model …",
        "reading the tables …",
        "placing the cities …",
        "scoring …",
    ]


def test_no_pairs_are_no_scores(tables: dict[str, Path]) -> None:
    tables["pairs"].write_text("a,b\n")
    assert run("score", tables).exit_code == 0
    assert tables["out"].read_text() == "a,b,score\n"


def test_training_gives_a_model_that_scores_and_for_the_same_seed_the_same(tables: dict[str, Path]) -> None:
    one, two = (tables["out"].with_name(name) for name in ("one", "two"))
    for path in (one, two):
        result = run("train", tables | {"out": path}, "--seed", "3")
        assert result.exit_code == 0, result.stderr
        assert "(cities: 60, seed 3)" in result.stdout
    assert one.read_bytes() == two.read_bytes()
    assert load(one).seed == 3
    assert run("score", tables | {"model": one}).exit_code == 0


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def replaced(old: str, new: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(path.read_text().replace(old, new, 1))


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("cities", Path.unlink, "cities.csv cannot be read: No such file or directory."),
        ("cities", replaced("lat", "north"), "cities.csv has no column “lat”"),
        ("cities", replaced("\n1001,", "\n1000,"), "cities.csv, line 3: the id 1000 stands there twice"),
        ("cities", replaced("FR/Time", "FR/Time,,,"), "cities.csv, line 2: the row has more or fewer fields"),
        ("countries", replaced("60000000.0", "many"), "countries.csv, line 2: “population” is “many”; give a number"),
        ("twinnings", replaced("1000,1001", "1000,9"), "twinnings.csv, line 2: there is no city “9” among the cities"),
        ("pairs", replaced("1058,1059", "1058,Rome"), "pairs.csv, line 5: there is no city “Rome” among the cities"),
        ("pairs", replaced("a,b", "a,c"), "pairs.csv has no column “b”; it needs a, b."),
        ("pairs", lambda path: path.write_bytes(b"a,b\n\xff\xfe,1\n"), "pairs.csv is not UTF-8"),
        ("model", cut, "model.json.gz is damaged or no affinity model"),
        ("model", lambda path: path.write_text("{}"), "model.json.gz is damaged or no affinity model"),
        ("model", Path.unlink, "model.json.gz cannot be read: No such file or directory."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_written(
    tables: dict[str, Path], name: str, change: Callable[[Path], object], sentence: str
) -> None:
    tables["out"].write_text("from before")
    change(tables[name])
    result = run("score", tables)
    assert result.exit_code == 1
    assert sentence in result.stderr.splitlines()[-1]
    assert tables["out"].read_text() == "from before"
    assert not list(tables["out"].parent.glob(".*"))


@pytest.mark.parametrize("name", ["cities", "model", "pairs"])
def test_what_is_read_is_not_written_over(tables: dict[str, Path], name: str) -> None:
    before = tables[name].read_bytes()
    result = run("score", tables | {"out": tables[name]})
    assert result.exit_code == 1
    assert result.stderr.strip().endswith("is an input and would be overwritten. Name another file with --out.")
    assert tables[name].read_bytes() == before


def test_a_folder_is_no_file_to_write(tables: dict[str, Path]) -> None:
    tables["out"].mkdir()
    assert run("score", tables).stderr.strip().endswith("out is there and is no file; name another one.")
    result = run("score", tables | {"out": tables["out"] / "none" / "scores.csv"})
    assert result.stderr.strip().endswith("none; make it first.")


def test_too_few_links_teach_nothing(tables: dict[str, Path]) -> None:
    tables["twinnings"].write_text("city_a,city_b\n1000,1001\n")
    result = run("train", tables)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].endswith("has 1 link; training needs 100 or more.")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ModuleNotFoundError("No module named 'lightgbm'"), "Training needs LightGBM; install it with"),
        (OSError("libgomp.so.1: cannot open shared object file"), "LightGBM does not load (libgomp.so.1: cannot open"),
    ],
)
def test_only_training_needs_lightgbm(
    tables: dict[str, Path], monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    plain = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.split(".")[0] == "lightgbm":
            raise error
        return plain(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    assert run("score", tables).exit_code == 0
    result = run("train", tables)
    assert result.exit_code == 1
    assert result.stderr.startswith(sentence)
