"""Configuration: where settings come from, and how they are called.

- `secret_files`: secrets that stand in files.
- `setting_names`: names of all settings, so that a misspelt one is noticed.
"""
