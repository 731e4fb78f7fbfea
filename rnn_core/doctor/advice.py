"""What the doctor advises, as changes of TrainConfig's fields, each with the label of its button.

The recorded numbers decide what is wrong; the settings decide only what is left to change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_core.doctor.signs import Signs
from rnn_core.doctor.words import number, setting
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.starts import STARTS
from rnn_core.numbers.said import Said, everyday_numbers
from rnn_core.numbers.spoken import count
from rnn_core.training.config import TRAIN_LIMITS, TrainConfig, of_cell
from rnn_core.training.optimisers import OPTIMISERS
from rnn_core.training.update import learned, starting_parameters

OPEN_GATE = 3.0  # a gate's bias: it keeps 0.95, half of a gradient is left after 14 steps
WILD = 10.0  # norms beyond come from an explosion, not from a threshold set too low
FAR = 0.1  # of ‖θ‖: an update that moves the weights by more has left where it was
KEEPING = ("orthogonal", "identity")


@dataclass(frozen=True)
class Advice:
    """What to try, in a sentence; the label of its button; the settings that it changes."""

    text: str
    label: str
    changes: dict[str, Any]


def usable(
    config: TrainConfig, advice: Iterable[Advice | None], most: int = 3
) -> tuple[Advice, ...]:
    """Those that change something and are legal settings."""
    found = []
    for one in advice:
        if one is None:
            continue
        try:
            one = _freed(config, one)
            if replace(config, **one.changes) != config:
                text, label = everyday_numbers(one.text), everyday_numbers(one.label)
                found.append(replace(one, text=text, label=label))
        except (ValueError, TypeError):
            continue
    return tuple(found[:most])


def _freed(config: TrainConfig, advice: Advice) -> Advice:
    """With our start, where a framework's would keep the change from counting."""
    changes = config.network().freed(advice.changes)
    if "start" not in changes:
        return replace(advice, changes=changes)
    label = STARTS[config.start].label
    text = advice.text + f" Start as ours with it: {label}’s start decides that by itself."
    return replace(advice, text=text, changes=changes)


def rounded(value: float, limits: tuple[float, float] = (0.0, math.inf)) -> float:
    """To one significant digit, within limits."""
    return min(max(float(f"{value:.0e}"), limits[0]), limits[1])


def against_spikes(config: TrainConfig) -> list[Advice | None]:
    """Clip; where it is clipped already, take shorter steps."""
    slower = lower_rate(config, 10.0)
    if config.clip == "none":
        return [clip_at_1(config), slower]
    return [by_norm(config) if config.clip != "norm" else None, slower]


def longest_update(config: TrainConfig, threshold: float) -> float | None:
    """How far one update can move the weights, clipped by norm at `threshold`; None under Adam and
    its like, which take their steps by the rate and not by the gradient's length."""
    if OPTIMISERS[config.optimizer].scale_free:
        return None
    # A velocity sums up to 1/(1 - μ) gradients of that length.
    held = 1.0 - config.momentum if config.optimizer == "momentum" else 1.0
    return config.learning_rate * threshold / max(held, 1e-9)


def clip_at_1(config: TrainConfig) -> Advice:
    """With a rate at which that bounds an update to a small part of the weights."""
    changes: dict[str, Any] = {"clip": "norm", "max_norm": 1.0}
    longest = longest_update(config, 1.0)
    if longest is None:
        return Advice(
            "Clip the gradient by its norm at 1: Adam’s step is about the learning rate for each "
            "weight either way, but no single gradient then decides its averages.",
            "Clip at 1",
            changes,
        )
    size = weights_size(config)
    so_far = "the weights began at " + Said("‖θ‖ =", plain="a length of") + f" {number(size)}"
    if longest <= FAR * size:
        return Advice(
            "Clip the gradient by its norm at 1: an update then moves the weights by "
            f"{number(longest)} at most; " + so_far + ".",
            "Clip at 1",
            changes,
        )
    rate = rounded(0.1 * FAR * size / longest * config.learning_rate, TRAIN_LIMITS["learning_rate"])
    shorter = longest / config.learning_rate * rate
    return Advice(
        f"Clip the gradient by its norm at 1, at a learning rate of {setting(rate)}: an update "
        f"then moves the weights by {number(shorter)} at most; "
        + so_far
        + f". At {setting(config.learning_rate)} it could still move them by {number(longest)}.",
        f"Clip at 1, rate {setting(rate)}",
        {**changes, "learning_rate": rate},
    )


