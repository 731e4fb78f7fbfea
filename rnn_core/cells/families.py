"""The families of architectures: by what carries the state from step to step."""

from __future__ import annotations

# Their headings, in the order in which they are shown.
FAMILIES: dict[str, str] = {
    "additive": "a sum through φ",
    "gated": "gates that see the state",
    "linear": "linear in the state",
    "matrix": "a matrix as the state",
    "physical": "a differential equation",
    "attention": "no recurrence",
}
