"""A run as text of 80 columns: its curve, and what it says."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.flow import GradientFlow

WIDTH, HEIGHT = 70, 15  # characters of the curve; with its labels 80 columns
CAUSES = {
    "activation": "the slope φ'",
    "recurrence": "W_h",
    "balance": "what takes and what gives nearly cancel",
    "zero": "on the way a factor or a sum is exactly 0",
    "cell": "the cell's whole Jacobian J_t",
}
# For a terminal that has no such characters; the rest of what it cannot show becomes "?".
IN_ASCII = str.maketrans(
    {"•": "*", "│": "|", "└": "+", "─": "-", "┤": "+", "₁": "1", "₀": "0", "‖": "||"}
    | {"∂": "d", "φ": "phi", "×": "x", "–": "-"}
)


def curve(median: np.ndarray) -> list[str]:
    """The log₁₀ norms (T,) as lines of text, every step a dot; what is exactly 0 has none."""
    drawn = median[np.isfinite(median)]
    if not drawn.size:
        return ["  nothing to draw: exactly 0 at every step"]
    low, high = drawn.min(), drawn.max()
    room = max(1.0 - (high - low), 0.0) / 2  # a flat curve is not blown up to look steep
    low, high = low - room, high + room
    rows = [[" "] * WIDTH for _ in range(HEIGHT)]
    for t, value in enumerate(median):
        if np.isfinite(value):
            row = round((high - value) / (high - low) * (HEIGHT - 1))
            rows[row][round(t / (len(median) - 1) * (WIDTH - 1))] = "•"
    ends = f"t = 1{f't = {len(median)}':>{WIDTH - 5}}"
    ticks = np.linspace(high, low, HEIGHT).round(2) + 0.0  # no -0.00
    lines = [f"{tick:8.2f} ┤{''.join(row)}".rstrip() for tick, row in zip(ticks, rows, strict=True)]
    return [*lines, f"{'':8} └{'─' * WIDTH}", f"{'':10}{ends}"]


def report(flow: GradientFlow) -> str:
    """The curve of what the last loss sends back, then what it says; the total comes after it."""
    c, T = flow.config, flow.config.seq_len
    of = f"median of {c.batch_size} sequences" if c.batch_size > 1 else "one sequence"
    state = c.cell_used.state
    whole = f"‖∂L/∂{state}_{{}}‖"
    norm = whole if c.loss_at == "last" else f"‖∂L_T/∂{state}_{{}}‖"
    head = f"{c.cell_used.label}, {c.hidden_size} units, {T} steps"
    lines = [head, f"log₁₀ {norm.format('t')}, {of}", *curve(flow.reading.curve)]
    facts = [
        ("verdict", flow.verdict),
        ("factor", _factor(flow)),
        ("half-life", _half_life(flow)),
        ("horizon", _horizon(flow)),
        ("ratio", f"{norm.format(1)} / {norm.format(T)} = {_power(flow.log10_ratio)}"),
        ("cause", CAUSES[flow.cause]),
    ]
    if flow.cause != "zero":
        facts.append(("one step", f"{_step(flow)} (geometric mean, typical sequence)"))
    if c.loss_at == "every":
        total = _power(flow.total.reach.log10_ratio)
        facts.append(("total", f"of all losses: {whole.format(1)} / {whole.format(T)} = {total}"))
    if flow.at_rest:
        facts.append(("at rest", "h stays 0 throughout, and ∂L/∂W_h is exactly 0"))
    if flow.zero_until:
        facts.append(("zero", f"exactly 0 at every step up to {flow.zero_until}"))
    if flow.overflow is not None:
        step = flow.overflow.step
        facts.append(("overflow", f"a plain float64 forward pass gets inf at step {step}"))
    return "\n".join(lines + [f"{name:>9}  {said}" for name, said in facts])


def _factor(flow: GradientFlow) -> str:
    return f"× {flow.factor:.4g} per step back" if flow.reading.rated else "–"


def _half_life(flow: GradientFlow) -> str:
    if not flow.reading.rated or math.isinf(flow.half_life):
        return "–"
    return f"{'doubles' if flow.slope > 0 else 'halves'} every {flow.half_life:.3g} steps"


def _horizon(flow: GradientFlow) -> str:
    if flow.horizon is None:
        return "never below 1/1000 of the last step's"
    steps = "step" if flow.horizon == 1 else "steps"
    return f"{flow.horizon} {steps} back it is first below 1/1000 of the last step's"


def _power(log10: float) -> str:
    return "0" if math.isinf(log10) else f"10^{log10:.3f}"


def _step(flow: GradientFlow) -> str:
    """What a step back does to the norm, factor by factor where it has two."""
    if flow.two_factors:
        return f"φ' × {flow.reasons.activation:.3g}, W_h × {flow.reasons.recurrence:.3g}"
    return f"× {flow.step_factor:.3g}"


def fitting(text: str, encoding: str) -> str:
    """`text` in characters that `encoding` has."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(IN_ASCII).encode("ascii", "replace").decode()
    return text
