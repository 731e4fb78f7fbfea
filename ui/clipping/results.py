"""What the page computed, as readings."""

from rnn_core.readings import of_clipping
from rnn_core.readings.named import Readings
from ui import run
from ui.clipping import experiment, real_network
from ui.controls import network, store


def readings() -> Readings:
    """Of the descents and of the network on screen; the network only where it is asked for."""
    config = network.network()
    return of_clipping.readings(
        of_clipping.Clipping(
            descents=experiment.descents(),
            network=lambda: run.gradient_flow(config),
            clipped=lambda: real_network.clipped(config),
            truncated=lambda: run.truncated(config),
            window=min(store.get("clip_window"), config.seq_len),
        )
    )
