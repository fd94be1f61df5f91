"""The root group of the command, which turns every failure into one sentence on stderr and an exit code.

Its subcommands stand for groups and commands whose modules are imported when they are run or explained.
"""

import errno
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from inspect import cleandoc
from typing import Final, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from isopolity.command.console import messages
from isopolity.command.failure import ExitCode, Failure

Command = TyperCommand | TyperGroup
_WITH_DOCSTRINGS: Final = 1
"""The highest level of optimization, that of -O, at which Python keeps docstrings."""


class Commands(TyperGroup):
    """A group that never shows a traceback, unless ISOPOLITY_TRACEBACK is set."""

    def main(
        self, args: Sequence[str] | None = None, prog_name: str | None = None, *_: object, **_options: object
    ) -> NoReturn:
        if sys.flags.optimize > _WITH_DOCSTRINGS:
            sys.exit(_say("isopolity reads its manual from docstrings; start Python without -OO.", ExitCode.USAGE))
        _unwrap_help(self)
        logging.getLogger().addHandler(logging.NullHandler())  # keeps the logs of libraries off the terminal
        try:
            code = super().main(args, prog_name, standalone_mode=False)
        except Failure as failure:
            code = _say(str(failure), failure.code)
        except typer.TyperException as error:
            code = _say(f"{error.format_message().rstrip('.')}. See `{_path(error)} --help`.", error.exit_code)
        except typer.Abort:
            code = ExitCode.INTERRUPTED
        except OSError as error:
            if error.errno != errno.EPIPE:
                code = _say(_sentence(error), ExitCode.WRONG)
            else:
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                code = ExitCode.DONE
        except Exception as error:  # a process entry point
            if os.environ.get("ISOPOLITY_TRACEBACK"):
                raise
            bug = f"This is a bug in isopolity ({type(error).__name__}: {error})"
            code = _say(f"{bug}; set ISOPOLITY_TRACEBACK=1 to see where.", ExitCode.BUG)
        sys.exit(code if isinstance(code, int) else ExitCode.DONE)


class Subcommand(TyperCommand):
    """A name and a line of help until it is run or explained; then the command that its callback loads."""

    def load(self) -> Command:
        """The whole command, with its module imported."""
        return cast("Callable[[], Command]", self.callback)()

    make_context = property(lambda self: self.load().make_context)
    """Makes the context of the whole command."""


def loader(place: str, name: str, line: str) -> Callable[[], Command]:
    """A function that loads what `module:attribute` names: verbs, or a function that is one; `line` is its help."""
    module, _, attribute = place.partition(":")

    def load() -> Command:
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            whole: Command = get_group(found)
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(name)(found)
            whole = cast("TyperCommand", get_command(alone))
        whole.name, whole.help = name, whole.help or line
        _unwrap_help(whole)
        return whole

    return load


def _unwrap_help(command: Command) -> None:
    """Join the lines of each paragraph of the help texts, so that they break where the terminal's width demands."""
    command.help = re.sub(r"(?<=\S)\n(?=\S)", " ", cleandoc(command.help or ""))
    for child in getattr(command, "commands", {}).values():
        _unwrap_help(child)


def _say(sentence: str, code: int) -> int:
    messages().print(sentence, markup=False)
    return code


def _path(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context is not None else "isopolity"


def _sentence(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}." if error.filename else f"{reason}."
