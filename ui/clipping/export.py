"""Taking it away: the descents as CSV and as a script that repeats them; the windows as CSV."""

from __future__ import annotations

import json

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.numbers.clipping import NORM_EPS
from rnn_core.studies.cliff import B_RANGE, H_0, W_RANGE, Descent
from rnn_core.studies.truncation import Truncation

_SCRIPT = '''\
"""The cliff of Pascanu, Mikolov and Bengio (2013): descents with and without clipping."""

import math

T, TARGET, H_0 = {steps}, {target!r}, {h_0!r}
LEARNING_RATE, THRESHOLD, UPDATES = {rate!r}, {limit!r}, {updates}
START = {start!r}  # w, b
W_RANGE, B_RANGE = {w_range!r}, {b_range!r}  # a descent that leaves them is over


def sigmoid(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


def gradient(w, b):
    """The loss (h_T - TARGET)^2 and its derivatives, by backpropagation through time."""
    h = [H_0]
    for _ in range(T):
        h.append(sigmoid(w * h[-1] + b))
    delta = 2 * (h[-1] - TARGET)
    dw = db = 0.0
    for t in range(T, 0, -1):
        dz = delta * h[t] * (1 - h[t])
        dw += dz * h[t - 1]
        db += dz
        delta = dz * w
    return (h[-1] - TARGET) ** 2, dw, db


def clip(dw, db, how):
    if how == "norm":  # torch.nn.utils.clip_grad_norm_
        factor = min(1.0, THRESHOLD / (math.hypot(dw, db) + {eps!r}))
        return dw * factor, db * factor
    if how == "value":  # torch.nn.utils.clip_grad_value_
        return (min(max(g, -THRESHOLD), THRESHOLD) for g in (dw, db))
    return dw, db


print("clip update w b loss gradient_norm")
for how in {kinds!r}:
    w, b = START
    for update in range(UPDATES + 1):
        loss, dw, db = gradient(w, b)
        print(how, update, *(f"{{v:.12g}}" for v in (w, b, loss, math.hypot(dw, db))))
        inside = W_RANGE[0] <= w <= W_RANGE[1] and B_RANGE[0] <= b <= B_RANGE[1]
        if not inside or dw == db == 0:
            break
        step = clip(dw, db, how)
        w, b = (p - LEARNING_RATE * g for p, g in zip((w, b), step))
'''


def descents_csv(paths: dict[str, Descent], settings: dict) -> str:
    """Every update of every path; the settings as comments."""
    lines = [f"# {name} = {value}" for name, value in settings.items()]
    lines.append("clip,update,w,b,loss,dL_dw,dL_db,gradient_norm,step_length,factor,clipped")
    for kind, d in paths.items():
        columns = (d.w, d.b, d.loss, d.dw, d.db, d.norm, d.step_length, d.factor)
        for n, row in enumerate(zip(*columns, strict=True)):
            numbers = ",".join(f"{value:.12g}" for value in row)
            lines.append(f"{kind},{n},{numbers},{int(d.clipped[n])}")
    return "\n".join(lines) + "\n"


def descents_json(paths: dict[str, Descent], settings: dict) -> str:
    """The same as JSON, with how each path ended."""
    found = {
        kind: {
            "ended": d.ended,
            **{
                name: np.asarray(getattr(d, name)).tolist()
                for name in ("w", "b", "loss", "dw", "db", "norm", "step_length", "factor")
            },
            "clipped": d.clipped.tolist(),
        }
        for kind, d in paths.items()
    }
    return json.dumps({"settings": settings, "descents": found}, indent=1)


def script(paths: dict[str, Descent], settings: dict) -> str:
    """A Python program, without NumPy, that prints the same descents."""
    return _SCRIPT.format(
        steps=settings["steps"],
        target=settings["target"],
        rate=settings["learning_rate"],
        limit=settings["threshold"],
        updates=settings["updates"],
        start=(settings["start_w"], settings["start_b"]),
        h_0=H_0,
        eps=NORM_EPS,
        w_range=W_RANGE,
        b_range=B_RANGE,
        kinds=tuple(paths),
    )


def windows_csv(found: Truncation, config: RNNConfig) -> str:
    """Truncated beside full backpropagation, a row for each window."""
    lines = [f"# {name} = {value}" for name, value in vars(config).items()]
    lines.append("k,cosine_all,log10_ratio_all,cosine_recurrent,log10_ratio_recurrent")
    columns = (
        found.cosine_all,
        found.log10_ratio_all,
        found.cosine_recurrent,
        found.log10_ratio_recurrent,
    )
    for k, *row in zip(found.windows, *columns, strict=True):
        lines.append(",".join([str(k), *(f"{value:.12g}" for value in row)]))
    return "\n".join(lines) + "\n"
