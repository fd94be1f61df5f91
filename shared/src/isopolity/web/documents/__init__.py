"""Documents of the APIs, for programs and people.

- `api_documents`: the OpenAPI document and its page.
- `assets/`: what the page loads beside Swagger UI.
"""
