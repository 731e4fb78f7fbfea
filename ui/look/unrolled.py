"""The unrolled network with the gradient flowing back: what its picture needs of a run."""

from __future__ import annotations

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.said import FULL, PLAIN, Said
from ui.look.norms import loss_letter, state_letter
from ui.look.typeset import indices


def unrolled(flow: GradientFlow, selected: int | None, summary: str) -> dict:
    """What `live.river` draws of a run; `summary` is the picture in words.

    Of what the last loss alone sends back; the shares are those of ∂L/∂W_h, of all losses.
    """
    c, alone = flow.config, flow.last_alone
    spread = alone.spread
    shared, whose = c.cell_used.shared, indices(loss_letter(c))
    end = spread.median[-1]
    origin = end if np.isfinite(end) else 0.0
    s = alone.typical_sequence
    walk = {
        "sequence": s + 1,
        "count": c.batch_size,
        "log10": alone.log10_norms[:, s],
        "state": state_letter(flow),
        "whose": whose,
    }
    if flow.two_factors:
        walk["phi"] = 10.0 ** alone.log10_activation[:, s]
        walk["w"] = 10.0 ** alone.log10_recurrence[:, s]
    else:
        walk["step"] = 10.0 ** alone.log10_step[:, s]
    overflow = None
    if flow.overflow is not None:
        overflow = {"step": flow.overflow.step, "text": "float64 overflows"}
    picture = {
        "log10": spread.median - origin,
        "lo": spread.low - origin,
        "hi": spread.high - origin,
        "log10_abs": spread.median,
        "share": flow.shares,
        "loss": c.loss_at,
        "whose": whose,
        "input": c.input,
        "input_rms": np.sqrt((flow.trace.x**2).mean(axis=(1, 2))),
        "overflow": overflow,
        "zero_step": flow.zero_until,
        "selected": selected,
        "activation": c.activation_used,
        "state": state_letter(flow),
        "shared": None if shared == "W_h" else f"<i>{indices(shared)}</i>",
        "walk": walk,
        "summary": summary,
        "words": Said(FULL, plain=PLAIN),  # of the picture's own labels, see static/live/river
    }
    if flow.dphi is not None:
        picture["mean_dphi"] = flow.mean_dphi
        picture["saturated"] = flow.saturated
        picture["saturated_word"] = ACTIVATIONS[c.activation_used].off
    else:
        picture["gates"] = {name: gate.mean(axis=(1, 2)) for name, gate in flow.gates.items()}
    return picture