def weights_size(config: TrainConfig) -> float:
    """‖θ‖ of what is learned, before the first update."""
    params = starting_parameters(config)
    arrays = (np.asarray(getattr(params, name), float) for name in learned(config))
    return math.sqrt(sum(float(np.square(array).sum()) for array in arrays))


def another_start(config: TrainConfig, got: int | None) -> list[Advice | None]:
    """Where the untrained network left the number format after `got` steps, on its way there or
    back: no rate comes into it."""
    in_range = [Advice(*change) for change in config.cell_used.in_range]
    return [*in_range, tamer_start(config), bounded_unit(config), fewer_steps(config, got)]


def bounded_unit(config: TrainConfig) -> Advice | None:
    """tanh for a φ whose values have no bound."""
    if config.cell_used.activation is not None or not ACTIVATIONS[config.activation].homogeneous:
        return None
    return Advice(
        "Try tanh at W_h scale 1: its values stay between −1 and 1, and so do its slopes.",
        "tanh",
        {"activation": "tanh", "gain": min(config.gain, 1.0)},
    )


def fewer_steps(config: TrainConfig, got: int | None) -> Advice | None:
    """A task of an eighth of the steps that it got: the squares of a gradient's norm, which is a
    product of both ways, leave the format four times as early."""
    if got is None:
        return None
    low, _ = config.task_used.lengths
    length = config.length - (config.problem.seq_len - got // 8)
    if not low <= length < config.length:
        return None
    return Advice(
        f"Try a length of {length}, an eighth of the {count(got, 'step')} that it got.",
        f"Length {length}",
        {"length": length},
    )


def adam(config: TrainConfig) -> Advice | None:
    """Steps whose length does not hang on that of the gradient."""
    if OPTIMISERS[config.optimizer].scale_free:
        return None
    return Advice(
        "Try Adam at 0.001: it divides each gradient by its usual size, however large that is.",
        "Adam",
        {"optimizer": "adam", "learning_rate": 0.001},
    )


def by_norm(config: TrainConfig) -> Advice:
    longest = longest_update(config, 1.0)
    if longest is not None and longest > FAR * weights_size(config):
        return clip_at_1(config)
    return Advice(
        "Try clipping by norm at 1, which keeps the direction of the gradient.",
        "Clip by norm",
        {"clip": "norm", "max_norm": 1.0},
    )


def _times(ratio: float) -> str:
    return f"{number(ratio)} times"


def lower_rate(config: TrainConfig, by: float) -> Advice:
    rate = rounded(config.learning_rate / by, TRAIN_LIMITS["learning_rate"])
    return Advice(
        f"Try a learning rate of {setting(rate)}, {_times(config.learning_rate / rate)} less.",
        f"Learning rate {setting(rate)}",
        {"learning_rate": rate},
    )


def higher_rate(config: TrainConfig, by: float) -> Advice:
    rate = rounded(config.learning_rate * by, TRAIN_LIMITS["learning_rate"])
    return Advice(
        f"Try a learning rate of {setting(rate)}, {_times(rate / config.learning_rate)} more.",
        f"Learning rate {setting(rate)}",
        {"learning_rate": rate},
    )


def carry_further(config: TrainConfig) -> list[Advice | None]:
    """What lets a gradient reach old steps."""
    return [longer_road(config), keeping_start(config), short_first(config)]


def longer_road(config: TrainConfig) -> Advice | None:
    """Gates that start open: the cell's own, or an LSTM's."""
    kept = config.cell_used.kept
    bias = kept.opened_by if kept else None
    if bias is not None and getattr(config.begun, bias.name) >= OPEN_GATE:
        return None
    what, label = "an LSTM with a forget bias of 3", "LSTM"
    changes: dict[str, Any] = {"cell": "lstm", "forget_bias": OPEN_GATE}
    if bias is not None:
        what = f"{'an' if bias.label[0] in 'aeiou' else 'a'} {bias.label} of 3"
        label = f"{bias.label[0].upper()}{bias.label[1:]} 3"
        changes = {bias.name: OPEN_GATE}
    changes["omega"] = 0.0
    faster = ""
    if config.optimizer != "adam" or config.learning_rate < 0.01:
        # Tried: smaller rates need many more updates than a lesson has.
        changes |= {"optimizer": "adam", "learning_rate": 0.01}
        faster = " and Adam at 0.01"
    return Advice(
        f"Try {what}{faster}: the state hands the gradient on through gates that start open.",
        label,
        changes,
    )


def linear_road(config: TrainConfig) -> Advice | None:
    """A linear recurrence that forgets slowly."""
    if config.cell_used.eigenvalues is not None:
        return None
    change: dict[str, Any] = {
        "cell": "lru",
        "lambda_low": 0.9,
        "lambda_high": 0.999,
        "optimizer": "adam",
        "learning_rate": 0.01,
    }
    return Advice(
        "Try a linear recurrent unit "
        + Said("with |λ|", plain="that keeps a part")
        + " from 0.9 to 0.999"
        + Said("", plain=" of its state in a step")
        + ", and Adam at 0.01: it saturates nowhere.",
        "Linear recurrent unit",
        change | of_cell(TrainConfig(cell=change["cell"]).cell_used),
    )


def keeping_start(config: TrainConfig) -> Advice | None:
    """An orthogonal W_h of scale 1, for the cells whose state it alone carries."""
    if not config.cell_used.by_matrix_alone:
        return None
    if config.network().init_used in KEEPING and config.gain == 1.0:
        return None
    return Advice(
        "Try an orthogonal W_h at scale 1, which only turns the gradient.",
        "Orthogonal W_h",
        {"init": "orthogonal", "gain": 1.0, "scale_sets": "gain"},
    )


def short_first(config: TrainConfig) -> Advice | None:
    """A curriculum."""
    low, _ = config.task_used.lengths
    if config.curriculum or config.length <= 2 * low:
        return None
    return Advice(
        "Try a curriculum: short sequences first, longer ones as soon as they are solved.",
        "Curriculum",
        {"curriculum": True},
    )


def raise_threshold(config: TrainConfig, signs: Signs) -> list[Advice | None]:
    """The threshold out of the way of the usual gradient, unless that is itself too large."""
    if config.clip != "norm":
        return [by_norm(config)]
    if signs.norm_high is None:
        return []
    if signs.norm_high > WILD:
        # No threshold suits such norms: a high one would let them through.
        customary = Advice("Try the customary threshold of 1.", "Threshold 1", {"max_norm": 1.0})
        if config.max_norm < 1.0:
            return [customary]
        return [tamer_start(config), adam(config), longer_road(config)]
    high = max(rounded(signs.norm_high, TRAIN_LIMITS["max_norm"]), config.max_norm)
    return [
        Advice(
            f"Try a threshold of {setting(high)}: about nine in ten of the recent gradients are no "
            "longer than that.",
            f"Threshold {setting(high)}",
            {"max_norm": high},
        )
    ]


def tamer_start(config: TrainConfig) -> Advice | None:
    """An orthogonal W_h against a gradient that grows on the way back."""
    cell = config.cell_used
    if not cell.additive:
        return None
    if cell.init is not None:
        if config.gain <= 1.0:
            return None
        return Advice(
            "Try W_h scale 1, with which it starts out stretching nothing.",
            "W_h scale 1",
            {"gain": 1.0, "scale_sets": "gain"},
        )
    return Advice(
        "Try an orthogonal W_h at scale 1: it stretches nothing.",
        "Orthogonal W_h",
        {"init": "orthogonal", "gain": 1.0, "scale_sets": "gain"},
    )


def whole_gradient() -> Advice:
    return Advice(
        "Take the full gradient, which reaches step 1.", "No truncation", {"truncation": 0}
    )


def harder(config: TrainConfig) -> Advice | None:
    _, high = config.task_used.lengths
    longer = min(2 * config.length, high)
    if longer == config.length:
        return None
    unit = config.task_used.length_label
    return Advice(
        f"Next: {longer} instead of {config.length} as the length of the task ({unit}).",
        "Twice as long" if longer == 2 * config.length else f"Length {longer}",
        {"length": longer},
    )
