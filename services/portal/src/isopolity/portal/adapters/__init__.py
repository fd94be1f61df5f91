"""What the portal reads and writes with.

- `service_apis`: the services' APIs over HTTP, and what can go wrong there.
- `sql/`: what the portal keeps.
- `templates`: makes HTML, in each language that there is.
"""
