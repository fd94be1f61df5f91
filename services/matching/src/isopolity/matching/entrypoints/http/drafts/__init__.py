"""Drafts of rounds over HTTP, for staff.

- `drafts`: read, compare, edit, publish and undo drafts.
- `pairs`: the filtered list of a draft's pairs, and the preview of a pair as a proposal.
- `filters`: conditions on pairs, in query parameters and in an order to publish.
- `schemas`: orders and views of drafts.
- `publication_schemas`: orders and views of publishing.
- `report_schemas`: views of a draft's report, and of its difference from another.
- `publications`: the publications of a round, each with its certificate and its frozen report.
- `record_schemas`: views of these.
"""
