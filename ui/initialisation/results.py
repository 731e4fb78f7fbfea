"""What the page computed, as readings."""

from rnn_core.readings import of_grid
from rnn_core.readings.named import Readings
from ui import run
from ui.initialisation import experiment


def readings() -> Readings:
    """Of all pairs on screen."""
    return of_grid.readings(run.gradient_grid(experiment.shared(), *experiment.chosen()))
