"""One unit, unrolled: every number of the forward and the backward pass as a node one can ask."""

from typing import Any

from ui.live import drawing

# Pixels under the picture for the step-through and the equation; static/live/neuron.css has them.
_BELOW = 112


def neuron(
    payload: dict[str, Any],
    *,
    key: str,
    height: int = 360,
    setting: str,
) -> None:
    """Draw the unit's passes in `height` pixels of picture, the equation of one node under it.

    Time runs to the right. A column is a step: x_t, z_t, h_t on the way forward, under them δ_t,
    φ'(z_t), ∂L/∂z_t and the two terms on the way back; y, L, ∂L/∂y and the sums stand on the right.
    The width of a backward arrow and the colour of δ_t and ∂L/∂z_t are functions of
    r = log10 of their size relative to δ_T's, as everywhere. Sliders wait for this picture.

    A click or a key moves the page's setting `setting`, the id of the selected node.

    Fields of `payload`:

    steps     T
    nodes     a list with, per node: id (x, z, h, phi, d, g, rec, in with the step; y, L, dy, out,
              sum_rec, sum_in), text (its number), equation and note (HTML), say (the same for
              screen readers), uses (ids of the numbers it is computed from), zero (exactly 0), and
              where they apply log10 (r, None for 0), share (of its gradient's terms, 0 to 1),
              flat (φ' < 0.1), right (y nearer than ½ to its target)
    order     the ids of the step-through, from the loss back
    weights   w_in, w_h, w_out as text
    start     r of ∂L/∂y: 0, or None where it is 0
    selected  the id whose equation is shown
    summary   what the picture shows, in one sentence, for screen readers
    """
    drawing.show(
        "neuron/neuron",
        payload | {"height": height, "setting": setting},
        key=key,
        height=height + _BELOW,
    )
