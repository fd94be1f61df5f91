"""What a command says when it cannot do its work: one sentence on stderr, and an exit code that means something."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of `isopolity`; `isopolity --help` lists them."""

    DONE = 0
    WRONG = 1
    """Something is wrong with the data or the state."""
    USAGE = 2
    UNREACHABLE = 3
    """The server or a peer cannot be reached."""
    REFUSED = 4
    """The token is missing, or has not the scope."""
    BUG = 70
    INTERRUPTED = 130


class Failure(Exception):
    """Ends the command with one sentence that says what to change."""

    def __init__(self, sentence: str, code: ExitCode = ExitCode.WRONG) -> None:
        super().__init__(sentence)
        self.code = code
