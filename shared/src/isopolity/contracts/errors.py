"""MalformedEvent: what a reader raises for bytes that are not an event of the catalogue."""


class MalformedEvent(ValueError):
    """The message cannot be read as an event. `reason` is a code, `detail` a sentence without any value of the data."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
