"""`python -m deploy.migration_check`: refuses migrations that would stop a running network.

From 1.0 on a service is upgraded while the release before still runs on the same database (ADR 0090). The check writes
each migration after the baseline as SQL of PostgreSQL, without a database. It refuses what locks a large table for as
long as all its rows take, and what drops or renames a table or column that the last release reads.
"""

import ast
import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

ROOT: Final = Path(__file__).parents[1]
SERVICES: Final = ("registry", "matching", "notify", "portal")
SMALL: Final[Mapping[str, str]] = dict.fromkeys(("mail_servers", "sightings", "watermarks"), "a row for each name")
"""Tables that stay small, each with the reason; they are locked for milliseconds."""

_TABLE: Final = r"(?:IF EXISTS )?(?:ONLY )?(?P<table>\w+)"
_ALTER: Final = rf"^ALTER TABLE {_TABLE} (?:.*, ?)?"
_ADD: Final = rf"{_ALTER}ADD (?:CONSTRAINT \w+ )?"
_VOLATILE: Final = r"(?:random|clock_timestamp|timeofday|gen_random_uuid|uuid_generate_v\w+|nextval)\("
_KEPT: Final = r"(?:STORED|IDENTITY)"
_LOCKS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), remedy)
    for pattern, remedy in (
        (
            rf"^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?(?:\w+ )?ON {_TABLE}",
            "nobody writes while the index is made: make it CONCURRENTLY, in an autocommit block",
        ),
        (
            rf"{_ALTER}ADD (?:COLUMN )?(?!CONSTRAINT)(?!.*\bDEFAULT\b).*\bNOT NULL",
            "it fails where there are rows: give the column a server default, or let it be empty",
        ),
        (
            rf"{_ALTER}ADD (?:COLUMN )?(?!CONSTRAINT).*(?:DEFAULT .*{_VOLATILE}|\w*SERIAL\b|GENERATED .*{_KEPT})",
            "all rows are written anew: add the column without a default, and fill it in batches",
        ),
        (
            rf"{_ALTER}ALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE\b",
            "all rows are written anew: add a column of the new type, and fill it in batches",
        ),
        (
            rf"{_ALTER}ALTER (?:COLUMN )?\w+ SET NOT NULL",
            "all rows are read under a lock: add a CHECK constraint NOT VALID, and validate it afterwards",
        ),
        (
            rf"{_ADD}(?:UNIQUE|PRIMARY KEY)\b(?!.*USING INDEX)",
            "an index is made under a lock: make it CONCURRENTLY, and add the constraint USING INDEX",
        ),
        (
            rf"{_ADD}(?:FOREIGN KEY|CHECK)\b(?!.*NOT VALID)",
            "all rows are read under a lock: add it NOT VALID, and validate it afterwards",
        ),
        (rf"^(?:LOCK TABLE|LOCK|CLUSTER|VACUUM FULL|REINDEX TABLE) {_TABLE}", "nobody writes or reads meanwhile"),
        (rf"^(?:UPDATE|DELETE FROM) {_TABLE}(?!.*\bWHERE\b)", "all rows are locked at once: write them in batches"),
    )
)
_DROPS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^DROP TABLE {_TABLE}",
        rf"^ALTER TABLE {_TABLE} RENAME TO",
        rf"{_ALTER}DROP (?:COLUMN )?(?:IF EXISTS )?(?!CONSTRAINT\b)(?P<column>\w+)",
        rf"^ALTER TABLE {_TABLE} RENAME (?:COLUMN )?(?!TO\b|CONSTRAINT\b)(?P<column>\w+) TO",
    )
)
_WORD: Final = re.compile(r"\w+")
_CREATED: Final = re.compile(r"^CREATE TABLE (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A statement of a migration that a running network cannot take, and why."""

    revision: str
    statement: str
    why: str

    def __str__(self) -> str:
        return f"{self.revision}: {self.statement[:120]}\n    {self.why}"


@dataclass(frozen=True, slots=True)
class Released:
    """The tables and columns that a release reads."""

    declared: Mapping[str, Set[str]]
    """Columns by table, where a module declares both by their names."""
    words: Set[str]
    """All words of the modules; a table that a function builds is read if its name is one of them."""

    def reads(self, table: str, column: str | None) -> bool:
        """Whether the release reads the table, or this column of it."""
        if table in self.declared:
            return column is None or column in self.declared[table]
        return (column or table) in self.words


def refusals(revision: str, sql: str, released: Released) -> list[Refusal]:
    """The refusals of a migration's SQL: locks on large tables, and drops of tables and columns in use.

    Tables that the migration creates itself may be locked.
    """
    found, free = [], set(SMALL)
    for statement in _statements(sql):
        if created := _CREATED.match(statement):
            free.add(created[1])
        reasons = (*_locks(statement, free), *_losses(statement, released))
        found += [Refusal(revision, statement, why) for why in reasons]
    return found


def _locks(statement: str, free: Set[str]) -> Iterator[str]:
    """A sentence for each lock on a table that is not in `free`."""
    for pattern, remedy in _LOCKS:
        if (match := pattern.match(statement)) and match["table"] not in free:
            yield f"{match['table']} is locked, or {remedy}"


def _losses(statement: str, released: Released) -> Iterator[str]:
    """A sentence for each table or column that the last release reads and the statement drops or renames."""
    for match in filter(None, (pattern.match(statement) for pattern in _DROPS)):
        table, column = match["table"], match.groupdict().get("column")
        if released.reads(table, column):
            name = table if column is None else f"{table}.{column}"
            yield f"the last release reads {name}: drop it one release later"


def sql_of(migration: ModuleType) -> str:
    """The SQL of the migration's `upgrade` for PostgreSQL."""
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer, "render_as_batch": True}
    )
    with Operations.context(context):
        migration.upgrade()
    return buffer.getvalue()


