"""Call the layer one step at a time and read the gradient of the state that it returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.claims.claim import DEPENDS, SAID, SEEN, Claim, Curve, Found
from rnn_core.numbers import spoken
from rnn_core.settings import Number

H, T = 16, 30


@dataclass(frozen=True, eq=False)
class Stack:
    """Tanh layers over each other, and the gradient of a loss at each step of the top one.

    weights: of each layer W_h (H, H) and W_x (H, H); x (T, H); v (H,), the loss being Σ_t v·h_t
    of the top layer. read, delta (L, T, H): what comes back to the state that each call returned,
    and the whole ∂L/∂h_t.
    """

    weights: list[tuple[np.ndarray, np.ndarray]]
    x: np.ndarray
    v: np.ndarray
    read: np.ndarray
    delta: np.ndarray


def stack(layers: int, gain: float, seed: int = 3) -> Stack:
    """So many layers with Gaussian W_h, run forward and backward."""
    rng = np.random.default_rng(seed)
    weights = [
        (gain * rng.standard_normal((H, H)) / np.sqrt(H), rng.standard_normal((H, H)) / np.sqrt(H))
        for _ in range(layers)
    ]
    x, v = rng.standard_normal((T, H)), rng.standard_normal(H)
    inside, slopes = x, []
    for W_h, W_x in weights:
        h, states = np.zeros(H), np.empty((T, H))
        for t in range(T):
            states[t] = h = np.tanh(W_h @ h + W_x @ inside[t])
        slopes.append(1.0 - states**2)
        inside = states
    read, delta = np.zeros((2, layers, T, H))
    from_above = np.tile(v, (T, 1))
    for layer in range(layers - 1, -1, -1):
        (W_h, W_x), slope = weights[layer], slopes[layer]
        back = np.zeros(H)
        for t in range(T - 1, -1, -1):
            read[layer, t] = back
            delta[layer, t] = back + from_above[t]
            back = W_h.T @ (slope[t] * delta[layer, t])
        if layer == layers - 1:
            read[layer] += v  # the top layer's state is the output: the loss reads it outside
        from_above = (slope * delta[layer]) @ W_x
    return Stack(weights, x, v, read, delta)


def _run(layers: int, gain: float) -> Found:
    found = stack(layers, gain)
    read, whole = found.read[0], found.delta[0]
    size = np.linalg.norm(whole, axis=1)
    missed = np.linalg.norm(whole - read, axis=1) / size
    worst, usual = float(missed.max()), float(np.median(missed))
    steps = np.arange(1, T + 1)
    holds = worst < 1e-9
    with np.errstate(divide="ignore"):
        curves = (
            Curve(
                "read from the returned state", steps, np.log10(np.linalg.norm(read, axis=1)), SAID
            ),
            Curve("∂L/∂h_t", steps, np.log10(size), SEEN),
        )
    which = "the only layer" if layers == 1 else f"the lowest of {layers} layers"
    return Found(
        holds=holds,
        says=f"In {which} what is read misses "
        + ("nothing." if holds else f"{spoken.percent(usual)} of ∂L/∂h_t at the median step."),
        numbers=(
            ("missed at the median step", "0 %", spoken.percent(usual)),
            ("missed at the worst step", "0 %", spoken.percent(worst)),
        ),
        curves=curves,
        network={"init": "gaussian", "gain": gain, "hidden_size": H, "seq_len": T},
    )


CLAIM = Claim(
    label="One step at a time",
    statement="Call the layer one step at a time, keep the state that it returns, and its .grad is "
    "the gradient of the loss by the state at that step.",
    source="forum answers on how to plot vanishing gradients",
    answer=DEPENDS,
    controls=(
        Number(
            name="layers",
            label="layers in one call",
            low=1,
            high=3,
            step=1,
            default=2,
            help="Over each other, as num_layers has it.",
        ),
        Number(
            name="gain",
            label="W_h scale",
            low=0.3,
            high=2.0,
            step=0.01,
            default=1.0,
            digits=2,
            help="Of Gaussian W_h.",
        ),
    ),
    run=_run,
    why="The returned state sees only what comes back from the next call. What a lower layer sends "
    "up to the layer above it within the same call goes by another tensor, and its gradient never "
    "reaches the one that was kept. For the top layer nothing goes up, and it is exact.",
    y_title="norm of the gradient",
)
