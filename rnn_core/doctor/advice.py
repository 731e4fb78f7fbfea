"""What the doctor advises, as changes of TrainConfig's fields, each with the label of its button.

The recorded numbers decide what is wrong; the settings decide only what is left to change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rnn_core.doctor.signs import Signs
from rnn_core.doctor.words import number, setting
from rnn_core.training.config import TRAIN_LIMITS, TrainConfig

OPEN_GATE = 3.0  # forget bias: f = 0.95, half of a gradient is left after 14 steps
WILD = 10.0  # norms beyond come from an explosion, not from a threshold set too low
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
            if replace(config, **one.changes) != config:
                found.append(one)
        except (ValueError, TypeError):
            continue
    return tuple(found[:most])


def rounded(value: float, limits: tuple[float, float] = (0.0, math.inf)) -> float:
    """To one significant digit, within limits."""
    return min(max(float(f"{value:.0e}"), limits[0]), limits[1])


def against_spikes(config: TrainConfig) -> list[Advice | None]:
    """Clip; where it is clipped already, take shorter steps."""
    slower = lower_rate(config, 10.0)
    if config.clip == "none":
        clip = Advice(
            "Clip the gradient by its norm at 1: then no single update can throw the weights far.",
            "Clip at 1",
            {"clip": "norm", "max_norm": 1.0},
        )
        return [clip, slower]
    return [by_norm() if config.clip == "value" else None, slower]


def by_norm() -> Advice:
    return Advice(
        "Try clipping by norm at 1, which bounds the whole step and keeps its direction.",
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
    """An LSTM whose forget gates start open."""
    gated = any(setting.name == "forget_bias" for setting in config.cell_used.settings)
    if gated and config.forget_bias >= OPEN_GATE:
        return None
    what = "a forget bias of 3" if gated else "an LSTM with a forget bias of 3"
    changes: dict[str, Any] = {"cell": "lstm", "forget_bias": OPEN_GATE, "omega": 0.0}
    faster = ""
    if config.optimizer != "adam" or config.learning_rate < 0.01:
        # Tried: smaller rates need many more updates than a lesson has.
        changes |= {"optimizer": "adam", "learning_rate": 0.01}
        faster = " and Adam at 0.01"
    return Advice(
        f"Try {what}{faster}: its cell state hands the gradient on through gates that start open.",
        "Forget bias 3" if gated else "LSTM",
        changes,
    )


def linear_road(config: TrainConfig) -> Advice | None:
    """A linear recurrence that forgets slowly."""
    if config.cell_used.eigenvalues is not None:
        return None
    return Advice(
        "Try a linear recurrent unit with |λ| from 0.9 to 0.999, and Adam at 0.01: it saturates "
        "nowhere.",
        "Linear recurrent unit",
        {
            "cell": "lru",
            "lambda_low": 0.9,
            "lambda_high": 0.999,
            "omega": 0.0,
            "optimizer": "adam",
            "learning_rate": 0.01,
        },
    )


def keeping_start(config: TrainConfig) -> Advice | None:
    """An orthogonal W_h of scale 1, for the cells whose state it alone carries."""
    if not config.cell_used.by_matrix_alone:
        return None
    if config.init in KEEPING and config.gain == 1.0:
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
    if config.clip == "value":
        return [by_norm()]
    if signs.norm_high is None:
        return []
    if signs.norm_high > WILD:
        # No threshold suits such norms: a high one would let them through.
        customary = Advice("Try the customary threshold of 1.", "Threshold 1", {"max_norm": 1.0})
        return [customary if config.max_norm < 1.0 else tamer_start(config)]
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
    if not config.cell_used.additive or config.cell_used.init is not None:
        return None
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
