"""The learned affinity: its files, its features in compiled loops, its training and its trees."""
