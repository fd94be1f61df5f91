"""The learned affinity on links of history that were hidden from it.

- `affinity`: the benchmark.
- `trials`: the model as it is, and with less to learn from.
- `evaluation`: measures of scores: hidden links found again, and chances that are chances.
"""
