"""SGD, SGD with momentum, RMSprop and Adam on one flat vector, with PyTorch's semantics.

sgd:       θ ← θ - η g
momentum:  b ← μ b + g,  θ ← θ - η b                  (b is g at the first step)
rmsprop:   v ← α v + (1-α) g²,  θ ← θ - η g/(√v + ε)    (Tieleman and Hinton 2012)
adam:      m ← β₁ m + (1-β₁) g,  v ← β₂ v + (1-β₂) g²
           θ ← θ - η m̂/(√v̂ + ε),  m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ)      (Kingma and Ba 2015)
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # PyTorch's defaults
ALPHA = 0.99  # of RMSprop, the same


class Optimiser(Protocol):
    scale_free: bool  # takes its steps by the rate and not by the gradient's length

    def step(self, theta: np.ndarray, g: np.ndarray, learning_rate: float) -> None:
        """One update of theta by the gradient g, in place."""


class Sgd:
    scale_free = False

    def __init__(self, size: int, dtype: np.dtype, momentum: float) -> None:
        pass

    def step(self, theta: np.ndarray, g: np.ndarray, learning_rate: float) -> None:
        theta -= learning_rate * g


class Momentum:
    scale_free = False

    def __init__(self, size: int, dtype: np.dtype, momentum: float) -> None:
        self.momentum = momentum
        self.velocity = np.zeros(size, dtype)

    def step(self, theta: np.ndarray, g: np.ndarray, learning_rate: float) -> None:
        self.velocity *= self.momentum
        self.velocity += g
        theta -= learning_rate * self.velocity


class RMSprop:
    scale_free = True

    def __init__(self, size: int, dtype: np.dtype, momentum: float) -> None:
        self.square = np.zeros(size, dtype)

    def step(self, theta: np.ndarray, g: np.ndarray, learning_rate: float) -> None:
        self.square *= ALPHA
        self.square += (1.0 - ALPHA) * (g * g)
        root = np.sqrt(self.square)
        root += EPSILON
        theta -= learning_rate * (g / root)


class Adam:
    scale_free = True

    def __init__(self, size: int, dtype: np.dtype, momentum: float) -> None:
        self.mean, self.square = np.zeros((2, size), dtype)
        self.steps = 0

    def step(self, theta: np.ndarray, g: np.ndarray, learning_rate: float) -> None:
        self.steps += 1
        self.mean += (1.0 - BETA_1) * (g - self.mean)
        self.square *= BETA_2
        self.square += (1.0 - BETA_2) * (g * g)
        root = np.sqrt(self.square)
        root /= math.sqrt(1.0 - BETA_2**self.steps)
        root += EPSILON
        theta -= learning_rate / (1.0 - BETA_1**self.steps) * (self.mean / root)


OPTIMISERS: dict[str, type[Sgd | Momentum | RMSprop | Adam]] = {
    "sgd": Sgd,
    "momentum": Momentum,
    "rmsprop": RMSprop,
    "adam": Adam,
}
