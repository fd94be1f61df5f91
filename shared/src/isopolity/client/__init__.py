"""Typed requests to the services, and their answers; sending them over HTTP is the caller's part.

- `call`: a request as a value, and how its answer is read.
- `model`: the base class of all generated models.
- `registry/`, `matching/`, `notify/`: generated, a module of requests for each resource; `models` has their bodies.
- `operations/`: generated, the requests that every service answers.
"""
