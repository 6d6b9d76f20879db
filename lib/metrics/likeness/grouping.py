"""Which texts belong together: likeness of all pairs, then average linkage.

Two texts are alike as far as they share words, rare ones counting most (the cosine of
their weighted words). The same product, and the same 申出の種類, each make what they share
count double, and alone nothing: no shared word, no likeness. Groups are joined, the
likest first, while the pairs of two groups are on average at least `ALIKE`.

The numbers were chosen on the development half of the labelled set alone, so that about
two of three pairs are right whether a hundred texts are grouped or a thousand.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from lib.metrics.likeness.words import Said

Labels = npt.NDArray[np.intp]

ALIKE: Final = 0.12
SAME_PRODUCT: Final = 1.0
SAME_CLAIM_TYPE: Final = 1.0

RARITY_POWER: Final = 1.5
"""How much more a rare word says than a common one."""

ONLY_ONCE: Final = 0.5
"""What a word counts that stands in one text alone: it makes nothing alike."""

MOST: Final = 6_000
"""Texts that can be grouped at once: the pairs of more would not fit into memory."""

_BLOCK: Final = 256
_TINY: Final = 1e-12


def groups(
    told: Sequence[Said],
    products: Sequence[str],
    claim_types: Sequence[str],
    *,
    without: Collection[str] = (),
    alike: float = ALIKE,
) -> Labels:
    """Return for each text the number of its group; one that is like none has its own.

    Args:
        told: what each text says.
        products: code of the product of each; "" is like no other.
        claim_types: 申出の種類 of each; "" likewise.
        without: features that count for nothing, as those of the products' names.
        alike: likeness on average from which two groups are one.

    Raises:
        ValueError: more texts than `MOST`.
    """
    if len(told) > MOST:
        raise ValueError(f"{len(told)} texts are more than {MOST}")
    if len(told) <= 1:
        return np.arange(len(told), dtype=np.intp)
    from scipy.cluster.hierarchy import fcluster, linkage

    rows = weighted([one.features for one in told], without)
    apart = _distances(rows, _codes(products), _codes(claim_types))
    joined = linkage(apart, "average")
    return fcluster(joined, 1 - alike + _TINY, "distance").astype(np.intp)


def weighted(
    features: Sequence[Mapping[str, float]], without: Collection[str] = ()
) -> sparse.csr_array:
    """Return one row a text of length 1 (0 without words), one column a feature."""
    ignored = frozenset(without)
    spread = Counter(name for one in features for name in one if name not in ignored)
    columns = {name: place for place, name in enumerate(spread)}
    rarity = {name: _rarity(found, len(features)) for name, found in spread.items()}
    at, column, weight = [], [], []
    for place, one in enumerate(features):
        for name, value in one.items():
            if name in columns:
                at.append(place)
                column.append(columns[name])
                weight.append(value * rarity[name])
    shape = (len(features), max(len(columns), 1))
    raw = sparse.csr_array((np.asarray(weight, "f8"), (at, column)), shape=shape)
    lengths = np.sqrt(np.asarray(raw.multiply(raw).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    return sparse.csr_array(sparse.diags_array(1 / lengths) @ raw)


def _rarity(texts_with: int, texts: int) -> float:
    found = math.pow(math.log(1 + texts / texts_with), RARITY_POWER)
    return found * ONLY_ONCE if texts_with == 1 else found


def _codes(words: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return equal numbers for equal words, and for "" one that equals no other."""
    numbers = {word: place for place, word in enumerate(dict.fromkeys(words))}
    found = [numbers[word] if word else -1 - place for place, word in enumerate(words)]
    return np.asarray(found, np.int64)


def _distances(
    rows: sparse.csr_array,
    products: npt.NDArray[np.int64],
    claim_types: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Return 1 - likeness of every pair, in the order that `linkage` wants."""
    count = rows.shape[0]
    apart = np.empty(count * (count - 1) // 2)
    filled = 0
    for start, shared in _blocks(rows):
        stop = start + len(shared)
        evidence = (
            1.0
            + SAME_PRODUCT * (products[start:stop, None] == products)
            + SAME_CLAIM_TYPE * (claim_types[start:stop, None] == claim_types)
        )
        unlike = 1.0 - np.minimum(shared * evidence, 1.0)
        for place in range(start, stop):
            part = unlike[place - start, place + 1 :]
            apart[filled : filled + len(part)] = part
            filled += len(part)
    return apart


def _blocks(rows: sparse.csr_array) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
    columns = sparse.csr_array(rows.T)
    for start in range(0, rows.shape[0], _BLOCK):
        yield start, (rows[start : start + _BLOCK] @ columns).toarray()
