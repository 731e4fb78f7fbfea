"""Clipping after the optimiser's step: the step has been made."""

from __future__ import annotations

import numpy as np

from rnn_core.numbers import spoken
from rnn_core.numbers.clipping import by_norm
from rnn_core.studies.cliff import gradient, inside
from rnn_core.studies.mistakes.cliffs import LIMIT, SETTINGS
from rnn_core.studies.mistakes.mistake import Measured, Mistake


def run(mistaken: bool) -> tuple[Measured, ...]:
    """The same descent, written as a loop: step and clip in the one order or the other."""
    at, longest, grads, made = np.array([6.0, -1.5]), 0.0, 0.0, 0
    while made < 150:
        made += 1
        point = gradient(float(at[0]), float(at[1]), 50, 0.7)
        grad = np.array([point.dw, point.db])
        if mistaken:
            at, step = at - grad, grad  # optimizer.step()
            grad = by_norm(grad, LIMIT)  # clip_grad_norm_, too late
        else:
            grad = by_norm(grad, LIMIT)
            at, step = at - grad, grad
        longest = max(longest, float(np.hypot(*step)))
        grads = max(grads, float(np.hypot(*grad)))
        if not inside(float(at[0]), float(at[1])):
            break
    return (
        Measured("longest gradient left in .grad", grads, spoken.number(grads)),
        Measured("longest step made", longest, spoken.number(longest)),
        Measured("updates before it was over", made, str(made)),
    )


def cost(wrong: tuple[Measured, ...], right: tuple[Measured, ...]) -> str:
    """From both."""
    return (
        f"Afterwards .grad is never longer than {wrong[0].said}, and all looks well; the longest "
        f"step that was made is {wrong[1].said}. In the right order it is {right[1].said}."
    )


MISTAKE = Mistake(
    label="Clipping after the optimiser’s step",
    story="The call is there, so the run counts as clipped. But it stands below optimizer.step(), "
    "and shortens a gradient that has been applied already.",
    wrong="loss.backward(); optimizer.step(); clip_grad_norm_(params, 0.3)",
    right="loss.backward(); clip_grad_norm_(params, 0.3); optimizer.step()",
    run=run,
    cost=cost,
    page="clipping",
    settings=SETTINGS,
)
