"""The report: one HTML page about a recording, with nothing to load from anywhere.

Every text of the file is escaped, and the page's own policy forbids scripts and the network: a
stranger's recording can say what it likes.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from rnn_core.flow.verdict import VERDICTS
from rnn_core.numbers.evenly import evenly
from rnn_core.numbers.spoken import count, from_log10, number, percent
from rnn_core.recording import drawing
from rnn_core.recording.findings import Finding
from rnn_core.recording.layer_reading import LayerReading
from rnn_core.recording.told import AS_ABOVE, proof, sentence, state

STYLE = Path(__file__).with_name("report.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
INDEXED = re.compile(r"(?<![\w.])([^\W\d_])_(?:\{([^}]+)\}|(\w)(?!\w))")  # W_h, c_{t−1}
MAPPED = 40  # records of a map at most
LOSSES = 2000  # points of the loss curve at most


def page(run: Any, seen: list[Finding]) -> str:
    """The whole document."""
    title = f"Gradients of {run.run.get('model', 'a model')}"
    steps = run.steps
    body = [f"<h1>{escape(title)}</h1>", _head(run, steps)]
    if steps:
        body.append(_doctor(seen))
        for one in run.readings():
            body.append(_layer(run, one))
    body.append(_losses(run))
    body.append(_footer(run))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title>"
        + "<style>"
        + STYLE.read_text(encoding="utf-8")
        + f"</style></head><body><main>{''.join(body)}</main></body></html>\n"
    )


def framed(document: str) -> str:
    """The page inside another one, a notebook's, that keeps its own styles to itself."""
    return (
        f'<iframe srcdoc="{escape(document)}" sandbox="" width="100%" height="720" '
        'frameborder="0" title="Gradients through time"></iframe>'
    )


def _head(run: Any, steps: list[int]) -> str:
    if not steps:
        return "<p>Nothing is recorded yet.</p>"
    loss = run.moments.loss
    loss = loss[~np.isnan(loss)]
    now = f"; the loss is {number(float(loss[-1]))}" if len(loss) else ""
    return (
        f'<p class="lead">{escape(run.name)}: {count(len(steps), "record")}, the latest of update '
        f"{steps[-1]:,}{now}.</p>"
    )


def _doctor(seen: list[Finding]) -> str:
    if not seen:
        return (
            '<section><h2>Doctor</h2><p class="good">Nothing is wrong that this record shows.</p>'
            "</section>"
        )
    parts = []
    given: set[str] = set()  # code that one layer was told, and that says the same of the next
    for finding in seen:
        told = "".join(f"<p>{_typeset(text)}</p>" for text in finding.evidence)
        for remedy in finding.remedies:
            if remedy.code in given:
                told += f'<p class="try">{AS_ABOVE}</p>'
                continue
            given.add(remedy.code)
            told += (
                f'<p class="try">{_typeset(remedy.text)}</p>'
                f'<pre tabindex="0"><code>{escape(remedy.code)}</code></pre>'
            )
        parts.append(f'<article class="finding"><h3>{_typeset(finding.title)}</h3>{told}</article>')
    return f"<section><h2>Doctor</h2>{''.join(parts)}</section>"


def _layer(run: Any, one: LayerReading) -> str:
    word = VERDICTS[one.verdict].title if one.verdict in VERDICTS else one.verdict.capitalize()
    said = sentence(one)
    body = (
        f'<h2>{escape(one.title)} <span class="word {one.verdict}">{escape(word)}</span></h2>'
        f"<p>{escape(said[:1].upper() + said[1:])} "
        f'<span class="proof">{_typeset(proof(one))}.</span></p>'
    )
    if one.finite and np.isfinite(one.curve).any():
        ratios = _ratios(one.curve)
        what = "what arrives at the last step alone" if one.last_alone else "the gradient"
        label = (
            f"Step by step, the loss end at the right: {what}, relative to there; "
            f"{from_log10(float(ratios[0]))} at the far end."
        )
        body += _figure(drawing.strip(ratios, label), label)
        curves = [(what, one.curve)]
        if one.last_alone:
            curves.append(("all that arrives, together", one.total))
        label = f"‖∂L/∂h_t‖, median of {count(one.norms.shape[1], 'sequence')}: {what}"
        if one.last_alone:
            label += "; thin: all losses together"
        far = f"{count(len(one.curve) - 1, 'step')} back"
        body += (
            f"<figure>{drawing.lines(curves, 1, label, 'log', (far, 'loss end'))}"
            f"<figcaption>{_typeset(label)}.</figcaption></figure>"
        )
        body += _map(run, one)
        body += _table(one)
    return f"<section>{body}</section>"


