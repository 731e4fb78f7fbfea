"""Telling: initialisations and activations side by side, in sentences computed from the grid."""

from __future__ import annotations

import math

from rnn_core.flow.verdict import VERDICTS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.numbers.logdomain import LOG10_MAX
from rnn_core.numbers.spoken import count, factor, fixed, from_log10, percent, plain, whole
from rnn_core.studies.grid import GradientGrid, Panel
from rnn_core.studies.preactivation import Preactivations
from ui.look.norms import norm_name


def pair(init: str, activation: str) -> str:
    """orthogonal × tanh."""
    return f"{INITIALISATIONS[init].label} × {ACTIVATIONS[activation].label}"


def counts(grid: GradientGrid) -> list[tuple[str, int, str]]:
    """(verdict, number of panels, "vanishes" or "vanish") for each verdict."""
    ends = {name: (one.it, one.they) for name, one in VERDICTS.items()}
    return [(kind, n, ends[kind][n != 1]) for kind, n in grid.verdicts.items()]


def title(grid: GradientGrid) -> str:
    """What every panel draws."""
    return f"{norm_name(grid.config, 'h')} from step 1 to the loss"


def setting(grid: GradientGrid) -> str:
    """What all panels share: of 40 vanilla RNNs at W_h scale 1.00, 60 steps, 64 units."""
    c = grid.config
    scale = "W_h scale" if c.scale_sets == "gain" else "spectral radius"
    return (
        f"of {count(len(grid.panels), 'vanilla RNN')} at {scale} {fixed(c.gain, 2)}, "
        f"{count(c.seq_len, 'step')}, {count(c.hidden_size, 'unit')}"
    )


def headline(grid: GradientGrid) -> str:
    """Which panel comes nearest to flowing, what it does, and where a choice matters most."""
    return f"{nearest(grid)} {widest(grid)}{whose(grid)}"


def whose(grid: GradientGrid) -> str:
    """Whose gradient the counts and the curves are, where every step has a loss."""
    if grid.config.loss_at == "last":
        return ""
    return " All of this is of the last loss alone; the totals (dotted) hold the losses nearby too."


def nearest(grid: GradientGrid) -> str:
    """The panel whose first step gets most nearly what its last gets, of the last loss."""
    alive = [p for p in grid.panels if math.isfinite(p.log10_ratio)]
    if not alive:
        return "In every panel the gradient is exactly 0 before it reaches step 1."
    best = min(alive, key=lambda p: (VERDICTS[p.verdict].way != 0, abs(p.log10_ratio)))
    steps = count(grid.config.seq_len - 1, "step")
    text = f"Nearest to flowing: {pair(*best.name)}, ×{from_log10(best.log10_ratio)} over {steps}"
    same = sum(1 for p in alive if abs(p.log10_ratio - best.log10_ratio) < 1e-9) - 1
    return text + (f", and {same} more exactly so." if same else ".")


def widest(grid: GradientGrid) -> str:
    """Where each of the two choices moves the gradient furthest."""
    parts = []
    if len(grid.activations) > 1:
        rows = {INITIALISATIONS[i].label: grid.row(i) for i in grid.inits}
        parts.append(_furthest("Changing φ", "under", rows))
    if len(grid.inits) > 1:
        columns = {ACTIVATIONS[a].label: grid.column(a) for a in grid.activations}
        parts.append(_furthest("Changing W_h’s initialisation", "with", columns))
    return " ".join(parts)


def _furthest(what: str, where: str, lines: dict[str, tuple[Panel, ...]]) -> str:
    """The row or column with the widest range of first/last, and that range."""
    spans = {name: _span(panels) for name, panels in lines.items()}
    name = max(spans, key=spans.__getitem__)
    span = spans[name]
    if span == 0:
        return f"{what} changes nothing."
    if span == math.inf:
        ends = sorted(p.log10_ratio for p in lines[name])
        return f"{what} matters most {where} {name}: from exactly 0 to {from_log10(ends[-1])}."
    if span < 0.05:
        return f"{what} hardly matters."
    size = f"{whole(span):,}" if span >= 10 else plain(span, 2)
    return f"{what} matters most {where} {name}: {size} decades."


def _span(panels: tuple[Panel, ...]) -> float:
    ends = [p.log10_ratio for p in panels]
    low, high = min(ends), max(ends)
    return 0.0 if low == high else high - low


def panel_factor(panel: Panel) -> str:
    """×0.87; a dash where fewer than two steps have a gradient."""
    return factor(panel.factor)


def panel_horizon(panel: Panel) -> str:
    """31 back; ≥ 60 where it never falls below a thousandth."""
    T = panel.config.seq_len
    return f"≥ {T:,}" if panel.horizon is None else f"{panel.horizon:,} back"


