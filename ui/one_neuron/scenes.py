"""Starting points for one neuron, each with what to look at."""

from __future__ import annotations

from ui.settings.scene import Scene


def _unit(w_in, w_h, w_out, bits, phi="tanh", node="in1", train_on="examples") -> dict:
    weights = {"w_in": w_in, "w_h": w_h, "w_out": w_out}
    learning = {"neuron_rate": 0.1, "train_on": train_on}
    return weights | learning | {"bits": bits, "neuron_activation": phi, "node": node}


STARTS: dict[str, Scene] = {
    "lesson": Scene(
        label="101 → 1",
        changes=_unit(0.8, 0.5, 1.0, "101"),
        look="Bit 1 is the answer, and yet its term is the weakest. Raise w_h: does it catch up "
        "with step 3?",
    ),
    "zero": Scene(
        label="001 → 0",
        changes=_unit(0.8, 0.5, 1.0, "001", node="rec3"),
        look="Before the first 1 the unit has no state. Count the numbers that are exactly 0, and "
        "click one to see why.",
    ),
    "saturated": Scene(
        label="Saturated",
        changes=_unit(4.0, 1.0, 0.3, "1111", node="phi3"),
        look="A strong input holds z where tanh is flat: look along the row of φ′. Lower w_in and "
        "the gradient comes back.",
    ),
    "kept": Scene(
        label="Nothing lost",
        changes=_unit(0.3, 1.0, 0.5, "101101", "linear", "d1"),
        look="A linear unit with w_h = 1: δ is the same at every step, and so are the terms of all "
        "1s. Touch w_h, and it is over.",
        surprise=True,
    ),
    "exploding": Scene(
        label="Exploding",
        changes=_unit(0.5, 2.0, -0.5, "100000000001", "linear", "d1", "string"),
        look="Each of 11 steps back doubles δ. Train to the end, and see what such a "
        "gradient does to the weights.",
        surprise=True,
    ),
    "dead": Scene(
        label="A ReLU that is off",
        changes=_unit(-1.0, 0.5, 1.0, "101", "relu", node="g3"),
        look="z is never above 0, so φ′ = 0 and no gradient passes. No update can wake the unit: "
        "try one.",
        surprise=True,
    ),
}
