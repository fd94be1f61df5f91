"""Configuration: where settings come from, how they are called, and which release reads them.

- `release`: the release and build that run.
- `secret_files`: secrets that stand in files.
- `setting_names`: names of all settings, so that a misspelt one is noticed.
"""
