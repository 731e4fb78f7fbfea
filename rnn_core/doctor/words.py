"""The doctor's sentences: what the numbers of a run say, one sentence for each sign."""

from __future__ import annotations

import math

from rnn_core.doctor.signs import LEVEL_ROWS, Level, Signs, Trend
from rnn_core.doctor.spikes import BEFORE_ROWS, Spike
from rnn_core.numbers import spoken
from rnn_core.numbers.said import Said, alike
from rnn_core.numbers.spoken import count, from_log10, percent
from rnn_core.tasks.problem import VALIDATION_SIZE
from rnn_core.training.config import TrainConfig
from rnn_core.training.trainer import NonFinite

SURE = 4.0  # standard errors
BETTER = 0.95  # of the loss without memory: less than the noise of a validation set

_TENSORS = {
    "h": Said("the hidden state h", plain="the hidden state"),
    "y": Said("the output y", plain="the output"),
    "loss": alike("the loss"),
    "∂L/∂h": Said("the gradient ∂L/∂h", plain="the gradient of the state"),
    "‖gradient‖": alike("the norm of the whole gradient"),
}


def number(value: float, digits: int = 3) -> str:
    """A number to some digits, of any size."""
    if math.isnan(value):
        return "an undefined number"
    if math.isinf(value):
        return "more than the number format holds"
    if value == 0:
        return "0"
    text = spoken.number(abs(value), digits)
    if "." in text and "·" not in text:
        text = text.rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 else text


def setting(value: float) -> str:
    """A setting, as it is typed: 0.003; 3·10⁻⁵."""
    return f"{value:g}" if value >= 1e-4 else from_log10(math.log10(value), 2)


def last(records: int) -> str:
    """The last record, the last 32 records."""
    return "the last record" if records == 1 else f"the last {records} records"


def loss_now(signs: Signs) -> str:
    return (
        f"The loss is {number(signs.level.loss)} (median of {last(signs.level.rows)}); "
        f"{baseline(signs)}."
    )


def baseline(signs: Signs) -> str:
    """What the baseline is: the best possible without any memory of earlier inputs."""
    task = signs.problem
    text = f"without memory of earlier inputs the best possible is {number(task.baseline)}"
    if task.loss_steps == 1 and task.loss == "cross_entropy":
        return f"{text}, that of guessing one of {task.output_size} answers"
    return f"{text}, {task.guess}" if task.guess else text


def movement(trend: Trend) -> str:
    """How the loss moved, by the means of its two halves (see `Trend`)."""
    verb = "fell" if trend.before > trend.after else "rose"
    if trend.before == trend.after:
        return f"Over the last {count(trend.updates, 'update')} the loss did not move."
    return (
        f"Over the last {count(trend.updates, 'update')} the mean loss {verb} from "
        f"{number(trend.before)} (first half) to {number(trend.after)} (second half)."
    )


def standstill(trend: Trend) -> str:
    return (
        f"Over the last {count(trend.updates, 'update')} it has not clearly fallen: the mean is "
        f"{number(trend.before)} in their first half, {number(trend.after)} in the second."
    )


def noise(trend: Trend) -> str:
    return (
        f"From batch to batch the loss scatters so much that over {count(trend.updates, 'update')} "
        f"a fall of {percent(min(4.0 * trend.error, 1.0))} could be missed."
    )


def validation(signs: Signs) -> str | None:
    if signs.val_loss is None:
        return None
    if signs.val_accuracy is not None:
        return (
            f"Validation: {percent(signs.val_accuracy)} right, loss {number(signs.val_loss)}"
            f"{_by_chance(signs)}."
        )
    return f"Validation: loss {number(signs.val_loss)}."


def beats_guessing(signs: Signs) -> str | None:
    """What validation knows beyond the best without memory, or None where that may be chance."""
    task, share = signs.problem, signs.problem.baseline_accuracy
    # The windows of a short text overlap: they are no independent draws.
    drawn = task.checks is None
    if drawn and share is not None and signs.val_accuracy is not None:
        error = math.sqrt(share * (1.0 - share) / (VALIDATION_SIZE * task.scored_steps))
        if signs.val_accuracy > share + SURE * error:
            far = (signs.val_accuracy - share) / error
            return (
                f"That is {number(far, 2)} standard errors above guessing: something of the past "
                "is there."
            )
    if signs.val_loss is not None and signs.val_loss < BETTER * task.baseline:
        return "That loss is below the best without memory: something of the past is there."
    return None


