"""Typed requests to the services, and their answers: whoever sends them brings the HTTP.

- `call`: a request as a value, and how its answer is read.
- `model`: what all generated models have in common.
- `registry/`, `matching/`, `notify/`: generated, a module of requests for each resource; `models` are what they carry.
- `operations/`: generated, the requests that every service answers.
"""
