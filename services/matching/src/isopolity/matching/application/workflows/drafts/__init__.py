"""Drafts of rounds under hold.

- `states`: a draft as a row: discarded, superseded, expired; and the release of its scheduled proposals.
- `edits`: pairs put in, left out, pinned, forbidden, replaced; the last edit undone.
- `improvement`: what edits would do before anybody decides, and the rest chosen anew around what people decided.
- `pairs`: the pairs of a draft that fit a filter, in an order, with a preview of what their sides would read.
- `publication`: from a draft to scheduled proposals, and back while that can be undone.
- `publication_records`: each publication with its proof and its frozen report, marked when it is undone.
- `report`: who is served by a draft, who is not, what may come of it.
"""
