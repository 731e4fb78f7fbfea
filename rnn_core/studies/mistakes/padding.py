"""Padding without masks: the gradient has to go back through the pads."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.numbers import spoken
from rnn_core.start import inputs
from rnn_core.studies.mistakes.mistake import Measured, Mistake

REAL, PADDED = 30, 60  # steps of the sequence, and of the longest one in its batch
CONFIG = RNNConfig(gain=0.9, hidden_size=32, batch_size=8, seq_len=PADDED)


def run(mistaken: bool) -> tuple[Measured, ...]:
    """What reaches step 1 and the last real step, from a loss at the last step that is read."""
    x = inputs(CONFIG)
    x[REAL:] = 0.0
    steps = PADDED if mistaken else REAL
    short = RNNConfig(gain=0.9, hidden_size=32, batch_size=8, seq_len=steps)
    curve = gradient_flow(short, x=x[:steps]).reading.curve
    last, first = (float(curve[t] - curve[-1]) for t in (REAL - 1, 0))
    return (
        Measured("reaches the last real step", last, spoken.from_log10(last)),
        Measured("reaches step 1", first, spoken.from_log10(first)),
        Measured("steps between loss and data", steps - REAL, str(steps - REAL)),
    )


def cost(wrong: tuple[Measured, ...], right: tuple[Measured, ...]) -> str:
    """From both."""
    lost = spoken.from_log10(wrong[1].value - right[1].value)
    return (
        f"{PADDED - REAL} pads stand between the loss and the data: only {wrong[0].said} of the "
        f"gradient gets through them, and step 1 has {lost} of what it could have."
    )


MISTAKE = Mistake(
    label="Padding without a mask",
    story="Sequences of a batch are filled up to one length, and the last state is read where the "
    "filling ends. The gradient then has to go back through each pad before it meets any data.",
    wrong="out, h = rnn(padded); loss = f(h[-1])",
    right="packed = pack_padded_sequence(padded, lengths, enforce_sorted=False)",
    run=run,
    cost=cost,
    page="gradient_flow",
    settings="gain=0.9&seq_len=60",
)
