"""The fields of a page, as a browser would send them."""

from html.parser import HTMLParser


def fields_of(page: str) -> dict[str, str]:
    """The values of the fields of all forms of the page, by name; without buttons and unchecked boxes."""
    reader = _Fields()
    reader.feed(page)
    return reader.found


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._open = ""
        """The name of the choice or text area that is still open."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag in ("select", "textarea"):
            self._open = name
            self.found[name] = ""
        elif tag == "option" and "selected" in given:
            self.found[self._open] = value
        elif tag == "input" and name and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.found[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open and self.lasttag == "textarea":
            self.found[self._open] += data
