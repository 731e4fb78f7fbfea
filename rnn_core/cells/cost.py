"""What a cell costs, where its blocks of W_h and W_x make up nearly all of it."""

from __future__ import annotations

from collections.abc import Callable

Count = Callable[[int, int], int]

OVERHEAD = 48_000  # multiply-adds in the time that a step takes whatever its size


def numbers(blocks: int, norms: int = 0) -> Count:
    """(H, I) -> numbers in so many blocks with a bias each, and in vectors (H,)."""
    return lambda H, I: blocks * (H * H + H * I + H) + norms * H


def products(blocks: int, elementwise: int = 0) -> Count:
    """(H, I) -> products in so many blocks, and of vectors (H,) with each other."""
    return lambda H, I: blocks * (H * H + H * I) + elementwise * H


def passes(blocks: int) -> Count:
    """(H, B) -> the time of so many products W_h h, as multiply-adds."""
    return lambda H, B: blocks * (B * H * H + OVERHEAD)
