"""Drawing a remedy beside the run as it is: the loss of every seed."""

from __future__ import annotations

import numpy as np

from rnn_core.remedies.trials import AS_IT_IS, Comparison, Trial
from ui.look import colours, plot
from ui.what_helps.words import label

_LOOKS = {True: (colours.GUIDE, 2.0, "dot"), False: (colours.LINE, 2.5, None)}


def before_after(comparison: Comparison, found: tuple[Trial, ...], name: str) -> dict:
    """A line for each seed; a dot where it was solved."""
    traces = []
    for which in (AS_IT_IS, name):
        own = [trial for trial in found if trial.name == which]
        for n, trial in enumerate(own):
            traces += _lines(trial, first=n == 0)
    losses = np.concatenate([t["y"] for t in traces]) if traces else np.array([])
    seen = losses[np.isfinite(losses)]
    low, high = (seen.min(), seen.max()) if seen.size else (-1.0, 0.0)
    return {
        "data": traces,
        "layout": plot.layout(
            x_title="update",
            y_title="loss of the batches",
            columns={"x": "update", "y": "log10_loss"},
            showlegend=True,
            xaxis={"range": [0, comparison.updates * 1.005]},
            yaxis=plot.log_axis(float(np.floor(low)), float(np.ceil(high + 1e-9))),
            uirevision=f"{name} {comparison.updates}",
        ),
    }


def _lines(trial: Trial, *, first: bool) -> list[dict]:
    colour, width, dash = _LOOKS[trial.name == AS_IT_IS]
    with np.errstate(divide="ignore", invalid="ignore"):
        y = plot.gaps(np.log10(trial.loss))
    more = {"legendgroup": trial.name, "showlegend": first}
    found = [plot.line(trial.step, y, label(trial.name), colour, width, dash, **more)]
    if trial.solved is not None and len(y):
        dot = {"size": 9, "color": colour}
        at = np.array([trial.step[-1]])
        name = f"{label(trial.name)}, solved"
        found.append(
            plot.line(at, y[-1:], name, colour, width, mode="markers", marker=dot)
            | {"legendgroup": trial.name, "showlegend": False}
        )
    return found
