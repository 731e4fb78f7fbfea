"""What the network predicts now, as HTML: bits and classes, copied symbols, characters."""

from __future__ import annotations

import html

import numpy as np

from rnn_core.numbers.spoken import percent
from rnn_core.training.trainer import Prediction

SEQUENCES = 8
LIKELIEST = 6
_LONGEST = 22  # of a sequence, in its steps


def probabilities(y: np.ndarray) -> np.ndarray:
    """softmax over the last axis; NaN where an output is not finite."""
    y = np.asarray(y, float)
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(y - np.where(np.isfinite(y), y, 0).max(axis=-1, keepdims=True))
        p = e / e.sum(axis=-1, keepdims=True)
    return np.where(np.isfinite(y).all(axis=-1, keepdims=True), p, np.nan)


def predictions(p: Prediction, written: str = "") -> str:
    """The panel for a task with classes; `written` is what a character model writes by itself."""
    problem = p.problem
    if problem.characters:
        body = _characters(p, written)
    elif problem.scored_steps > 1:
        body = _copied(p)
    else:
        body = _classes(p)
    return (
        '<div class="unroll-says" tabindex="0" role="region" '
        f'aria-label="What the network predicts now">{body}</div>'
    )


def visible(character: str) -> str:
    """A character that one can see."""
    return {" ": "␣", "\n": "⏎"}.get(character, character)


def shortened(parts: list[str]) -> str:
    """A sequence as text, its middle left out where it is long."""
    if len(parts) > _LONGEST:
        parts = [*parts[: _LONGEST - 6], "…", *parts[-5:]]
    return html.escape("".join(parts))


def _bar(p: float, label: str, wrong: bool = False) -> str:
    if not np.isfinite(p):
        return '<span class="bar"><b>–</b></span>'
    kind = "bar wrong" if wrong else "bar"
    return (
        f'<span class="{kind}"><i style="width:{100 * p:.1f}%"></i>'
        f"<b>{html.escape(label)}</b></span>"
    )


def _classes(p: Prediction) -> str:
    """One row a sequence: what it is, what is right, and the probability of each class."""
    names = p.problem.classes
    chances = probabilities(p.y[-1])
    rows = []
    for b in range(min(SEQUENCES, len(chances))):
        truth, said = int(p.batch.target[-1, b]), chances[b]
        bars = "".join(
            f"<td style='width:{64 // len(names)}%'>"
            f"{_bar(v, percent(float(v)) if np.isfinite(v) else '–', wrong=c != truth)}</td>"
            for c, v in enumerate(said)
        )
        right = np.isfinite(said).all() and said.argmax() == truth
        mark = '<span aria-label="right">✓</span>'
        if not right:
            mark = '<span class="no" aria-label="wrong">✗</span>'
        rows.append(
            f"<tr><td><code>{shortened(p.problem.written(p.batch.x[:, b]))}</code></td>"
            f"<td><b>{html.escape(names[truth])}</b></td>{bars}<td>{mark}</td></tr>"
        )
    head = "".join(f"<th>says {html.escape(name)}</th>" for name in names)
    return f"<table><tr><th>sequence</th><th>truth</th>{head}<td></td></tr>{''.join(rows)}</table>"


def _copied(p: Prediction) -> str:
    """The symbols that had to be remembered, and what came out."""
    problem, n = p.problem, p.problem.scored_steps
    said, truth = p.y[-n:].argmax(axis=2), p.batch.target[-n:]
    known = np.isfinite(p.y[-n:]).all(axis=2)
    hit = (said == truth) & known
    rows = []
    for b in range(min(SEQUENCES, truth.shape[1])):
        want = "".join(html.escape(problem.classes[c]) for c in truth[:, b])
        got = "".join(
            _symbol(problem.classes[said[k, b]] if known[k, b] else "–", hit[k, b])
            for k in range(n)
        )
        rows.append(
            f"<tr><td><code>{want}</code></td><td><code>{got}</code></td>"
            f"<td>{int(hit[:, b].sum())} of {n}</td></tr>"
        )
    head = "<tr><th>to remember</th><th>what comes out</th><th>right</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _symbol(text: str, right: bool) -> str:
    text = html.escape(visible(text))
    return text if right else f'<span class="off">{text}</span>'


def _characters(p: Prediction, written: str) -> str:
    """What it writes by itself, and what it expects after one validation window."""
    window = "".join(visible(c) for c in p.problem.written(p.batch.x[:, 0]))[-_LONGEST:]
    chances, truth = probabilities(p.y[-1, 0]), int(p.batch.target[-1, 0])
    names = p.problem.classes
    if np.isfinite(chances).all():
        likely = np.argsort(-chances)[:LIKELIEST]
        rows = "".join(
            f"<tr><td style='width:2rem'><code>{html.escape(visible(names[c]))}</code></td>"
            f"<td>{_bar(float(chances[c]), percent(float(chances[c])), wrong=c != truth)}</td></tr>"
            for c in likely
        )
    else:
        rows = "<tr><td>no output is a finite number</td></tr>"
    text = html.escape(written) or "…"
    return (
        f"It writes by itself:<pre>{text}</pre>"
        f"After <code>{html.escape(window)}</code> comes "
        f"<b>{html.escape(visible(names[truth]))}</b>; it expects"
        f"<table>{rows}</table>"
    )
