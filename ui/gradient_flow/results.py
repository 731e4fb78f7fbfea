"""What the page computed, as readings."""

from rnn_core.readings import of_flow
from rnn_core.readings.named import Readings
from ui import run
from ui.controls import network


def readings() -> Readings:
    """Of the network on screen."""
    return of_flow.readings(run.gradient_flow(network.network()))