def _map(run: Any, one: LayerReading) -> str:
    """How the curve moved through the training."""
    steps = run.steps
    if len(steps) < 2:
        return ""
    chosen = evenly(len(steps), MAPPED)
    rows, names = [], []
    for k in chosen:
        if (one.layer, one.direction) not in run.layers(one.module, int(k)):
            continue
        other = run.reading(one.module, layer=one.layer, direction=one.direction, step=int(k))
        if other.finite:
            rows.append(_ratios(other.curve))
            names.append(f"{other.step:,}")
    if len(rows) < 2:
        return ""
    label = (
        f"Through the training, update {names[0]} to {names[-1]} from top to bottom: each step "
        "relative to the loss end. Blue has vanished, grey flows, orange-red has exploded."
    )
    return _figure(drawing.grid(rows, names, label), label)


def _typeset(text: str) -> str:
    """Plain text as HTML, its indices set low."""
    return INDEXED.sub(lambda m: f"{m[1]}<sub>{m[2] or m[3]}</sub>", escape(text))


def _figure(drawn: str, caption: str) -> str:
    return f"<figure>{drawn}<figcaption>{_typeset(caption)}</figcaption></figure>"


def _table(one: LayerReading) -> str:
    rows = [
        ("factor per step back", number(one.reading.rate.factor)),
        ("half-life, or doubling time", f"{number(one.reading.rate.half_life)} steps"),
        ("horizon", f"{one.horizon} of {one.length} steps"),
        ("arrives at the far end", from_log10(one.reading.reach.log10_ratio)),
        ("share of the last five steps in ∂L/∂W_h", percent(one.share_of_last)),
        ("the state", state(one)),
    ]
    for gate, mean in one.gates.mean.items():
        seen = mean[np.isfinite(mean)]
        if seen.size:
            rows.append((f"gate {gate}, mean", number(float(seen.mean()))))
    cells = "".join(
        f'<tr><th scope="row">{_typeset(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f"<details><summary>Numbers</summary><table>{cells}</table></details>"


def _losses(run: Any) -> str:
    moments = run.moments
    parts = []
    for values, name in ((moments.loss, "Loss"), (moments.grad_norm, "Gradient norm, log₁₀")):
        there = np.isfinite(values)
        if there.sum() < 2:
            continue
        shown, steps = values[there], moments.step[there]
        if name != "Loss":
            with np.errstate(divide="ignore"):
                shown = np.log10(shown)
        at = evenly(len(shown), LOSSES)
        ends = (f"update {steps[0]:,}", f"{steps[-1]:,}")
        drawn = drawing.lines([(name, shown[at])], int(steps[0]), name, "", ends)
        parts.append(f"<figure>{drawn}<figcaption>{name}.</figcaption></figure>")
    return f"<section><h2>Training</h2>{''.join(parts)}</section>" if parts else ""


def _footer(run: Any) -> str:
    told = {
        name: escape(run.run.get(name, "?")) for name in ("unroll", "torch", "started", "every")
    }
    return (
        f"<footer>Unroll {told['unroll']}, PyTorch {told['torch']}, begun {told['started']}, every "
        f"{told['every']} updates.</footer>"
    )


def _ratios(curve: np.ndarray) -> np.ndarray:
    """log₁₀ relative to the loss end; to the largest where that is exactly 0."""
    end = curve[-1] if np.isfinite(curve[-1]) else curve[np.isfinite(curve)].max(initial=0.0)
    return curve - end
