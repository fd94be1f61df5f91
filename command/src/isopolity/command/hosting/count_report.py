"""The output of `isopolity up`: a welcome once it runs, and with `--once` the counts at its end."""

import json
from collections.abc import Mapping

import typer

from isopolity.command.console import cell, output, row, table
from isopolity.command.hosting.counts import Counts


def print_welcome(counts: Counts, url: str, mail_box_key: str) -> None:
    """Print how many members, proposals and mails there are, and where to look; the mail box's link holds its key."""
    console = output()
    for figure in counts.figures():
        console.print(f"{figure.count:>7,}  {figure.name.lower():<13} {figure.detail}", markup=False)
    console.print(f"\n  {url}/       what this is", markup=False)
    console.print(f"  {url}/docs   the services' API", markup=False)
    console.print("  The mails that went out, to read and to answer; the link is for you alone:", markup=False)
    console.print(f"  {url}/mailbox?key={mail_box_key}", markup=False, soft_wrap=True)
    console.print("\nCtrl-C stops it.", markup=False)


def print_counts(counts: Counts, *, as_json: bool) -> None:
    """Print all counts, as a table or as JSON."""
    document = counts.document()
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    grid = table("what", "count")
    for name, value in document.items():
        row(grid, name.replace("_", " "), _in_words(value))
    output().print(grid)


def _in_words(value: object) -> str:
    if isinstance(value, Mapping):
        nested = any(isinstance(entry, Mapping) for entry in value.values())
        entries = [
            f"{name}: {_in_words(entry)}" if isinstance(entry, Mapping) else f"{entry:,} {name}"
            for name, entry in value.items()
            if entry
        ]
        return ("; " if nested else ", ").join(entries) or "none"
    if isinstance(value, list):
        return "\n".join(value) or "none"
    return f"{value:,}" if type(value) is int else cell(value)
