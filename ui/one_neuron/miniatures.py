"""Each start of one neuron as a small picture: δ on its way back."""

from __future__ import annotations

import numpy as np

from rnn_core.studies.one_neuron import WEIGHTS, Neuron, one_neuron
from ui.look import miniature
from ui.one_neuron.scenes import STARTS

NAMES = tuple(STARTS)


def drawn(name: str) -> str:
    """The picture of a start, SVG."""
    values = STARTS[name].changes
    weights = {weight: values[weight] for weight in WEIGHTS}
    found = one_neuron(Neuron(**weights, activation=values["neuron_activation"]), values["bits"])
    # Of what each state hands on: a unit that is off hands nothing on, whatever it is given.
    sent = np.abs(found.dz)
    with np.errstate(divide="ignore"):
        log10 = np.log10(sent / (np.abs(found.delta[-1]) or 1.0))
    return miniature.river(log10)
