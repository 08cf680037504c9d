"""The look-up of rows in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shapecalc.kernels.window import Array


class OutsideVocabulary(Exception):
    """An id has no row in the table; the message goes on from the name of the layer."""


def look_up(ids: Array, table: Array) -> Array:
    """The rows of ``table``, of shape ``(vocabulary, dim)``, as channels: ids are rounded, a NaN gives NaNs.

    ``ids`` is ``(batch, n)`` or ``(batch, 1, *n)``; the result is ``(batch, dim, *n)``.
    """
    if ids.ndim > 2:
        ids = ids[:, 0]
    unknown = np.isnan(ids)
    nearest = np.rint(np.where(unknown, 0, ids))
    outside = (nearest < 0) | (nearest >= len(table))
    if outside.any():
        wrong = float(nearest[outside][0])
        raise OutsideVocabulary(f"is given the id {wrong:.0f}, and the ids of its vocabulary are 0 to {len(table) - 1}")
    rows = table[nearest.astype(int)]
    rows[unknown] = np.nan
    return np.moveaxis(rows, -1, 1)
