"""Truncated against full backpropagation through time, by the length of the window."""

from __future__ import annotations

import math

from rnn_core.config import RNNConfig
from rnn_core.numbers.said import Said
from rnn_core.studies.truncation import Truncation
from ui import live, run
from ui.clipping import figures, network_words
from ui.clipping.tables import table
from ui.controls import store
from ui.controls.wording import drawn, say
from ui.look.typeset import lettered, typeset

CHART_HEIGHT = 300


def can_be_drawn(found: Truncation | None) -> bool:
    """Whether there is a gradient, within numbers, that a window could miss a part of."""
    return found is not None and found.finite and found.log10_norm != -math.inf


def chart(config: RNNConfig) -> None:
    """Direction and length of what is left, by window; or why there is no chart."""
    found, k = run.truncated(config), store.get("clip_window")
    if found is None:
        live.note(say(network_words.too_large(config)))
        return
    caption = say(network_words.truncated(found, k, config.seq_len))
    if not can_be_drawn(found):
        live.note(caption)
        return
    of = network_words.recurrent(config)
    live.chart(
        drawn(figures.truncated(found, k, config.seq_len, Said(lettered(of), plain=of.plain))),
        key="truncated",
        height=CHART_HEIGHT,
        title=say(network_words.truncation_title()),
        caption=typeset(caption),
        alt=caption,
    )


def numbers(config: RNNConfig) -> None:
    """Both at the window that is set."""
    found, k = run.truncated(config), store.get("clip_window")
    if can_be_drawn(found):
        of = network_words.recurrent(config)
        rows = network_words.truncation_rows(found, k, of)
        live.words("truncation_rows", table(network_words.truncation_head(), rows, say))
