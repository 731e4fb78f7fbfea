"""Telling: initialisations and activations side by side, in sentences computed from the grid."""

from __future__ import annotations

import math

from rnn_core.flow.verdict import VERDICTS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.numbers import spoken
from rnn_core.numbers.logdomain import LOG10_MAX
from rnn_core.numbers.said import NOTHING, Said, alike, joined
from rnn_core.numbers.spoken import (
    count,
    everyday,
    factor,
    fixed,
    from_log10,
    percent,
    plain,
    share_of,
    whole,
)
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


def title(grid: GradientGrid) -> Said:
    """What every panel draws."""
    return Said(
        f"{norm_name(grid.config, 'h')} from step 1 to the loss",
        plain="How much of the gradient arrives, from step 1 to the loss",
    )


def setting(grid: GradientGrid) -> Said:
    """What all panels share: of 40 vanilla RNNs at W_h scale 1.00, 60 steps, 64 units."""
    c = grid.config
    scale = "W_h scale" if c.scale_sets == "gain" else "spectral radius"
    return alike(
        f"of {count(len(grid.panels), 'vanilla RNN')} at {scale} {fixed(c.gain, 2)}, "
        f"{count(c.seq_len, 'step')}, {count(c.hidden_size, 'unit')}"
    )


def headline(grid: GradientGrid) -> Said:
    """Which panel comes nearest to flowing, what it does, and where a choice matters most."""
    return nearest(grid) + " " + widest(grid) + whose(grid)


def whose(grid: GradientGrid) -> Said:
    """Whose gradient the counts and the curves are, where every step has a loss."""
    if grid.config.loss_at == "last":
        return NOTHING
    return alike(
        " All of this is of the last loss alone; the totals (dotted) hold the losses nearby too."
    )


def nearest(grid: GradientGrid) -> Said:
    """The panel whose first step gets most nearly what its last gets, of the last loss."""
    alive = [p for p in grid.panels if math.isfinite(p.log10_ratio)]
    if not alive:
        return alike("In every panel the gradient is exactly 0 before it reaches step 1.")
    best = min(alive, key=lambda p: (VERDICTS[p.verdict].way != 0, abs(p.log10_ratio)))
    steps = count(grid.config.seq_len - 1, "step")
    who = f"Nearest to flowing: {pair(*best.name)}"
    text = Said(
        f"{who}, ×{from_log10(best.log10_ratio)} over {steps}",
        plain=f"{who}: after {steps} {spoken.is_left(best.log10_ratio)}",
    )
    same = sum(1 for p in alive if abs(p.log10_ratio - best.log10_ratio) < 1e-9) - 1
    return text + (f", and {same} more exactly so." if same else ".")


def widest(grid: GradientGrid) -> Said:
    """Where each of the two choices moves the gradient furthest."""
    parts = []
    if len(grid.activations) > 1:
        rows = {INITIALISATIONS[i].label: grid.row(i) for i in grid.inits}
        parts.append(_furthest(Said("Changing φ", plain="Changing the activation"), "under", rows))
    if len(grid.inits) > 1:
        columns = {ACTIVATIONS[a].label: grid.column(a) for a in grid.activations}
        parts.append(_furthest(_START, "with", columns))
    return joined(parts)


_START = Said("Changing W_h’s initialisation", plain="Changing how the weights begin")


def _furthest(what: Said, where: str, lines: dict[str, tuple[Panel, ...]]) -> Said:
    """The row or column with the widest range of first/last, and that range."""
    spans = {name: _span(panels) for name, panels in lines.items()}
    name = max(spans, key=spans.__getitem__)
    span = spans[name]
    if span == 0:
        return what + " changes nothing."
    if span == math.inf:
        ends = sorted(p.log10_ratio for p in lines[name])
        top = ends[-1]
        return (
            what
            + f" matters most {where} {name}: from exactly 0 to "
            + Said(from_log10(top), plain=share_of(top, "what the loss end gets"))
            + "."
        )
    if span < 0.05:
        return what + " hardly matters."
    size = f"{whole(span):,}" if span >= 10 else plain(span, 2)
    return (
        what
        + f" matters most {where} {name}: "
        + Said(f"{size} decades.", plain=f"by a factor of {everyday(span)}.")
    )


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


def panel_label(panel: Panel) -> Said:
    """The whole panel in words, for those who cannot see it."""
    if panel.zero_until:
        end = alike(f"exactly 0 from step {panel.zero_until} back")
    else:
        end = Said(
            f"first step over last {from_log10(panel.log10_ratio)}",
            plain=spoken.is_left(panel.log10_ratio),
        )
    horizon = alike("never below a thousandth")
    if panel.horizon is not None:
        lag = count(panel.horizon, "step")
        horizon = Said(f"horizon {lag}", plain=f"below a thousandth after {lag}")
    rate = Said(
        f"{factor(panel.factor)} per step back",
        plain=f"a step back {spoken.kept(panel.factor, 'the gradient')}",
    )
    text = f"{pair(*panel.name)}: {panel.verdict}, " + rate + ", " + horizon + ", " + end + "."
    if panel.overflow is not None:
        at = f"at step {panel.overflow.step}."
        text += Said(
            f" The forward pass leaves float64 {at}",
            plain=f" Its numbers become too large for a computer {at}",
        )
    return text + " Opens on the page Gradient flow."


