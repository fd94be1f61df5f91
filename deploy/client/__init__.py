"""The documents of the APIs, `docs/api`, and the client, `isopolity.client`, made of the routes of the services.

- `documents`: the OpenAPI documents, whole and by package of the client.
- `models`: the models of a document's schemas.
- `calls`: the functions of a document's operations.
- `types`: the Python types of schemas.
- `files`: all files with their text.
- `compatibility`: whether the documents still serve callers of the released ones.
"""
