"""Options of a verb, read from its signature and its manual."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from isopolity.command.console import Aside, Result
from isopolity.command.options import Limit, Natural, Positive, Verbs


def verbs() -> Verbs:
    app = Verbs()

    @app.verb("tell")
    def tell(
        names: list[str], times: Positive | None = None, shift: Natural = 0, loud: bool | None = None, limit: Limit = 9
    ) -> Result:
        """Tell names.

        Example: tell a b

        Options:
            NAME...: Whom to tell: all of
                them.
            --times N: How often.
            --shift
            --loud/--quiet: In which voice.
        """
        return Result([names, times, shift, loud, limit], [" ".join(names), Aside("All are named.")])

    @app.verb("other")
    def other(file: Path) -> str:
        """Name a file.

        Options:
            FILE
        """
        return f"It is {file}."

    return app


def test_a_verb_has_the_options_of_its_manual() -> None:
    told = CliRunner().invoke(verbs(), ["tell", "a", "b", "--times", "2", "--quiet", "--json"])
    assert told.stdout.split() == ["[", "[", '"a",', '"b"', "],", "2,", "0,", "false,", "9", "]"]
    assert CliRunner().invoke(verbs(), ["other", "x.csv"]).stdout == "It is x.csv.\n"


def test_for_people_the_result_is_apart_from_what_is_said_about_it() -> None:
    told = CliRunner().invoke(verbs(), ["tell", "a", "b"])
    assert (told.stdout, told.stderr) == ("a b\n", "All are named.\n")


@pytest.mark.parametrize("arguments", [["--times", "0"], ["--shift", "-1"], ["--limit", "0"]])
def test_a_number_out_of_its_bounds_is_refused(arguments: list[str]) -> None:
    told = CliRunner().invoke(verbs(), ["tell", "a", *arguments])
    assert told.exit_code == 2
    assert "greater than or equal to" in told.stderr


def test_the_help_has_the_words_of_the_manual_without_its_list_of_options() -> None:
    text = " ".join(CliRunner().invoke(verbs(), ["tell", "--help"], env={"COLUMNS": "200"}).stdout.split())
    for words in ("Tell names.", "Example: tell a b", "Whom to tell: all of them.", "How often.", "[x>=1]", "--quiet"):
        assert words in text
    assert "NAME...: Whom" not in text


def test_a_manual_that_lacks_an_option_is_a_mistake_that_is_found_at_once() -> None:
    app = Verbs()
    with pytest.raises(ValueError, match="shorter"):

        @app.verb("wrong")
        def wrong(file: Path, other: str) -> str:
            """Name a file.

            Options:
                FILE
            """
            return f"{file}{other}"
