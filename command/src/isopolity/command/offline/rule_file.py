"""The rules in a file, told as sentences."""

import sys
from collections.abc import Sequence
from pathlib import Path

from isopolity.command.failure import Failure
from isopolity.matching.application.wording.rules.rule_sentences import book_sentences
from isopolity.matching.entrypoints.rule_files.reading import read_rules
from isopolity.matching.errors import InvalidRules


def told_rules(name: str) -> Sequence[str]:
    """The sentences of the rules in the file called `name`, or on stdin if that is `-`; the last is the objective.

    Raises Failure with all that is wrong in them, and OSError.
    """
    content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        return book_sentences(read_rules(content.decode()))
    except UnicodeDecodeError:
        raise Failure(f"{name} is not a text in UTF-8; save it as one.") from None
    except InvalidRules as error:
        raise Failure("\n".join(error.sentences)) from None
