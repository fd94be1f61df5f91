"""matching's migrations."""
