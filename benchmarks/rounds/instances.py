"""The committed instances of rounds: made anew from a seed, the same to the last bit on every machine.

Invariant: only whole numbers are drawn and multiplied, so that every weight comes of one correctly rounded
division; `HASHES` tells when an instance has changed all the same.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numba import njit

from isopolity.matching.arrays import Floats, Integers
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode, RoundProblem

DIMENSIONS: Final = 20
CANDIDATES: Final = 20
_AREAS: Final = 25
BLOCK: Final = 500
"""Rows of the matrix of all pairs that are held at a time."""
NONE: Final = -1
Kind = Literal["random", "clustered"]
Numbers = Floats
Whole = Integers
HASHES: Final[Mapping[str, str]] = {
    "random, 350, 3": "c6cb131aafa317e1",
    "random, 1000, 1": "364651232e24f1af",
    "random, 1000, 3": "bf72b856a2a22de1",
    "random, 5000, 1": "de2c146d643322a6",
    "random, 5000, 3": "5243ef2e7b55d748",
    "random, 20000, 3": "dcadf64e95a26750",
    "random, 50000, 3": "fa645a570244e8e8",
    "clustered, 350, 3": "8032846d0f26ed23",
    "clustered, 1000, 1": "1c9df36e6582e302",
    "clustered, 1000, 3": "29cd18e16be07006",
    "clustered, 5000, 1": "31b657c552496c02",
    "clustered, 5000, 3": "34237004f73c9427",
    "clustered, 20000, 3": "9446017520106295",
    "clustered, 50000, 3": "bd56d19a86a6c724",
    "sponsorship, 350, 50": "d3c5aa78c7e65c34",
    "sponsorship, 5000, 714": "ebefbf3c9feafe09",
    "sponsorship, 50000, 7142": "485002b7bc789ddb",
    "reviews, 200, 40": "a7f9c7a631f8d7c9",
    "reviews, 2000, 400": "17fc8000c987857c",
}
"""By instance: kind, cities and greatest capacity, or sponsorship, cities and programmes, or reviews, papers and
reviewers; all with seed 1."""


@lru_cache(maxsize=2)
def twinning(kind: Kind, cities: int, *, most: int = 3, seed: int = 1, mode: Mode = Mode.QUICK) -> RoundProblem:
    """`cities` with capacities 1 … `most`; edges are the union of the best 20 of each, weighted by the cosine.

    “clustered”: groups of 5 to 13 that are alike within and strangers to each other, so that cuts for odd sets bind.
    """
    lots = np.random.default_rng([seed, cities])
    vectors = _vectors(lots, cities) if kind == "random" else _clustered(lots, cities)
    a, b, weight = _best(vectors, vectors, itself=False)
    low, high = np.minimum(a, b), np.maximum(a, b)
    _, first = np.unique(low * cities + high, return_index=True)
    capacity = lots.integers(1, most + 1, cities)
    problem = RoundProblem(capacity=capacity, a=low[first], b=high[first], weight=weight[first], mode=mode)
    return _unchanged(f"{kind}, {cities}, {most}", seed, problem)


def sponsorship(cities: int, programmes: int, *, seed: int = 1) -> RoundProblem:
    """`cities` with capacities 1 … 3, then `programmes` with 5 … 20; edges are the best 20 programmes of each city."""
    lots = np.random.default_rng([seed, cities, programmes])
    a, b, weight = _best(_vectors(lots, cities), _vectors(lots, programmes), itself=True)
    order = np.lexsort((b, a))
    capacity = np.concatenate([lots.integers(1, 4, cities), lots.integers(5, 21, programmes)])
    problem = RoundProblem(capacity=capacity, a=a[order], b=b[order] + cities, weight=weight[order])
    return _unchanged(f"sponsorship, {cities}, {programmes}", seed, problem)


def reviews(papers: int, reviewers: int, *, each: int, most: int, seed: int = 1) -> RoundProblem:
    """`papers` with capacity `each`, then `reviewers` with `most`; an edge wherever the cosine is above 0.

    Both come from 25 areas; of three areas drawn, a paper is from the first, so that some are asked for most.
    """
    lots = np.random.default_rng([seed, papers, reviewers])
    centre = _vectors(lots, _AREAS)
    area = lots.integers(0, _AREAS, (papers, 3)).min(axis=1)
    ones = (centre[area] + _vectors(lots, papers)).astype(np.float64)
    others = (centre[lots.integers(0, _AREAS, reviewers)] + _vectors(lots, reviewers)).astype(np.float64)
    cosine = (ones @ others.T) / np.sqrt(np.outer((ones**2).sum(axis=1), (others**2).sum(axis=1)))
    worth = np.rint(np.maximum(cosine, 0) * WEIGHT_UNIT).astype(np.int64)
    a, b = np.nonzero(worth)
    capacity = np.concatenate([np.full(papers, each), np.full(reviewers, most)])
    problem = RoundProblem(capacity=capacity, a=a, b=b + papers, weight=worth[a, b])
    return _unchanged(f"reviews, {papers}, {reviewers}", seed, problem)


def _unchanged(name: str, seed: int, problem: RoundProblem) -> RoundProblem:
    """The problem, if it is the one that was committed under this name."""
    if seed == 1 and (found := digest(problem)) != HASHES.get(name, found):
        raise SystemExit(f"The instance “{name}” has the hash {found}, not {HASHES[name]}: nothing was measured.")
    return problem


def digest(problem: RoundProblem) -> str:
    """The name of the instance: a hash of its numbers."""
    found = hashlib.sha256()
    for numbers in (problem.capacity, problem.a, problem.b, problem.weight):
        found.update(numbers.astype("<i8").tobytes())
    return found.hexdigest()[:16]


def _vectors(lots: np.random.Generator, rows: int) -> Whole:
    """Close to normal in every direction."""
    vectors: Whole = lots.integers(-40, 41, (rows, DIMENSIONS, 4)).sum(axis=2)
    return vectors


def _clustered(lots: np.random.Generator, rows: int) -> Whole:
    sizes = lots.integers(5, 14, rows)
    group = np.repeat(np.arange(rows), sizes)[:rows]
    return 2 * _vectors(lots, rows)[group] + _vectors(lots, rows)


def _best(ones: Whole, others: Whole, *, itself: bool) -> tuple[Whole, Whole, Whole]:
    """(one, other, weight) of the best others of each; among equals the first."""
    a, b, weight = [], [], []
    columns, squares = others.T.astype(np.float64), _squares(others)
    for start in range(0, len(ones), BLOCK):
        block = ones[start : start + BLOCK]
        best, worth = _selected(block.astype(np.float64) @ columns, _squares(block), squares, NONE if itself else start)
        rows = np.arange(len(block))
        a.append(np.repeat(start + rows, best.shape[1]))
        b.append(best.ravel())
        weight.append(worth.ravel())
    return _kept(np.concatenate(a), np.concatenate(b), np.concatenate(weight))


@njit(cache=True)
def _selected(dots: Numbers, ones: Numbers, others: Numbers, first: int) -> tuple[Whole, Whole]:
    """By row, the others of the greatest cosines and these in units of a weight; 0 for what points apart.

    Row i is itself number `first` + i of the others, unless `first` is -1.
    """
    size = min(CANDIDATES, len(others))
    best, worth = np.zeros((len(dots), size), np.int64), np.zeros((len(dots), size), np.int64)
    for i in range(len(dots)):
        for j in range(len(others)):
            if dots[i, j] <= 0 or (first >= 0 and j == first + i):
                continue
            cosine = dots[i, j] / np.sqrt(ones[i] * others[j])
            weight = np.int64(np.rint(min(cosine, 1.0) * WEIGHT_UNIT))
            if weight <= worth[i, size - 1]:
                continue
            at = size - 1
            while at > 0 and worth[i, at - 1] < weight:
                best[i, at], worth[i, at] = best[i, at - 1], worth[i, at - 1]
                at -= 1
            best[i, at], worth[i, at] = j, weight
    return best, worth


def _kept(a: Whole, b: Whole, weight: Whole) -> tuple[Whole, Whole, Whole]:
    kept = weight > 0
    return a[kept], b[kept], weight[kept]


def _squares(vectors: Whole) -> Numbers:
    squares: Numbers = (vectors.astype(np.float64) ** 2).sum(axis=1)
    return squares
