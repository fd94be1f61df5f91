"""HTTP interface of registry.

- `app`: all routers, their context on the application, and settings that staff may see.
- `context`: ports of the routers, rights to call them, and POST with an Idempotency-Key.
- `bodies`: bodies of requests.
- `draft_fields`: reads and checks fields of a draft's steps.
- `merge_patch`: JSON Merge Patch with If-Match.
- `routers/`: the routes, a module for each resource.
- `entries`: members and requests in answers.
- `replies`: single entries with their version, pages of lists, and refusals as problem details.
- `prepared_documents`: documents of imports that are looked at first.
- `import_orders`: orders to correct and to carry out these imports.
- `import_layouts`: where the table of a file is, in requests and answers.
- `city_filter`: query parameters that filter cities.
"""
