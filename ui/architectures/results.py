"""What the page computed, as readings."""

from rnn_core.readings import of_cells
from rnn_core.readings.named import Readings
from ui.architectures import experiment


def readings() -> Readings:
    """Of the cells on screen."""
    return of_cells.readings(experiment.compared())
