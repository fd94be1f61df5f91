"""Every failure of the command is one sentence on stderr and an exit code."""

import subprocess
import sys

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from isopolity.command.failure import ExitCode, Failure
from isopolity.command.group import Commands, Subcommand
from isopolity.command.main import SUBCOMMANDS, app


def failing_with(error: BaseException) -> typer.Typer:
    program = typer.Typer(cls=Commands, pretty_exceptions_enable=False)

    @program.command()
    def fail() -> None:
        raise error

    @program.command()
    def other() -> None:
        return

    return program


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (Failure("The file is wrong."), ExitCode.WRONG, "The file is wrong."),
        (Failure("Nobody answers.", ExitCode.UNREACHABLE), ExitCode.UNREACHABLE, "Nobody answers."),
        (
            FileNotFoundError(2, "No such file or directory", "x.csv"),
            ExitCode.WRONG,
            "x.csv: No such file or directory.",
        ),
        (ValueError("odd"), ExitCode.BUG, "This is a bug in isopolity (ValueError: odd)"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, ""),
    ],
)
def test_failure_is_one_sentence_and_a_code(error: BaseException, code: int, says: str) -> None:
    result = CliRunner().invoke(failing_with(error), ["fail"])
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith(says)
    assert len(result.stderr.splitlines()) <= 1


def test_command_that_works_ends_with_zero() -> None:
    assert CliRunner().invoke(failing_with(ValueError()), ["other"]).exit_code == ExitCode.DONE


def test_unknown_option_is_a_usage_error_in_one_line() -> None:
    result = CliRunner().invoke(app, ["up", "--prot", "1"])
    assert result.exit_code == ExitCode.USAGE
    assert "--prot" in result.stderr
    assert "isopolity up --help" in result.stderr.replace("root", "isopolity")
    assert len(result.stderr.splitlines()) == 1


def test_help_lists_every_command_and_what_the_exit_codes_mean() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout
    for name in (
        "up",
        "status",
        "import",
        "demo",
        "members",
        "proposals",
        "mail",
        "events",
        "dead-letters",
        "doctor",
        "token",
    ):
        assert name in text
    assert "Exit codes" in text


def test_a_paragraph_of_help_breaks_only_where_the_terminal_ends() -> None:
    shown = CliRunner().invoke(app, ["doctor", "--help"], env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"}).output
    assert "changes nothing, and sends no mail. The exit code is 1 when something must be changed." in shown


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_the_line_of_a_command_in_the_list_begins_its_own_help(name: str) -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    listed = group.commands[name]
    assert isinstance(listed, Subcommand)
    assert (listed.load().help or "").split("\n")[0] == listed.help == SUBCOMMANDS[name][1]


def test_the_list_of_commands_imports_no_client_and_no_service() -> None:
    look = "import sys, isopolity.command.main; print(*(name for name in sys.modules if name.startswith('isopolity.')))"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, check=True, text=True).stdout.split()
    assert not [name for name in found if not name.startswith("isopolity.command")]
    assert not [name for name in found if name.startswith(("isopolity.command.client", "isopolity.command.commands."))]


def test_help_on_models_loads_nothing_that_computes() -> None:
    look = "import sys, isopolity.command.commands.affinity; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, check=True, text=True).stdout.split()
    assert not {"numpy", "scipy", "numba", "networkx"} & set(found)


def test_without_docstrings_the_command_ends_with_a_sentence() -> None:
    ended = subprocess.run(
        [sys.executable, "-OO", "-m", "isopolity.command", "affinity", "--help"], capture_output=True, text=True
    )
    assert ended.returncode == ExitCode.USAGE
    assert ended.stderr == "isopolity reads its manual from docstrings; start Python without -OO.\n"
