"""Configuration: where settings come from, what they are called, and which release reads them.

- `settings`: settings that all services have.
- `secret_files`: secrets that stand in files.
- `setting_names`: names of all settings, so that a misspelt one is noticed; the release that runs.
"""
