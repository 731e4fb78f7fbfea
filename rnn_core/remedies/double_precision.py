"""Numbers of 64 bits."""

from __future__ import annotations

from rnn_core.numbers.said import Said
from rnn_core.remedies.remedy import Remedy

REMEDY = Remedy(
    label="float64",
    says=Said(
        "Every number has 53 bits and a range to 10³⁰⁸: less is rounded away, and nothing "
        "overflows at 3.4·10³⁸.",
        plain="Every number has twice the digits, and overflows much later.",
    ),
    law=Said(
        "float32 overflows at 3.4·10³⁸ and rounds at 6·10⁻⁸.",
        plain="Shorter numbers lose what is very small or very large.",
    ),
    source="IEEE 754",
    cost=Said("About twice the time and the memory.", plain="About twice the time and memory."),
    changes=lambda config: {} if config.precision == "float64" else {"precision": "float64"},
    code=lambda before, after: (
        "network.double()  # and make the optimizer after it: it holds the parameters\n"
    ),
)
