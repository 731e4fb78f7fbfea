"""A state carried over from an unrelated sequence."""

from __future__ import annotations

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.studies.mistakes.mistake import Measured, Mistake

CONFIG = RNNConfig(cell="gru", update_bias=3.0, hidden_size=32, batch_size=8, seq_len=40)


def run(mistaken: bool) -> tuple[Measured, ...]:
    """How far the states are from those of a start at 0, at the first, tenth and last step."""
    clean = gradient_flow(CONFIG)
    # The sequences end in states of their own; each is handed to its neighbour.
    before = clean.trace.h[-1]
    left = np.roll(before, 1, axis=0) if mistaken else np.zeros_like(before)
    found = gradient_flow(CONFIG, h0=left)
    size = np.linalg.norm(clean.hidden, axis=2)
    away = np.linalg.norm(found.hidden - clean.hidden, axis=2)
    relative = np.median(away / size, axis=1)
    return tuple(
        Measured(
            f"off at step {t}, in sizes of h",
            float(relative[t - 1]),
            spoken.number(relative[t - 1]),
        )
        for t in (1, 10, 40)
    )


def cost(wrong: tuple[Measured, ...], right: tuple[Measured, ...]) -> str:
    """From both."""
    return (
        f"What the sequence before left weighs {wrong[0].said} times what is the state’s own at "
        f"step 1, {wrong[1].said} times at step 10 and still {wrong[2].said} at step 40: who "
        "remembers well remembers this well, too."
    )


MISTAKE = Mistake(
    label="A state of another sequence",
    story="The state is kept between batches, but the batches are shuffled, or a new document "
    "begins. The network is then told something about a sequence that it has never seen.",
    wrong="out, h = rnn(x, h.detach())  # of a shuffled loader",
    right="out, h = rnn(x)  # or set the rows of h to 0 where a new sequence begins",
    run=run,
    cost=cost,
    page="gradient_flow",
    settings="cell=gru&update_bias=3&start_scale=1",
)
