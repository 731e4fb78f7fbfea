"""The page's experiment, from what is on screen: one network, as several cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rnn_core.config import RNNConfig
from rnn_core.settings import NETWORK, Number
from rnn_core.studies.architectures import Comparison
from ui import run
from ui.architectures import words
from ui.controls import network as controls
from ui.controls import store, wording
from ui.controls.wording import say
from ui.settings.every import owned

SETTINGS = ("cells", "seeds", "cell_sequences", "seed_bands", "whole_axis")


def shared() -> RNNConfig:
    """What every cell has in common: the network on screen, with this page's sequences."""
    config = replace(controls.network(), cell="vanilla", batch_size=store.get("cell_sequences"))
    return controls.fitted(config, store.get("cells"))


def compared() -> Comparison:
    """The cells that are chosen, on it."""
    return run.comparison(shared(), store.get("cells"), store.get("seeds"))


def outcome(values: Mapping) -> str:
    """Which cell carries furthest at such settings, by key: a few words."""
    network = {own.name: values[own.key] for own in owned(NETWORK) if own.key in values}
    config = RNNConfig(**network, batch_size=values["cell_sequences"])
    config = controls.fitted(config, values["cells"])
    return say(words.title(run.comparison(config, values["cells"], values["seeds"])))


def own_settings(comparison: Comparison, *, aside: bool = False) -> list[tuple[Number, RNNConfig]]:
    """The settings that only some of the cells have, once each, with a network that has it; those
    that stand aside, or the others."""
    found = {s.name: (s, one.config) for one in comparison.cells for s in one.about.settings}
    return [own for own in found.values() if own[0].aside == aside]


def step_shown() -> int:
    """The step that the table reads: the selected one, or step 1, where all paths end."""
    return controls.selected_step() or 1


def drawn_from() -> tuple:
    """The state on screen; a step is selected within it."""
    return shared(), [store.get(name) for name in SETTINGS], wording.depth()
