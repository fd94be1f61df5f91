"""Configuration: sources and names of settings, and the running release.

- `settings`: settings that all services have.
- `secret_files`: secrets in files.
- `setting_names`: names of all settings, so that a misspelt one is noticed; the release that runs.
"""
