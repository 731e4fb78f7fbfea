"""Not detaching the carried state: every chunk goes back through all the chunks before it."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.studies.mistakes.mistake import Measured, Mistake

CHUNK, CHUNKS = 25, 20


def run(mistaken: bool) -> tuple[Measured, ...]:
    """What the backward pass of the last chunk goes through, and what is held for it."""
    steps = CHUNK * CHUNKS if mistaken else CHUNK
    flow = gradient_flow(RNNConfig(seq_len=steps, hidden_size=32, batch_size=8))
    kilobytes = flow.nbytes / 1000
    return (
        Measured("steps of the backward pass", steps, f"{steps:,}"),
        Measured("kB held for it", kilobytes, f"{kilobytes:,.0f}"),
        Measured("chunk", CHUNKS, str(CHUNKS)),
    )


def cost(wrong: tuple[Measured, ...], right: tuple[Measured, ...]) -> str:
    """From both."""
    times = wrong[1].value / right[1].value
    return (
        f"At chunk {CHUNKS} an update goes back {wrong[0].said} steps and holds {wrong[1].said} "
        f"kB, {times:.0f} times what one chunk needs; the next update needs more again."
    )


MISTAKE = Mistake(
    label="The carried state is not detached",
    story="A long stream is cut into chunks, and the state of one is handed to the next with its "
    "graph. Time and memory of an update grow with every chunk, until memory runs out or PyTorch "
    "complains of a second backward.",
    wrong="out, h = rnn(chunk, h)",
    right="out, h = rnn(chunk, h.detach())",
    run=run,
    cost=cost,
    page="gradient_flow",
    settings="seq_len=500&hidden_size=32",
)
