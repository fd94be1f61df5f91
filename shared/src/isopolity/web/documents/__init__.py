"""Documents of the APIs, for programs and people.

- `api_documents`: the OpenAPI document and its page.
- `refusals`: the statuses with which a route can refuse a request.
- `assets/`: what the page loads beside Swagger UI.
"""
