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
    return _sentences(_text(name))


def rules_document(name: str) -> Mapping[str, object]:
    """The rules in a file as an order of a round has them.

    Raises Failure with all that is wrong in them, and OSError.
    """
    text = _text(name)
    _sentences(text)
    return tomllib.loads(text)


def _text(name: str) -> str:
    content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Failure(f"{name} is not a text in UTF-8; save it as one.") from None


def _sentences(text: str) -> Sequence[str]:
    try:
        return book_sentences(read_rules(text))
    except InvalidRules as error:
        raise Failure("\n".join(error.sentences)) from None
