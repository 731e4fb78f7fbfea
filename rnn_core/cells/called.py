"""What a parameter is called on a page, by its name in Parameters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rnn_core.numbers.said import Said

CALLED: dict[str, Said] = {
    name: Said(letter, plain=plain)
    for name, letter, plain in (
        ("W_h", "W_h", "recurrent weights"),
        ("W_x", "W_x", "input weights"),
        ("b_h", "b_h", "biases"),
        ("b_x", "b_x", "biases of the input"),
        ("scale", "scale", "scales"),
        ("shift", "shift", "shifts"),
        ("nu", "ν of |λ|", "memory of each unit"),
        ("theta", "phase θ", "turn at each step"),
        ("gamma", "γ", "scales of the input"),
        ("decay", "Λ", "memory of each unit"),
        ("u", "u", "what a unit hears of itself"),
        ("W_z", "W_z", "weights of the velocity"),
        ("log_rate", "ln(−A)", "rates of forgetting"),
        ("log_A", "ln A", "rate of forgetting"),
        ("xi", "ξ", "what is removed"),
        ("mu", "μ", "how far it is removed"),
    )
}


def called(names: Iterable[str]) -> Said:
    """What parameters are called that stand together: b_h, b_x; in plain words by the first."""
    each = [CALLED.get(name, Said(name, plain=name)) for name in names]
    return Said(", ".join(each), plain=each[0].plain)


def of_gate(names: Iterable[str], gate: str) -> Said:
    """W_h (f); recurrent weights (f). In plain words a Greek letter is spelt."""
    if not gate:
        return called(names)
    spelt = "".join(c if c.isascii() else unicodedata.name(c).split()[-1].lower() for c in gate)
    return called(names) + Said(f" ({gate})", plain=f" ({spelt})")
