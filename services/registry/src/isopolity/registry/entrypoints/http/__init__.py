"""HTTP interface of registry.

- `app`: all routers, and their context on the application.
- `context`: ports of the routers, and rights to call them.
- `bodies`, `sign_in_bodies`: bodies of requests.
- `draft_fields`: reads and checks fields of a draft's steps.
- `merge_patch`: JSON Merge Patch with If-Match.
- `routers/`: the routes, a module for each resource.
- `entries`: members and requests in answers.
- `idempotent_post`: POST with an Idempotency-Key.
- `replies`: single entries with their version, and pages of lists.
- `city_filter`: query parameters that filter cities.
- `shown_settings`: settings that staff may see.
- `problems`: refusals as problem details.
"""
