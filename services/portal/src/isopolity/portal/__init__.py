"""portal: pages for people, in front of the services' APIs.

- `entrypoints/http/`: the pages, a module a subject.
- `application/`: sessions of who has signed in, on ports.
- `adapters/`: the services' APIs over HTTP, templates, what is kept, sealed.
- `domain/`: what people choose in a list, and where a place lies on a map.
- `templates/`, `static/`: the pages' texts and look.
- `migrations/`: the tables of each release.
- `settings`: what a deployer sets.
- `shell`: the layout, for pages that a program serves beside these.
- `bootstrap`: puts it all together.

Invariant: all that a page shows or does goes through the HTTP APIs of registry, matching and notify with the rights of
its visitor, so that those decide who may do what.
"""