def legend(grid: GradientGrid) -> Said:
    """What the marks in a panel mean."""
    B = grid.config.batch_size
    who = "one sequence" if B == 1 else f"median and 10–90 % of {B} sequences"
    alone = "" if grid.config.loss_at == "last" else " of the last loss alone (dotted: the total)"
    marks: list[str] = [
        f"{who}{alone}, relative to the loss end",
        Said("solid line 1, dashed 10⁻³", plain="solid: 1, dashed: 1/1000"),
        Said(
            "left: factor per step back, right: horizon",
            plain="left: factor a step back, right: steps until 1/1000",
        ),
    ]
    if any(p.zero_until for p in grid.panels):
        marks.append("hatched: exactly 0")
    if any(p.overflow for p in grid.panels):
        marks.append(Said("red: forward pass overflows", plain="red: too large for a computer"))
    return joined(marks, " · ")


def event(grid: GradientGrid) -> Said:
    """How many forward passes leave float64, or how many states stay 0; or nothing."""
    over = [p for p in grid.panels if p.overflow is not None]
    if not over:
        return at_rest(grid)
    first = min(over, key=lambda p: p.overflow.step)
    many = f"In {count(len(over), 'panel')}"
    where = f"first in {pair(*first.name)} at step {first.overflow.step}."
    return Said(
        f"{many} the forward pass leaves float64, {where}",
        plain=f"{many} the numbers become too large for a computer, {where}",
    )


def at_rest(grid: GradientGrid) -> Said:
    """In how many panels nothing moves the state, so that nothing is learned of W_h; or nothing."""
    still = sum(p.at_rest for p in grid.panels)
    if not still:
        return NOTHING
    many = f"In {count(still, 'panel')}"
    return Said(
        f"{many} h stays 0, so ∂L/∂W_h is exactly 0, whatever the curve, which is that of the "
        "linearisation there.",
        plain=f"{many} the state stays 0, so what the recurrent weights learn is exactly 0, "
        "whatever the curve, which is what a very small push would feel.",
    )


def summary(grid: GradientGrid) -> Said:
    """The grid in one sentence, for those who cannot see it."""
    said = ", ".join(f"{n} {word}" for _, n, word in counts(grid))
    start = Said("Gradient norms", plain="Sizes of gradients")
    whole_grid = start + f" by initialisation and activation: {said}, {setting(grid)}. "
    return (whole_grid + headline(grid) + " " + event(grid)).stripped


def histogram_title() -> Said:
    """Above the histogram, before the pair."""
    return Said("Where z lies on φ", plain="Where the units stand on the activation’s curve")


def histogram(found: Preactivations, panel: Panel) -> Said:
    """Where z lies on φ, and what that means for the gradient."""
    c = panel.config
    phi = ACTIVATIONS[c.activation]
    low, high = found.middle
    text = alike(f"{pair(*panel.name)}: ")
    z = Said("z", plain="what goes into the units")
    if found.log10_largest == -math.inf:
        text += Said("every z is exactly 0", plain="what goes into each unit is exactly 0")
    elif low == high:
        text += "80 % of " + z + " are exactly " + _z(low)
    else:
        text += "80 % of " + z + f" lie between {_z(low)} and {_z(high)}"
    if found.beyond > 0:
        text += f", {percent(found.beyond)} outside ±{found.reach:g}"
        if found.log10_largest > 4:
            top = found.log10_largest
            text += ", the largest " + Said(from_log10(top), plain=everyday(top))
        if found.log10_largest > LOG10_MAX:
            text += Said(" (more than float64 holds)", plain=" (more than a computer holds)")
    elif 0 < found.share_zero < 1:
        text += f", {percent(found.share_zero)} are exactly 0"
    text += ". "
    if phi.linear:
        return text + Said(
            "A linear unit has φ′ = 1 wherever z lies: only W_h acts on the gradient.",
            plain="Linear units hand the gradient on as it is, wherever they stand: only the "
            "recurrent weights act on it.",
        )
    if found.share_blocked == 0:
        text += Said("No unit-step has φ′ < 0.1", plain="Nowhere is a unit flat")
    else:
        share = percent(found.share_blocked)
        text += Said(
            f"{share} of unit-steps are {phi.off} (φ′ < 0.1, shaded)",
            plain=f"{share} of units and steps are {phi.off} (a slope under a tenth, shaded)",
        )
    text += Said("; mean φ′ is ", plain="; the mean slope is ") + plain(panel.mean_dphi, 3)
    if phi.max_dphi != 1:
        text += f", and {phi.max_dphi:g} at most"
    return text + Said(
        f": {factor(panel.factor)} per step back.",
        plain=f"; a step back {spoken.kept(panel.factor, 'the gradient')}.",
    )


def _z(value: float) -> str:
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    if value == 0:
        return "0"
    sign = "−" if value < 0 else ""
    return sign + from_log10(math.log10(abs(value)), 2)
