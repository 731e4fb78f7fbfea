"""No clipping near the cliff: one gradient throws everything away."""

from __future__ import annotations

from rnn_core.numbers import spoken
from rnn_core.studies.mistakes.cliffs import LIMIT, SETTINGS, descent
from rnn_core.studies.mistakes.mistake import Measured, Mistake


def run(mistaken: bool) -> tuple[Measured, ...]:
    """Descent beside a wall, with and without a limit on the step."""
    path = descent("none" if mistaken else "norm")
    step, loss = float(path.step_length.max()), float(path.loss[-1])
    return (
        Measured("largest step", step, spoken.number(step)),
        Measured("loss at the end", loss, spoken.number(loss)),
        Measured("updates made", path.updates, str(path.updates)),
    )


def cost(wrong: tuple[Measured, ...], right: tuple[Measured, ...]) -> str:
    """From both."""
    return (
        f"After {wrong[2].said} updates one step of {wrong[0].said} leaves the region, and the "
        f"loss stays at {wrong[1].said}; bounded at {LIMIT} it ends at {right[1].said}."
    )


MISTAKE = Mistake(
    label="No clipping near the cliff",
    story="Most gradients of a run are of one size, and a learning rate is chosen for those. Where "
    "the loss has a wall, one of them is thousands of times as long.",
    wrong="loss.backward(); optimizer.step()",
    right="loss.backward(); clip_grad_norm_(params, 1.0); optimizer.step()",
    run=run,
    cost=cost,
    page="clipping",
    settings=SETTINGS,
)
