"""Web: what the HTTP applications of all services have in common, from the socket to the route.

- `server`: uvicorn's settings, and what a connection may cost.
- `application`: the FastAPI application, with all that follows, security headers, and HEAD as a GET without its body.
- `routing`: routers whose routes have what every route of a service has, such as known query parameters only.
- `request_scope`: what surrounds a request: lineage, span, log, metrics, failure, its name in the audit.
- `rate_limits`: how often one client may ask; addresses in the network.
- `request_limits`: bounds on what comes in: address, headers and body.
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
