"""Alembic's entry: runs the portal's migrations on the connection that isopolity.persistence.migrations gives."""

from isopolity.persistence.migrations import run_in_environment
from isopolity.portal.adapters.sql.tables import metadata

run_in_environment(metadata)
