"""The doctor: a plain reading of a training run from what was recorded, with what to try.

The first of these that holds is the diagnosis:

    broken     a tensor was not finite: where, and whether the gradient norm had left its usual size
    early      nothing to judge yet
    relapse    the loss was well below the baseline, and half of that or more is lost again
    diverging  the loss is more than twice the baseline, and more than twice what it was
    solved     validation said so
    slow       the loss falls evenly, and at this pace needs many times the updates made so far
    clipped    nearly every gradient is clipped, to half its length or less
    learning   the loss falls, or is low
    falling    it falls, and is above the baseline so far
    truncated, saturated, vanishing, exploding, clipped
               the loss stands still, and the record shows what may be the cause
    plateau    the loss stands still, and the record shows none

Settings phrase the advice; they never make a diagnosis.
"""

from __future__ import annotations

import numpy as np

from rnn_core.doctor import advice as advise
from rnn_core.doctor import words
from rnn_core.doctor.advice import Advice
from rnn_core.doctor.diagnosis import TONES, Diagnosis, diagnosis
from rnn_core.doctor.signs import LEVEL_ROWS, Signs, measure
from rnn_core.doctor.spikes import relapse, spike
from rnn_core.doctor.trend import (
    CERTAIN,
    DIVERGED,
    FALL,
    WELL_BELOW,
    early,
    is_cut,
    learning,
    moving,
)
from rnn_core.numbers.spoken import count, percent
from rnn_core.training.config import TrainConfig
from rnn_core.training.history import Record
from rnn_core.training.trainer import NonFinite
from rnn_core.training.update import learned

__all__ = ["TONES", "Advice", "Diagnosis", "read"]

# Updates before anything but a break is judged; all tasks start with some disorder.
EARLY = 64
# A relapse: of what was gained this part is lost.
LOST = 0.5
# A norm that left its usual size no more updates than this before the end is a spike.
SUDDEN = 10


def read(
    config: TrainConfig,
    record: Record,
    event: NonFinite | None = None,
    solved_step: int | None = None,
) -> Diagnosis:
    """The reading of a run; event and solved_step as the Trainer has them."""
    # Runs that diverge reach the end of float64, and so do their differences and means.
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return _read(config, record, event, solved_step)


def _read(
    config: TrainConfig, record: Record, event: NonFinite | None, solved_step: int | None
) -> Diagnosis:
    signs = measure(config, record)
    if event is not None:
        return _broken(config, record, event, signs)
    if signs.now is None or not len(record):
        return early(config, signs)
    for look in (_relapse, _diverging):
        if found := look(config, record, signs, solved_step):
            return found
    if solved_step is not None:
        return _solved(config, signs, solved_step)
    if signs.updates < EARLY:
        return early(config, signs)
    if signs.trend is None:
        low = signs.now.loss < 0.85 * min(signs.problem.baseline, signs.start)
        return learning(config, signs) if low else early(config, signs)
    return moving(config, signs)


# -- what is seen at once


def _broken(config: TrainConfig, record: Record, event: NonFinite, signs: Signs) -> Diagnosis:
    T = signs.problem.seq_len
    evidence: list[str] = [words.broke(event, config, T)]
    if event.step == 1 and event.tensor not in learned(config):  # not what an update made
        evidence.append(
            "No update had been made: it is the network as it starts that does this, whatever the "
            "learning rate."
        )
        got = event.timestep
        if got is not None and event.tensor == "∂L/∂h":  # from the other end
            got = T - got
        advice = advise.another_start(config, got)
        return diagnosis("broken", "NaN before the first update", evidence, config, advice)
    out = spike(record)
    if out is not None:
        evidence.append(words.left_its_size(out))
        lasted = event.step - out.step
        title = "Spike, then NaN" if lasted <= SUDDEN else "Diverged, up to NaN"
        if signs.best is not None and signs.best.loss < WELL_BELOW * signs.problem.baseline:
            evidence.append(
                f"Until then it was learning: the loss was down to {words.number(signs.best.loss)} "
                f"around update {signs.best.step}; {words.baseline(signs)}."
            )
        if lasted > SUDDEN:
            evidence.append(f"From there to the end it took {count(lasted, 'update')}.")
    else:
        title = "NaN within a few updates" if event.step <= EARLY else "NaN"
        norms = signs.norm_start
        if norms is not None and signs.updates <= EARLY:
            were = f"{'was' if event.step == 2 else 'were'} {count(event.step - 1, 'update')}"
            evidence.append(
                f"There {were} before it; the largest gradient norm was "
                f"{words.number(record.largest_norm)}, at update {record.largest_norm_step}."
            )
    if not record.clipped_steps:
        evidence.append("No update was clipped.")
    elif record.steps:
        share = min(record.clipped_steps / record.steps, 1.0)
        evidence.append(f"Of all updates {percent(share)} were clipped.")
    return diagnosis("broken", title, evidence, config, advise.against_spikes(config))


def _relapse(
    config: TrainConfig, record: Record, signs: Signs, solved_step: int | None
) -> Diagnosis | None:
    base, best = signs.problem.baseline, signs.best
    if best is None or best.loss >= WELL_BELOW * base:
        return None
    now = relapse(record, best)
    if now is None or now.loss - best.loss < LOST * (base - best.loss):
        return None
    evidence = [words.best_and_now(best, now, signs)]
    if solved_step is not None:
        evidence.append(f"Validation had called it solved at update {solved_step}.")
    out = spike(record, best.step - LEVEL_ROWS * record.every)
    title = "It had learned, and lost it again"
    if out is not None:
        title = "Spike, then collapse"
        evidence.append(words.left_its_size(out))
    advice = advise.against_spikes(config)
    if is_cut(config, signs):
        evidence.append(words.cut(signs))
        advice.insert(0, advise.whole_gradient())
    return diagnosis("relapse", title, evidence, config, advice)


def _diverging(
    config: TrainConfig, record: Record, signs: Signs, solved_step: int | None
) -> Diagnosis | None:
    base, now = signs.problem.baseline, signs.level.loss
    lowest = min(signs.best.loss if signs.best else signs.start, signs.start)
    if signs.updates < LEVEL_ROWS or now < DIVERGED * base or now < DIVERGED * lowest:
        return None
    trend = signs.trend
    if trend is not None and trend.certain > CERTAIN and trend.after < FALL * trend.before:
        return None
    evidence = [
        f"The loss is {words.number(now)} now (median of {words.last(signs.level.rows)})"
        f"{_times_the(base, now)}; {words.baseline(signs)}.",
        f"It was {words.number(signs.start)} at the start"
        + (f", and {words.number(signs.best.loss)} at best." if signs.best else "."),
    ]
    out = spike(record, int(record.step[0]))
    if out is not None:
        evidence.append(words.left_its_size(out))
    return diagnosis("diverging", "Diverging", evidence, config, advise.against_spikes(config))


def _times_the(base: float, now: float) -> str:
    """How far above the baseline; of a text like "ababab" that is 0."""
    return f", {words.number(now / base)} times the baseline" if base > 0 else ""


def _solved(config: TrainConfig, signs: Signs, solved_step: int) -> Diagnosis:
    evidence = [
        f"Validation called it solved at update {solved_step}.",
        words.validation(signs),
        words.loss_now(signs),
    ]
    return diagnosis("solved", "Solved", evidence, config, [advise.harder(config)])
