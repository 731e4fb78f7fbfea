"""PyTorch is an extra: what is said where it is wanted and not installed.

The one place that knows how to get it. torch is imported inside the function: it costs about a
second and 190 MB, and whether it could be imported is found out without doing so.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

WHAT_TO_INSTALL = "PyTorch is not installed where Unroll runs, `pip install torch` brings it"


class MissingTorch(ImportError):
    """Something was asked for that only PyTorch can do; its message says what to install."""

    def __init__(self) -> None:
        super().__init__(f"{WHAT_TO_INSTALL}.", name="torch")


def torch_is_missing() -> bool:
    """Whether there is no PyTorch to import; looked up anew each time, in a fraction of a ms."""
    return find_spec("torch") is None


def need_torch() -> Any:
    """The module torch; raises MissingTorch where there is none.

    One that is there and broken raises what it raises: to install it again is not the answer.
    """
    if torch_is_missing():
        raise MissingTorch
    import torch

    return torch
