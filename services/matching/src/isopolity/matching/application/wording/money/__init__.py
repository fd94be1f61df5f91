"""Sentences about the money of programmes.

- `portfolio_sentences`: a portfolio, what it reaches, and what would change it.
"""
