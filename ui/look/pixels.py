"""A small matrix as a picture that stands in HTML: one pixel for each entry."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

MOST = 64  # pixels along a side; a larger matrix shows the largest entry of each block
_ABOVE, _BELOW = (194, 65, 12), (29, 78, 216)  # of entries above and below 0


def of_matrix(matrix: np.ndarray) -> str:
    """A data address of a PNG: colour by sign, the more opaque the larger; 0 is see-through."""
    small = _blocks(np.asarray(matrix, dtype=float))
    largest = np.abs(small).max(initial=0.0)
    share = np.sqrt(np.abs(small) / largest) if 0 < largest < np.inf else np.zeros_like(small)
    rgba = np.empty((*small.shape, 4), np.uint8)
    rgba[..., :3] = np.where((small > 0)[..., None], _ABOVE, _BELOW)
    rgba[..., 3] = np.round(255 * share)
    return "data:image/png;base64," + base64.b64encode(_png(rgba)).decode()


def _blocks(matrix: np.ndarray) -> np.ndarray:
    """The entry that is largest in size of each block, (rows, columns) at most MOST."""
    size = -(-max(matrix.shape) // MOST)
    if size == 1:
        return matrix
    rows, columns = (-(-n // size) for n in matrix.shape)
    padded = np.zeros((rows * size, columns * size))
    padded[: matrix.shape[0], : matrix.shape[1]] = matrix
    each = padded.reshape(rows, size, columns, size).swapaxes(1, 2).reshape(rows, columns, -1)
    return np.take_along_axis(each, np.abs(each).argmax(axis=2)[..., None], axis=2)[..., 0]


def _png(rgba: np.ndarray) -> bytes:
    height, width, _ = rgba.shape
    lines = b"".join(b"\0" + line.tobytes() for line in rgba)  # each with the filter "none"
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
