"""What tutorials say of gradients through time, by name: one file each, and one line here."""

from __future__ import annotations

from rnn_core.claims.claim import Claim
from rnn_core.registry import load

CLAIMS: dict[str, Claim] = load(
    __name__,
    (
        "scalar_rule",
        "orthogonal",
        "radius_below_one",
        "relu",
        "forget_gates",
        "input_gates",
        "printed_table",
        "one_power_less",
        "learning_rate",
        "clipping",
        "parameter_norm",
        "sum_of_norms",
        "gru_parameters",
        "one_step_at_a_time",
        "lstm_or_gru",
        "neither_is_easy",
    ),
    "CLAIM",
    Claim,
)
