"""What the page answers while a setting moves: the same drawings as on the page, by group."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from ui import live
from ui.clipping import descent, experiment, real_network, windows
from ui.clipping import vectors as two_vectors
from ui.controls import network, store
from ui.frame import lesson


def address() -> str:
    """The page's settings as a link."""
    return f"{network.query(network.asked())}&{store.query(experiment.LINKED)}".rstrip("&")


def on_screen() -> RNNConfig:
    """The network; the stamp is of all that the page is drawn from, but for the update shown."""
    config = network.network()
    state = [store.get(name) for name in experiment.LINKED if name != "cliff_at"]
    live.set_stamp(state, config)
    return config


def first_screen() -> None:
    """The cliff."""
    on_screen()
    lesson.show("clipping")
    descent.show()


def vectors() -> None:
    """One gradient, clipped both ways."""
    on_screen()
    two_vectors.picture()
    two_vectors.numbers()


def real_network_clipped() -> None:
    """What clipping does to the gradient of a network."""
    config = on_screen()
    real_network.length_and_direction(config)
    real_network.shares(config)
    real_network.what_changed(config)


def truncation() -> None:
    """What a shorter way back costs."""
    config = on_screen()
    windows.chart(config)
    windows.numbers(config)
