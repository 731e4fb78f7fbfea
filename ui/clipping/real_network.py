"""Clipping the gradient of a real network: its length and direction, its steps, what it changes."""

from __future__ import annotations

import math

from rnn_core.config import RNNConfig
from rnn_core.studies.whole_gradient import Clipped
from ui import live, run
from ui.clipping import figures, network_words
from ui.clipping.tables import table
from ui.controls import network, store, widgets
from ui.controls.wording import drawn, say
from ui.frame import blocks
from ui.look.typeset import typeset

CHART_HEIGHT = 300
DECADES = (-5, 2)  # of thresholds drawn, around the length of the gradient …
MORE = 12  # … and so many more, if the threshold that is set lies there


def sliders(config: RNNConfig) -> None:
    """The network's, and the threshold."""
    for name in ("gain", "seq_len"):
        network.slider(name)
    widgets.slider("clip_threshold")
    blocks.sequences_left_out(config, network.values()["batch_size"])


def clipped(config: RNNConfig) -> Clipped | None:
    """The gradient before and after; None where there is none."""
    return run.clipped_by_norm(config, store.get("clip_threshold"))


def length_and_direction(config: RNNConfig) -> None:
    """What each threshold would leave of both; or why there is nothing to clip."""
    found, limit = clipped(config), store.get("clip_threshold")
    if found is None:
        live.note(say(network_words.no_gradient(run.gradient_flow(config))))
        return
    center = found.log10_before
    if not math.isfinite(center):
        live.note(say(network_words.thresholds(found, None)))
        return
    low, high = (round(center) + d for d in DECADES)
    near = math.log10(limit)
    if low - MORE <= near <= high + MORE:
        low, high = min(low, math.floor(near)), max(high, math.ceil(near))
    at = run.by_threshold(config, near, near, 1)
    caption = say(network_words.thresholds(found, at))
    live.chart(
        drawn(figures.thresholds(run.by_threshold(config, low, high, 101), center, limit)),
        key="thresholds",
        height=CHART_HEIGHT,
        title="Length and direction",
        caption=typeset(caption),
        alt=caption,
    )


def shares(config: RNNConfig) -> None:
    """Each step's share of it, which clipping by norm leaves alone."""
    found = clipped(config)
    if found is None:
        return
    caption = say(network_words.shares(found, run.gradient_flow(config)))
    live.chart(
        drawn(figures.shares(found)),
        key="clip_shares",
        height=CHART_HEIGHT,
        title="Each step’s share",
        caption=typeset(caption),
        alt=caption,
    )


def what_changed(config: RNNConfig) -> None:
    """The numbers before and after."""
    found = clipped(config)
    if found is None:
        return
    head = ("", "before", "after clipping")
    rows = network_words.what_changed(found, run.gradient_flow(config))
    live.words("what_changed", table(head, rows, say))
