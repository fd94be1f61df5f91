"""What the thread that computes a round shares with the loop that watches it: how far it is, whether it shall stop."""

from isopolity.matching.errors import RoundCancelled


class RoundWatch:
    """A Report whose words the loop reads; after `stop` the next report raises RoundCancelled in the thread."""

    def __init__(self) -> None:
        self.seen: tuple[str, float] = ("", 0.0)
        """The step and how much of it is done; replaced as one, so that no half of it is ever read."""
        self._stopped = False

    def __call__(self, step: str, done: float) -> None:
        if self._stopped:
            raise RoundCancelled("The round was cancelled.")
        self.seen = (step, done)

    def stop(self) -> None:
        """Let the thread end at its next report."""
        self._stopped = True
