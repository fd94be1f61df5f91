"""HTTP interface of registry.

- `app`: all routers, and what they find on the application.
- `context`: ports behind the routers, and who may call them.
- `bodies`, `sign_in_bodies`: bodies that only HTTP takes.
- `draft_fields`: fields of a draft's steps, read and checked.
- `merge_patch`: JSON Merge Patch with If-Match.
- `routers/`: the routes, a module a resource.
- `entries`: members and requests as they are read.
- `idempotent_post`: POST once per Idempotency-Key.
- `replies`: single entries with their version, and pages of lists.
- `city_filter`: what cities can be chosen by.
- `shown_settings`: settings that staff may see.
- `problems`: refusals as problem details.
"""
