"""Mutants of the services: one change each, and whether a test notices it (`python -m tests.mutants`).

- `drawing.py`: every mutant of the services; which changes are made, and where.
- `reaching.py`: test files that import a module, directly or through others.
- `watching.py`: tests that execute the place of a mutant, and how long each takes.
- `running.py`: a copy of the tree, and tests on it in a process of their own.
"""
