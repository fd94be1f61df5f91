"""`python -m deploy.site`: build/docs, the documentation as a site, from the same files that the repository has.

The Markdown files are copied with their folders, so that links between them stay; a link to a file that is no page,
such as a source, becomes its text. Pages of reference are written from docs/api and docs/asyncapi.yaml. MkDocs then
builds strictly: a link or an anchor that leads nowhere fails. Invariant: no page loads anything from another server.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "build" / "docs-source"
_PICTURES: Final = (".png", ".svg")
_LINK: Final = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_METHODS: Final = ("get", "post", "put", "patch", "delete")


def main() -> int:
    """Write the pages and build the site; return the exit code of MkDocs."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    listed = ["git", "ls-files", "-z", "*.md", "*.png", "*.svg"]
    tracked = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")  # noqa: S603
    files = {name for name in tracked if name and not name.startswith(("tests/", "services/", "data/"))}
    for name in sorted(files):
        _put(name, (ROOT / name).read_bytes(), files)
    for service in ("registry", "matching", "notify"):
        _write(f"reference/{service}.md", "\n".join(_api(json.loads((ROOT / f"docs/api/{service}.json").read_text()))))
    _write("reference/events.md", "\n".join(_events(yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text()))))
    command = [
        *(sys.executable, "-m", "mkdocs", "build"),
        "--strict",
        "--quiet",
        "--config-file",
        str(ROOT / "mkdocs.yml"),
    ]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 # our own command


def _put(name: str, content: bytes, files: set[str]) -> None:
    if name.endswith(_PICTURES):
        (SOURCE / name).parent.mkdir(parents=True, exist_ok=True)
        (SOURCE / name).write_bytes(content)
    else:
        _write(name, linked(content.decode("utf-8"), PurePosixPath(name).parent, files))


def _write(name: str, text: str) -> None:
    (SOURCE / name).parent.mkdir(parents=True, exist_ok=True)
    (SOURCE / name).write_text(text, encoding="utf-8")


def linked(text: str, folder: PurePosixPath, files: set[str]) -> str:
    """The text, with the words alone of each link to a file that is no page of the site."""

    def link(match: re.Match[str]) -> str:
        picture, words, target = match.groups()
        path, _, _ = target.partition("#")
        if not path or "://" in path or path.startswith("mailto:"):
            return match[0]
        found = normpath(str(folder / path))
        if found in files or picture:
            return match[0]
        if f"{found}/README.md" in files:
            return f"[{words}]({path.rstrip('/')}/README.md)"
        return words

    return _LINK.sub(link, text)


def _cell(text: object) -> str:
    """A text in a cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def _kind(schema: Mapping[str, Any]) -> str:
    """The type of a value in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_kind(each) for each in schema[several]))
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def _fields(schema: Mapping[str, Any]) -> Iterator[str]:
    """A table of the fields of an object."""
    properties = schema.get("properties", {})
    if not properties:
        yield f"{_cell(_kind(schema))}\n"
        return
    yield "| field | type | what it is |\n|---|---|---|"
    for name, each in properties.items():
        mark = "" if name in schema.get("required", ()) else " (optional)"
        yield f"| `{name}` | {_cell(_kind(each))}{mark} | {_cell(each.get('description', ''))} |"
    yield ""


def _api(document: Mapping[str, Any]) -> Iterator[str]:
    """The reference of an OpenAPI document."""
    info = document["info"]
    yield f"# {info['title']}: HTTP\n\n{info.get('description', '')}\n"
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield from _operation(method, path, operations[method], document["components"])
    yield "## Schemas\n"
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield f"### {name}\n\n{_cell(schema.get('description', ''))}\n"
        yield from _fields(schema)


def _operation(method: str, path: str, operation: Mapping[str, Any], components: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {method.upper()} `{path}`\n"
    yield f"{_cell(operation.get('description') or operation.get('summary', ''))}\n"
    yield f"Operation `{operation.get('operationId', '')}`; for {', '.join(operation.get('tags', ()))}.\n"
    parameters = [each for each in operation.get("parameters", ()) if "name" in each]
    if parameters:
        yield "| parameter | in | type | what it is |\n|---|---|---|---|"
        for each in parameters:
            kind = _cell(_kind(each.get("schema", {})))
            yield f"| `{each['name']}` | {each['in']} | {kind} | {_cell(each.get('description', ''))} |"
        yield ""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield f"Body: {_cell(_kind(content.get('schema', {})))}.\n"
    yield "| answer | what it is |\n|---|---|"
    for status, given in operation.get("responses", {}).items():
        answer = components["responses"][given["$ref"].rpartition("/")[2]] if "$ref" in given else given
        kinds = [_kind(each.get("schema", {})) for each in answer.get("content", {}).values()]
        yield f"| {status} | {_cell(' '.join([answer.get('description', ''), *dict.fromkeys(kinds)]))} |"
    yield ""


def _events(document: Mapping[str, Any]) -> Iterator[str]:
    """The reference of an AsyncAPI document."""
    yield f"# Events\n\n{document['info'].get('description', '')}\n"
    messages = document["components"]["messages"]
    for channel in document["channels"].values():
        yield f"## Topic `{channel['address']}`\n\n{_cell(channel.get('description', ''))}\n"
        for name in channel.get("messages", {}):
            message = messages[name]
            yield f"### {name}\n\n{_cell(message.get('description') or message.get('summary', ''))}\n"
            payload = message["payload"].get("schema", message["payload"])
            yield from _fields(
                json.loads((ROOT / "docs" / payload["$ref"]).read_text()) if "$ref" in payload else payload
            )


if __name__ == "__main__":
    sys.exit(main())
