"""Starts, by name: how W_x, W_h and every bias of a layer begin, one file each.

To add one: a file here that holds START, and its name below, where menus show it.
"""

from __future__ import annotations

from rnn_core.network.starts.start import Start
from rnn_core.registry import load

__all__ = ["OURS", "STARTS", "Start"]

OURS = "ours"  # the one that leaves every choice to the settings

STARTS: dict[str, Start] = load(__name__, (OURS, "pytorch", "keras", "flax"), "START", Start)
