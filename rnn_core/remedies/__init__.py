"""The remedies, by name: changes of a training run that may help it.

To add one: a file here that holds REMEDY, and its name below, in the order of the page. Another
cell is one as soon as it says what it helps (`Cell.helps`).
"""

from __future__ import annotations

from rnn_core.registry import load
from rnn_core.remedies.other_cells import SWAPS
from rnn_core.remedies.remedy import Remedy

__all__ = ["REMEDIES", "Remedy"]

REMEDIES: dict[str, Remedy] = (
    load(
        __name__,
        (
            "gate_bias",
            "chrono",
            "own_settings",
            "orthogonal",
            "kept_orthogonal",
            "kept_norm",
            "identity",
            "criticality",
            "tanh",
            "weaker_input",
            "clip_norm",
            "clip_value",
            "clip_tensor",
            "clip_unit",
            "adam",
            "rmsprop",
            "lower_rate",
            "higher_rate",
            "larger_batch",
            "curriculum",
            "omega",
            "whole_gradient",
            "double_precision",
        ),
        "REMEDY",
        Remedy,
    )
    | SWAPS
)
