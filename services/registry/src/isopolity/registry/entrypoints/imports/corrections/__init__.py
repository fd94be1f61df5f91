"""Corrections of a prepared import.

- `orders`: cells, whole columns and choices that are corrected without sending the file again.
- `kept`: these, made again where they fit after the file was read in another way.
"""
