"""The first number of a layer's pass that is not finite: which, at which step, in which sequence.

On the way there the first is the earliest step; on the way back it is the last one. The order in
which a step makes its numbers decides within a step.
"""

from __future__ import annotations

from typing import Any

from rnn_core.pytorch.probe.layers import Part


def first_not_finite(part: Part, before: int) -> dict[str, Any] | None:
    """None, or {"way": "forward" or "back", "what", "t", "sequence"}, both from 1; t and sequence
    are 0 for a weight. `before` sequences of the update came before the part's first."""
    steps, swept = part.steps, part.swept
    if all(bool(a.sum().isfinite()) for a in (steps.h, swept.dh, swept.da)):
        return None  # a sum is finite only where all is
    for name, weight in vars(part.weights).items():
        if weight is not None and not bool(weight.isfinite().all()):
            return {"way": "forward", "what": f"the weight {name}", "t": 0, "sequence": 0}
    forward = {"the input x": steps.x, "the state before": steps.before}
    forward |= {f"gate {name}": gate for name, gate in steps.gates.items()}
    forward |= {"c": steps.c, "h": steps.h}
    back = {
        "the gradient that arrives from above": part.arrived,
        "∂L/∂h": swept.dh,
        "∂L/∂c": swept.dc,
        "the gradient of the gates’ sums": swept.da,
    }
    # The second direction begins at the last step.
    return _first(forward, "forward", part.direction == 0, before) or _first(
        back, "back", part.direction == 1, before
    )


def _first(arrays: dict[str, Any], way: str, earliest: bool, before: int) -> dict[str, Any] | None:
    found: tuple[int, str, int] | None = None
    for name, a in arrays.items():
        if a is None or bool(a.isfinite().all()):
            continue
        t, sequence = (~a.isfinite()).any(dim=-1).nonzero()[0 if earliest else -1].tolist()
        if found is None or (t < found[0] if earliest else t > found[0]):
            found = t, name, sequence
    if found is None:
        return None
    t, name, sequence = found
    return {"way": way, "what": name, "t": t + 1, "sequence": before + sequence + 1}
