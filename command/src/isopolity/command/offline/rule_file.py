"""The rules in a file: checked, and written as sentences."""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from isopolity.command.failure import Failure
from isopolity.matching.application.wording.rule_sentences import book_sentences
from isopolity.matching.entrypoints.rule_files.rule_file import read_rules
from isopolity.matching.errors import InvalidRules


def rule_sentences(name: str) -> Sequence[str]:
    """The sentences of the rules in the file called `name`, or on stdin if that is `-`; the last is the objective.

    Raises Failure with all that is wrong in them, and OSError.
    """
    return _read(name)[1]


def rules_document(name: str) -> Mapping[str, object]:
    """The rules in a file as an order of a round has them.

    Raises Failure with all that is wrong in them, and OSError.
    """
    return tomllib.loads(_read(name)[0])


def _read(name: str) -> tuple[str, Sequence[str]]:
    """The text of the file, and the sentences of its rules."""
    try:
        text = (sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()).decode()
        return text, book_sentences(read_rules(text))
    except UnicodeDecodeError:
        raise Failure(f"{name} is not a text in UTF-8; save it as one.") from None
    except InvalidRules as error:
        raise Failure("\n".join(error.sentences)) from None
