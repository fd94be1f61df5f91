"""Drafts of rounds under hold.

- `states`: a draft as a row: discarded, superseded, expired.
- `edits`: pairs put in, left out, pinned, forbidden, replaced; the last edit undone.
- `improvement`: the rest chosen anew around what people decided.
- `trials`: what edits would do, before anybody decides.
- `previews`: what the sides of a pair would be told.
- `pair_list`: the pairs of a draft that fit what is asked for, in an order.
- `scope`: which pairs are meant: all, those that are named, those that fit.
- `publication`: from a draft to scheduled proposals, and back while that can be undone.
- `publication_proof`: the proof of the pairs that are out.
- `publication_records`: each publication with its certificate and its frozen report, marked when it is undone.
- `network_figures`: what reports need of the network, drawn once for all drafts.
- `report`: who is served by a draft, who is not, what may come of it.
- `releases`: scheduled proposals go out.
"""
