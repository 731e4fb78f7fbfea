"""A table of gradient norms that a lesson prints, beside the same experiment run now."""

from __future__ import annotations

import numpy as np

from rnn_core.claims.claim import FALSE, OTHER, SAID, Claim, Curve, Found
from rnn_core.claims.curves import times
from rnn_core.numbers import spoken
from rnn_core.settings import Number

H, T, GAIN = 64, 80, 0.9
PUBLISHED = 3.2e-9  # ‖δ_1‖/‖δ_T‖, as printed


def norms(trials: int, seed: int) -> np.ndarray:
    """‖δ_t‖ (trials, T), as the lesson's own recipe makes them.

    One legacy generator; per trial W_h (H × H, standard deviation 0.9/√H), W_x (H × 1, 0.1), then T
    scalar inputs; h_0 = 0, no bias, tanh; δ_T = ones/√H, and each δ recorded before its step back.
    """
    rng = np.random.RandomState(seed)
    found = np.empty((trials, T))
    for trial in range(trials):
        W_h = rng.randn(H, H) * GAIN / np.sqrt(H)
        W_x = rng.randn(H, 1) * 0.1
        x = [rng.randn(1) for _ in range(T)]
        h, states = np.zeros(H), []
        for x_t in x:
            h = np.tanh(W_h @ h + W_x @ x_t)
            states.append(h)
        delta = np.ones(H) / np.sqrt(H)
        for t in range(T - 1, -1, -1):
            found[trial, t] = np.linalg.norm(delta)
            delta = W_h.T @ ((1.0 - states[t] ** 2) * delta)
    return found


def _run(trials: int, seed: int) -> Found:
    found = norms(trials, seed)
    mean, median = found.mean(axis=0), np.median(found, axis=0)
    ratio, typical = float(np.log10(mean[0] / mean[-1])), float(np.log10(median[0] / median[-1]))
    ratios = np.log10(found[:, 0] / found[:, -1])
    said = float(np.log10(PUBLISHED))
    holds = abs(ratio - said) < 0.5
    apart = abs(ratio - said)
    trial = "trial" if trials == 1 else "trials"
    compared = (
        f"which is {times(said)} within a factor of three."
        if holds
        else f"not {times(said)}: {apart:.1f} decades apart."
    )
    step = np.arange(1, T + 1)
    return Found(
        holds=holds,
        says=f"The mean over {trials} {trial} falls to {times(ratio)}, {compared}"
        + _beside(ratio - typical, typical),
        numbers=(
            ("ratio of the means", times(said), times(ratio)),
            ("ratio of the medians", "not given", times(typical)),
            (
                "ratios of single trials",
                "not given",
                f"{times(float(ratios.min()))} … {times(float(ratios.max()))}",
            ),
            (f"mean norm at step {T}", "0.4821", spoken.number(mean[-1])),
            *(
                (f"mean norm at step {t + 1}", "not given", spoken.number(mean[t]))
                for t in (60, 40, 20)
            ),
            ("mean norm at step 1", "0.00000000", spoken.number(mean[0])),
        ),
        curves=(
            Curve("as printed, first and last", step[[0, -1]], np.array([said, 0.0]), SAID),
            Curve("median", step, np.log10(median / median[-1]), OTHER),
            Curve("mean", step, np.log10(mean / mean[-1])),
        ),
        network={
            "init": "gaussian",
            "gain": GAIN,
            "hidden_size": H,
            "seq_len": T,
            "input_scale": 0.1,
        },
    )


def _beside(above: float, typical: float) -> str:
    """The median beside the mean, which lies so many decades above it."""
    if above < 0.3:
        return f" The median falls to {times(typical)}."
    return f" The median falls to {times(typical)}: a few large trials carry the mean."


CLAIM = Claim(
    label="A printed table",
    statement="With Gaussian weights scaled by 0.9, 64 units and 80 steps, the gradient of the "
    "first step is 0.0000000032 of the last one’s, averaged over 20 trials.",
    source="a widely read lesson, which prints its table",
    answer=FALSE,
    controls=(
        Number(
            name="trials",
            label="trials",
            low=1,
            high=40,
            step=1,
            default=20,
            help="How many networks are drawn one after the other.",
        ),
        Number(
            name="seed",
            label="seed",
            low=0,
            high=99,
            step=1,
            default=7,
            help="Of the generator; the lesson’s is 7.",
        ),
    ),
    run=_run,
    why="The printed numbers are not what the printed recipe gives. It also averages norms that "
    "spread over many powers of ten, so the mean is the work of the largest few; a median says "
    "what a network usually does.",
    y_title="gradient relative to the last step’s",
    cost=3e7,
)
