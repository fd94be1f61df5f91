"""HTTP interface of registry.

| module | what it does |
|---|---|
| `app` | all routers, and what they find on the application |
| `context` | ports behind the routers |
| `access` | who may do what |
| `idempotent_post` | POST with an Idempotency-Key |
| `merge_patch` | JSON Merge Patch with If-Match |
| `application_intake` | how anybody applies to join |
| `routers/` | the routes, a module a resource |
| `paging`, `replies` | pages of lists; single entries with their version |
| `problems` | refusals as problem details |
"""