def later_migrations(service: str) -> Iterator[tuple[str, ModuleType]]:
    """The migrations of a service after its baseline, by revision."""
    folder = ROOT / f"services/{service}/src/isopolity/{service}/migrations"
    for script in ScriptDirectory(str(folder)).walk_revisions():
        if script.down_revision is not None:
            yield script.revision, script.module


def read_by(sources: Iterable[str]) -> Released:
    """The words of these modules, and the tables that they declare: `Table("name", metadata, Column("name", …), …)`."""
    declared: dict[str, set[str]] = {}
    words: set[str] = set()
    for text in sources:
        words.update(_WORD.findall(text))
        for node in ast.walk(ast.parse(text)) if "Table(" in text else ():
            if isinstance(node, ast.Call) and _called(node) == "Table" and (table := _named(node)):
                inside = (each for each in ast.walk(node) if isinstance(each, ast.Call) and _called(each) == "Column")
                declared.setdefault(table, set()).update(name for each in inside if (name := _named(each)))
    return Released(declared, words)


def last_release() -> Released:
    """The tables and columns that the release with the newest tag reads; without any tag, those of this commit."""
    tag = _git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*").decode().strip()
    with tarfile.open(
        fileobj=io.BytesIO(_git("archive", "--format=tar", tag or "HEAD", "services", "shared/src"))
    ) as tar:
        members = [each for each in tar if each.name.endswith(".py") and "/migrations/" not in each.name]
        files = [file for member in members if (file := tar.extractfile(member))]
        return read_by(file.read().decode() for file in files)


def main() -> int:
    """Print all refusals; return the exit code."""
    released = last_release()
    found = [
        f"{service} {refusal}"
        for service in SERVICES
        for revision, migration in later_migrations(service)
        for refusal in refusals(revision, sql_of(migration), released)
    ]
    print("\n".join(found) or "No migration locks a large table or drops what the last release reads.")  # noqa: T201 # a command says its result
    return 1 if found else 0


def _statements(sql: str) -> Iterator[str]:
    for statement in sql.split(";"):
        lines = (line.partition("--")[0] for line in statement.replace('"', "").splitlines())
        if text := " ".join(" ".join(lines).split()):
            yield text


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _named(node: ast.Call) -> str | None:
    first = node.args[0] if node.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], capture_output=True, check=False, cwd=ROOT).stdout  # noqa: S603, S607


if __name__ == "__main__":
    sys.exit(main())
