"""What the loops need to know of the links: neighbours, counts between countries and regions, walks, a spectrum."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from isopolity.matching.adapters.affinity.ground import Ground
from isopolity.matching.domain.affinity.links import Links
from isopolity.matching.domain.affinity.places import Floats

DIMENSIONS: Final = 48
BANDS: Final = 5
_ROUNDS: Final = 12


class Rows(NamedTuple):
    """A sparse matrix by rows, columns ascending."""

    start: NDArray[np.int64]
    column: NDArray[np.int32]
    value: NDArray[np.float32]


class Web(NamedTuple):
    """Arrays for compiled loops."""

    start: NDArray[np.int64]
    partner: NDArray[np.int32]
    degree: Floats
    total: float
    """Twice the number of links."""
    countries: Floats
    """(c, c): links between two countries, from both ends."""
    country_total: Floats
    admin_country: NDArray[np.float32]
    admins: NDArray[np.float32]
    admin_total: Floats
    band: NDArray[np.int64]
    """Number of the country's size band that a place is in."""
    bands: NDArray[np.float32]
    band_total: Floats
    shared: Floats
    """(c, c): how often some city has a partner in the one and another in the other country."""
    shared_total: Floats
    two: Rows
    three: Rows
    spectrum: NDArray[np.float32]
    smooth: NDArray[np.float32]


def web_of(ground: Ground, links: Links) -> Web:
    """The arrays for `links`."""
    matrix = links.adjacency
    degree = links.degree.astype(np.float64)
    countries = _counts(ground.country, matrix)
    band = ground.country * BANDS + np.clip(((ground.size - 3.0) / 0.75).astype(np.int64), 0, BANDS - 1)
    members = _members(ground.country)
    bands = _counts(band, matrix)
    admin = _members(ground.admin1)
    admins = (admin.T @ matrix @ admin).toarray().astype(np.float32)
    partners = np.asarray((matrix @ members).todense())
    shared = partners.T @ partners - np.diag(partners.sum(axis=0))
    damped = sparse.diags(1 / np.sqrt(np.maximum(degree, 1)))
    walk = damped @ matrix @ damped
    two = walk @ walk
    spectrum = _spectrum(walk)
    return Web(
        start=matrix.indptr.astype(np.int64),
        partner=matrix.indices.astype(np.int32),
        degree=degree,
        total=float(2 * len(links)),
        countries=countries,
        country_total=countries.sum(axis=1),
        admin_country=(admin.T @ matrix @ members).toarray().astype(np.float32),
        admins=admins,
        admin_total=admins.sum(axis=1).astype(np.float64),
        band=band,
        bands=bands.astype(np.float32),
        band_total=bands.sum(axis=1),
        shared=shared,
        shared_total=shared.sum(axis=1),
        two=_rows(two),
        three=_rows(two @ walk),
        spectrum=spectrum,
        smooth=_smooth(ground, spectrum),
    )


def _members(group: NDArray[np.int64]) -> sparse.csr_matrix:
    size = len(group)
    return sparse.csr_matrix((np.ones(size), (np.arange(size), group)), shape=(size, int(group.max()) + 1))


def _counts(group: NDArray[np.int64], matrix: sparse.csr_matrix) -> Floats:
    members = _members(group)
    return np.asarray((members.T @ matrix @ members).todense(), np.float64)


def _rows(matrix: sparse.csr_matrix) -> Rows:
    matrix = matrix.tocsr()
    matrix.sort_indices()
    return Rows(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.float32))


def _spectrum(walk: sparse.csr_matrix) -> NDArray[np.float32]:
    """The leading eigenvectors by subspace iteration, each times the root of its value: products estimate the walk."""
    random = np.random.default_rng(0)
    width = min(DIMENSIONS, walk.shape[0])
    basis = random.standard_normal((walk.shape[0], width))
    lazy = (walk + sparse.identity(walk.shape[0])) * 0.5
    for _ in range(_ROUNDS):
        basis, _ = np.linalg.qr(lazy @ (lazy @ basis))
    values, turn = np.linalg.eigh(basis.T @ (walk @ basis))
    return np.asarray(basis @ turn * np.sqrt(np.maximum(values, 0)), np.float32)


def _smooth(ground: Ground, spectrum: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of the nearest of the country, the place itself left out."""
    known = ground.near >= 0
    near = np.where(known, ground.near, 0)
    weight = known / (1.0 + np.arange(near.shape[1]) / 8.0) ** 2
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    smooth = np.zeros_like(spectrum)
    for rank in range(near.shape[1]):
        smooth += (weight[:, rank, None] * spectrum[near[:, rank]]).astype(np.float32)
    return smooth
