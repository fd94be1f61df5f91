"""Alembic's entry: runs notify's migrations on the connection that isopolity.persistence.migrations gives."""

from isopolity.notify.adapters.sql.tables import metadata
from isopolity.persistence.migrations import run_in_environment

run_in_environment(metadata)
