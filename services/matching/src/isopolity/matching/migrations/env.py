"""Alembic's entry: runs matching's migrations on the connection that isopolity.persistence.migrations gives."""

from isopolity.matching.adapters.sql import tables
from isopolity.persistence.migrations import run_in_environment

run_in_environment(tables.metadata)
