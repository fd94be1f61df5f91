"""Web: the parts that the HTTP applications of all services share, from the socket to the route.

- `server`: uvicorn's settings, and limits on connections.
- `application`: the FastAPI application: puts the modules below together, and adds security headers and HEAD.
- `routing`: routers with the checks of every route, such as refusing unknown query parameters.
- `request_scope`: lineage, span, log line, metrics, failure and audit name of each request.
- `rate_limits`: limits on how often one client may ask; clients' addresses in the network.
- `request_limits`: limits on the address, headers and body of a request.
- `tokens`: claims and checks of all bearer tokens.
- `network_tokens`, `issuer_tokens`: checks of their signatures.
- `revocations`: knows the tokens that are revoked.
- `security`: verifies a request's token once, and admits a caller by scope.
- `problems`: refusals as RFC 9457 problem details.
- `idempotent_posts`: POST with an Idempotency-Key.
- `paging`: pages and cursors of lists.
- `api_documents`: the OpenAPI document, the refusals in it, and its page.
- `operations/`: routes for operators.
"""
