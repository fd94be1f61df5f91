"""Drafts of rounds over HTTP, for staff.

- `drafts`: drafts looked at, compared, edited, published, undone.
- `pairs`: the pairs of a draft as a list with filters, and each as both sides would be told of it.
- `filters`: conditions on pairs, in an address and in an order.
- `schemas`: orders and views of drafts.
- `publication_schemas`: orders and views of publishing.
- `report_schemas`: views of a draft's report, and of its difference from another.
- `publications`: the publications of a round, each with its certificate and its frozen report.
- `record_schemas`: views of these.
"""
