"""What the page computed, as readings."""

from rnn_core.readings import of_neuron
from rnn_core.readings.named import Readings
from ui.controls import store
from ui.one_neuron import unit


def readings() -> Readings:
    """Of the unit on screen, and of the closed form."""
    over = unit.on_screen()
    return of_neuron.readings(
        of_neuron.Unit(over, store.get("power_w"), store.get("power_lag")),
    )
