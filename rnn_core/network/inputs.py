"""Input sequences: what the network reads while its gradient is measured.

Every kind draws from the config's own input stream, so that the same seed gives the same sequence
whatever the weights, and a longer sequence begins with the shorter one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_core.registry import complete

SINE_PERIOD = 20.0  # steps


@dataclass(frozen=True, kw_only=True)
class InputKind:
    """`draw(rng, T, B, I)` gives the sequences (T, B, I) at input scale 1.

    constant: every step reads the same. silent: there is nothing to read. white: no step has
    anything to do with another, and each has the variance scale².
    """

    label: str
    formula: str
    draw: Callable[[np.random.Generator, int, int, int], np.ndarray]
    constant: bool = False
    silent: bool = False
    white: bool = False

    def __post_init__(self) -> None:
        complete(self)


def noise(rng: np.random.Generator, T: int, B: int, I: int) -> np.ndarray:
    return rng.standard_normal((T, B, I))


def impulse(rng: np.random.Generator, T: int, B: int, I: int) -> np.ndarray:
    x = np.zeros((T, B, I))
    x[0] = rng.standard_normal((B, I))
    return x


def constant(rng: np.random.Generator, T: int, B: int, I: int) -> np.ndarray:
    return np.repeat(rng.standard_normal((1, B, I)), T, axis=0)


def sine(rng: np.random.Generator, T: int, B: int, I: int) -> np.ndarray:
    phase = rng.uniform(0.0, 2.0 * np.pi, (1, B, I))
    t = np.arange(T).reshape(T, 1, 1)
    # √2 gives the wave the same mean square as the noise, so that one scale compares them.
    return np.sqrt(2.0) * np.sin(2.0 * np.pi * t / SINE_PERIOD + phase)


def zeros(rng: np.random.Generator, T: int, B: int, I: int) -> np.ndarray:
    return np.zeros((T, B, I))


INPUTS: dict[str, InputKind] = {
    "noise": InputKind(label="noise", formula="x_t ~ N(0, scale²)", draw=noise, white=True),
    "impulse": InputKind(
        label="impulse at step 1", formula="x_1 ~ N(0, scale²), then 0", draw=impulse
    ),
    "constant": InputKind(
        label="constant", formula="x_t = x_1 ~ N(0, scale²)", draw=constant, constant=True
    ),
    "sine": InputKind(label="sine", formula="√2·scale·sin(2πt/20 + phase)", draw=sine),
    "zeros": InputKind(label="zeros", formula="x_t = 0", draw=zeros, silent=True),
}