def _by_chance(signs: Signs) -> str:
    share = signs.problem.baseline_accuracy
    return "" if share is None else f" (without memory {percent(share)} can be right)"


def broke(event: NonFinite, config: TrainConfig, T: int) -> Said:
    """What was not finite first, and where."""
    name = event.tensor
    of = "the gradient of a parameter" if name.startswith("∂") else "a parameter"
    tensor = _TENSORS.get(name, Said(name, plain=of))
    at = f" at step {event.timestep} of {T}" if event.timestep is not None else ""
    bits = f"{config.precision.removeprefix('float')}-bit numbers"
    return (
        f"At update {event.step} "
        + tensor
        + " was the first "
        + Said("tensor", plain="thing")
        + " that "
        + Said(config.precision, plain=bits)
        + f" could no longer hold{at}; the run stopped there."
    )


def left_its_size(spike: Spike) -> str:
    """The spike against what was usual before."""
    if math.isinf(spike.size):
        most = f"at update {spike.top} its square is more than the number format holds"
    else:
        most = (
            f"it is {number(spike.size)} at update {spike.top}, {number(spike.ratio)} times as much"
        )
    return (
        f"The gradient norm was {number(spike.usual)} before update {spike.step} (median of up to "
        f"{BEFORE_ROWS} records); {most}."
    )


def best_and_now(best: Level, now: Level, signs: Signs) -> str:
    return (
        f"Around update {best.step} the loss was down to {number(best.loss)} (mean of "
        f"{LEVEL_ROWS} records); now it is {number(now.loss)}, and {baseline(signs)}."
    )


def norm_now(signs: Signs) -> str | None:
    if signs.norm is None:
        return None
    return (
        f"The gradient norm is {number(signs.norm)} (median of {last(signs.recent)}); "
        f"{percent(signs.clipped)} of them were clipped."
    )


def clipping(signs: Signs, config: TrainConfig) -> str:
    assert signs.factor is not None  # said of runs that were clipped
    share, factor = percent(signs.clipped), number(signs.factor)
    are = "is" if signs.recent == 1 else "are"
    text = f"Of {last(signs.recent)} {share} {are} clipped, to {factor} of the norm (median)"
    if config.clip != "norm" and signs.cosine is not None:
        return f"{text}, and turned: the cosine with the raw gradient is {number(signs.cosine)}."
    return f"{text}."


def old_steps(old: float, signs: Signs) -> str:
    which = f"steps 1 to {signs.old_steps}" if signs.old_steps > 1 else "step 1"
    if old == -math.inf:
        return f"Going back, the gradient is exactly 0 at {which}."
    return (
        f"Going back, no more than {from_log10(old)} of the last step's gradient norm is "
        f"left at {which}."
    )


def parameter_norm(norm: float, start: float) -> str:
    return (
        f"The norm of all parameters' gradient is {number(norm)}, and was "
        f"{number(start)} at the start: it shows nothing of this, since the last steps "
        "make it up."
    )


def unmoved(signs: Signs, config: TrainConfig) -> Said:
    """A recurrence that the updates have left as it was."""
    block = " (its candidate block)" if config.cell_used.candidate else ""
    return Said(f"σ_max of W_h{block}", plain="The most that the recurrent weights stretch") + (
        f" was {number(signs.sigma_start, 4)} and is "
        f"{number(signs.sigma, 4)}: in {count(signs.updates, 'update')} it has hardly moved."
    )


def cut(signs: Signs) -> str:
    """The zeros of a truncation, which say nothing of vanishing."""
    T = signs.problem.seq_len
    return (
        f"The gradient is exactly 0 before step {signs.reached} of {T}: truncation cuts it there. "
        "That is by construction, not vanishing."
    )


def shorter(signs: Signs, config: TrainConfig) -> str:
    return (
        f"The curriculum is at {signs.problem.length} of {config.length}: longer sequences have "
        "not been seen yet, so there is no gradient beyond them."
    )
