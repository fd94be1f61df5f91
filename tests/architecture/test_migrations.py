"""The migrations of each service are one line, and none after the baseline would stop a running network."""

import re
from types import ModuleType

import pytest
import sqlalchemy as sa
from alembic import op

from deploy.migration_check import ROOT, SERVICES, Released, last_release, later_migrations, refusals, sql_of

_NAMED = re.compile(r'^(revision|down_revision) = (?:"(\w+)"|None)$', re.MULTILINE)


@pytest.mark.parametrize("service", SERVICES)
def test_each_migration_follows_the_one_before(service: str) -> None:
    folder = ROOT / "services" / service / "src" / "isopolity" / service / "migrations" / "versions"
    lines = [dict(_NAMED.findall(file.read_text(encoding="utf-8"))) for file in sorted(folder.glob("0*.py"))]
    assert lines
    names = [line["revision"] for line in lines]
    assert [line["down_revision"] for line in lines] == ["", *names[:-1]]
    assert len(set(names)) == len(names)


BAD = {
    "CREATE INDEX ix_mails_due ON mails (due_at)": "locked",
    "CREATE UNIQUE INDEX ix_mails_due ON ONLY mails (due_at)": "locked",
    "ALTER TABLE mails ADD COLUMN weight INTEGER NOT NULL": "it fails where there are rows",
    "ALTER TABLE mails ADD COLUMN weight BIGSERIAL": "written anew",
    "ALTER TABLE mails ADD COLUMN token UUID DEFAULT gen_random_uuid() NOT NULL": "written anew",
    'ALTER TABLE "mails" ALTER COLUMN "reason" TYPE TEXT': "written anew",
    "ALTER TABLE mails ALTER COLUMN reason SET NOT NULL": "NOT VALID",
    "ALTER TABLE mails ADD CONSTRAINT uq_mails UNIQUE (side, purpose)": "USING INDEX",
    "ALTER TABLE mails ADD CONSTRAINT fk FOREIGN KEY(contact_id) REFERENCES contacts (contact_id)": "NOT VALID",
    "ALTER TABLE mails ADD CONSTRAINT ck CHECK (attempts >= 0)": "NOT VALID",
    "ALTER TABLE mails ADD COLUMN note TEXT, ALTER COLUMN reason TYPE TEXT": "written anew",
    "UPDATE mails SET reason = 'old'": "in batches",
    "DELETE FROM mails": "in batches",
    "LOCK TABLE mails": "locked",
    "DROP TABLE mails": "the last release reads mails",
    "ALTER TABLE mails DROP COLUMN reason": "the last release reads mails.reason",
    "ALTER TABLE mails RENAME COLUMN reason TO code": "the last release reads mails.reason",
    "ALTER TABLE mails RENAME TO letters": "the last release reads mails",
    "ALTER TABLE cities DROP COLUMN population": "the last release reads cities.population",
}
GOOD = (
    "CREATE INDEX CONCURRENTLY ix_mails_due ON mails (due_at)",
    "ALTER TABLE mails ADD COLUMN note TEXT",
    "ALTER TABLE mails ADD COLUMN noted BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE mails ADD COLUMN seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL",
    "ALTER TABLE mails ADD CONSTRAINT ck CHECK (attempts >= 0) NOT VALID",
    "ALTER TABLE mails VALIDATE CONSTRAINT ck",
    "ALTER TABLE mails ADD CONSTRAINT uq_mails UNIQUE USING INDEX ix_mails",
    "ALTER TABLE mails DROP CONSTRAINT uq_mails",
    "ALTER TABLE mails DROP COLUMN unread_by_the_last_release",
    "ALTER TABLE mails ALTER COLUMN reason DROP NOT NULL",
    "UPDATE mails SET reason = 'old' WHERE mail_id IN ('1', '2')",
    "CREATE TABLE notes (note_id TEXT NOT NULL); CREATE INDEX ix_notes ON notes (note_id)",
    "CREATE INDEX ix_watermarks ON watermarks (at)",
    "DROP INDEX CONCURRENTLY ix_mails_due",
)
RELEASED = Released({"mails": {"mail_id", "reason"}}, {"mails", "reason", "cities", "population"})


@pytest.mark.parametrize("statement", BAD)
def test_a_migration_that_would_stop_a_running_network_is_refused(statement: str) -> None:
    assert any(BAD[statement] in refusal.why for refusal in refusals("0099", f"{statement};", RELEASED))


@pytest.mark.parametrize("sql", GOOD)
def test_a_migration_that_a_running_network_can_take_is_accepted(sql: str) -> None:
    assert refusals("0099", f"{sql};", RELEASED) == []


def test_the_operations_of_a_migration_are_judged_as_the_sql_that_they_make() -> None:
    migration = ModuleType("0099_bad")

    def upgrade() -> None:
        op.create_index("ix_mails_reason", "mails", ["reason"])
        with op.batch_alter_table("mails") as batch:
            batch.add_column(sa.Column("weight", sa.Integer(), nullable=False))
            batch.drop_column("reason")

    migration.upgrade = upgrade  # type: ignore[attr-defined] # a module of Alembic has it
    assert [refusal.why.partition(":")[0] for refusal in refusals("0099", sql_of(migration), RELEASED)] == [
        "mails is locked, or nobody writes while the index is made",
        "mails is locked, or it fails where there are rows",
        "the last release reads mails.reason",
    ]


def test_tables_of_the_last_release_are_read_from_its_modules() -> None:
    released = last_release()
    assert {"mail_id", "reason", "due_at"} <= released.declared["mails"]
    assert released.reads("mails", "due_at")
    assert released.reads("cities", "population")  # a table that a function builds
    assert not released.reads("mails", "population")
    assert not released.reads("cities", "no_such_column_anywhere")


@pytest.mark.parametrize("service", SERVICES)
def test_no_migration_after_the_baseline_would_stop_a_running_network(service: str) -> None:
    released = last_release()
    found = [
        str(refusal)
        for revision, migration in later_migrations(service)
        for refusal in refusals(revision, sql_of(migration), released)
    ]
    assert found == []