def panel_end(panel: Panel, window: tuple[float, float]) -> str:
    """Where a curve ends that has left the window; that it is exactly 0."""
    if panel.zero_until:
        return f"0 from step {panel.zero_until} back"
    end = panel.log10_ratio
    if window[0] <= end <= window[1]:
        return ""
    return f"{'↓' if end < 0 else '↑'} {from_log10(end, 2)}"


def panel_label(panel: Panel) -> str:
    """The whole panel in words, for those who cannot see it."""
    if panel.zero_until:
        end = f"exactly 0 from step {panel.zero_until} back"
    else:
        end = f"first step over last {from_log10(panel.log10_ratio)}"
    horizon = "never below a thousandth"
    if panel.horizon is not None:
        horizon = f"horizon {count(panel.horizon, 'step')}"
    text = f"{pair(*panel.name)}: {panel.verdict}, {factor(panel.factor)} per step back, {horizon}"
    text += f", {end}."
    if panel.overflow is not None:
        text += f" The forward pass leaves float64 at step {panel.overflow.step}."
    return text + " Opens on the page Gradient flow."


def legend(grid: GradientGrid) -> str:
    """What the marks in a panel mean."""
    B = grid.config.batch_size
    who = "one sequence" if B == 1 else f"median and 10–90 % of {B} sequences"
    alone = "" if grid.config.loss_at == "last" else " of the last loss alone (dotted: the total)"
    marks = [
        f"{who}{alone}, relative to the loss end",
        "solid line 1, dashed 10⁻³",
        "left: factor per step back, right: horizon",
    ]
    if any(p.zero_until for p in grid.panels):
        marks.append("hatched: exactly 0")
    if any(p.overflow for p in grid.panels):
        marks.append("red: forward pass overflows")
    return " · ".join(marks)


def event(grid: GradientGrid) -> str:
    """How many forward passes leave float64, or how many states stay 0; or nothing."""
    over = [p for p in grid.panels if p.overflow is not None]
    if not over:
        return at_rest(grid)
    first = min(over, key=lambda p: p.overflow.step)
    return (
        f"In {count(len(over), 'panel')} the forward pass leaves float64, first in "
        f"{pair(*first.name)} at step {first.overflow.step}."
    )


def at_rest(grid: GradientGrid) -> str:
    """In how many panels nothing moves the state, so that nothing is learned of W_h; or nothing."""
    still = sum(p.at_rest for p in grid.panels)
    if not still:
        return ""
    return (
        f"In {count(still, 'panel')} h stays 0, so ∂L/∂W_h is exactly 0, whatever the curve, which "
        "is that of the linearisation there."
    )


def summary(grid: GradientGrid) -> str:
    """The grid in one sentence, for those who cannot see it."""
    said = ", ".join(f"{n} {word}" for _, n, word in counts(grid))
    return (
        f"Gradient norms by initialisation and activation: {said}, {setting(grid)}. "
        f"{headline(grid)} {event(grid)}"
    ).rstrip()


def histogram(found: Preactivations, panel: Panel) -> str:
    """Where z lies on φ, and what that means for the gradient."""
    c = panel.config
    phi = ACTIVATIONS[c.activation]
    low, high = found.middle
    text = f"{pair(*panel.name)}: "
    if found.log10_largest == -math.inf:
        text += "every z is exactly 0"
    elif low == high:
        text += f"80 % of z are exactly {_z(low)}"
    else:
        text += f"80 % of z lie between {_z(low)} and {_z(high)}"
    if found.beyond > 0:
        text += f", {percent(found.beyond)} outside ±{found.reach:g}"
        if found.log10_largest > 4:
            text += f", the largest {from_log10(found.log10_largest)}"
        if found.log10_largest > LOG10_MAX:
            text += " (more than float64 holds)"
    elif 0 < found.share_zero < 1:
        text += f", {percent(found.share_zero)} are exactly 0"
    text += ". "
    if phi.linear:
        return text + "A linear unit has φ′ = 1 wherever z lies: only W_h acts on the gradient."
    if found.share_blocked == 0:
        text += "No unit-step has φ′ < 0.1"
    else:
        text += f"{percent(found.share_blocked)} of unit-steps are {phi.off} (φ′ < 0.1, shaded)"
    text += f"; mean φ′ is {plain(panel.mean_dphi, 3)}"
    if phi.max_dphi != 1:
        text += f", and {phi.max_dphi:g} at most"
    return text + f": {factor(panel.factor)} per step back."


def _z(value: float) -> str:
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    if value == 0:
        return "0"
    sign = "−" if value < 0 else ""
    return sign + from_log10(math.log10(abs(value)), 2)
