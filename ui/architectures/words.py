"""Telling: sentences and tables of a comparison of architectures, computed from it."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Gate, Kept
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.numbers.spoken import count, factor, from_log10, percent, plain
from rnn_core.studies.architectures import (
    ARCHITECTURES,
    ATTENTION,
    NAMES,
    Compared,
    Comparison,
)
from rnn_core.studies.lstm_paths import LstmPaths
from ui.look.norms import norm_name


def recurrent(comparison: Comparison) -> list[Compared]:
    """The cells that carry a gradient from step to step: all but attention."""
    return [c for c in comparison.cells if not c.about.one_hop]


def by_distance(comparison: Comparison) -> list[Compared]:
    """Recurrent cells, the one whose gradient changes least over the sequence first; before all
    others those in which it flows."""
    return sorted(
        recurrent(comparison), key=lambda c: (VERDICTS[c.verdict].way != 0, abs(c.ratio[0]))
    )


def the(cell: str) -> str:
    """“the LSTM”; attention has no article."""
    return ARCHITECTURES[cell].the


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def title(comparison: Comparison) -> str:
    """The answer in a few words."""
    ranked = by_distance(comparison)
    if not ranked:
        return "Attention: one hop from every step"
    best = ranked[0]
    if best.ratio[0] == -math.inf:
        return "No gradient reaches step 1"
    if len(ranked) == 1:
        return f"{_capital(the(best.cell))}: ×{from_log10(best.ratio[0])} from loss to step 1"
    if VERDICTS[best.verdict].way == 0:
        return f"{_capital(the(best.cell))} carries the gradient best"
    word = VERDICTS[best.verdict].title
    if all(cell.verdict == best.verdict for cell in ranked):
        return f"{word} in every cell, least in {the(best.cell)}"
    return f"It flows in no cell; nearest is {the(best.cell)}, {word.lower()}"


def headline(comparison: Comparison) -> str:
    """Which cell carries the gradient furthest here, and by how much."""
    T = comparison.config.seq_len
    ranked = by_distance(comparison)
    if not ranked:
        return ""
    best = ranked[0]
    way = f"Over {count(T - 1, 'step')} back"
    whose = "it" if comparison.config.loss_at == "last" else "what the last loss sends"
    if best.ratio[0] == -math.inf:
        zero = best.reading.zero_until
        who = f"in every one of the {len(ranked)} cells" if len(ranked) > 1 else "here"
        return f"{way} the gradient becomes exactly 0 {who}" + (
            f": from step {zero} back." if len(ranked) == 1 and zero else "."
        )
    text = f"{way} {whose} changes by ×{from_log10(best.ratio[0])} in {the(best.cell)}"
    if len(ranked) == 1:
        return text + _on_the_way(best)
    second = ranked[1]
    text += ". " + _next(best, second)
    if _bands_meet(best, second):
        text = text[:-1] + "; their bands overlap: other seeds may rank them otherwise."
    if len(ranked) > 2:
        worst = ranked[-1]
        text += f" Furthest off is {the(worst.cell)}: {_outcome(worst)}."
    return text


def _on_the_way(cell: Compared) -> str:
    """How a single curve gets from the loss to step 1."""
    curve = cell.reading.curve
    ends = curve[0], curve[-1]
    for extreme, beyond, word in (
        (int(curve.argmin()), min(ends) - curve.min(), "falls"),
        (int(curve.argmax()), curve.max() - max(ends), "grows"),
    ):
        if beyond > 0.3:
            size = from_log10(float(curve[extreme] - curve[-1]))
            return f"; on the way it {word} to ×{size}, at step {extreme + 1}."
    text = f", by {factor(cell.factor)} a step on average"
    if cell.horizon is not None:
        text += f", and is below a thousandth after {count(cell.horizon, 'step')}"
    return text + "."


def _outcome(cell: Compared) -> str:
    ratio = cell.ratio[0]
    if ratio == -math.inf:
        return "exactly 0"
    if VERDICTS[cell.verdict].way > 0:
        return f"×{from_log10(ratio)}, it {VERDICTS[cell.verdict].it}"
    if cell.horizon is not None and ratio < 0:
        return f"×{from_log10(ratio)}, below a thousandth after {count(cell.horizon, 'step')}"
    return f"×{from_log10(ratio)}"


def _next(best: Compared, second: Compared) -> str:
    first, other = best.ratio[0], second.ratio[0]
    who = f"Next is {the(second.cell)}"
    if other == -math.inf:
        return f"{who}, with exactly 0."
    if abs(other - first) < 0.04:
        return f"{who}, with ×{from_log10(other)} nearly the same."
    if first <= 0 and other <= 0:
        return f"{who}: ×{from_log10(other)}, {_times(first - other)} less."
    if first >= 0 and other >= 0:
        return f"{who}: ×{from_log10(other)}, {_times(other - first)} more."
    grown = "which grows it" if other > 0 else "which shrinks it"
    return f"{who}, {grown} by ×{from_log10(other)}."


def _bands_meet(one: Compared, other: Compared) -> bool:
    """Whether the 10–90 % bands of two cells at step 1 have a value in common."""
    (_, low, high), (_, other_low, other_high) = one.ratio, other.ratio
    return one.medians.shape[1] > 1 and low <= other_high and other_low <= high


def _times(decades: float) -> str:
    return f"{from_log10(decades, 2 if decades < 4 else 3)} times"


def attention(comparison: Comparison) -> str:
    """What the reference line shows, with its own numbers."""
    if ATTENTION not in comparison.names:
        return ""
    curve = comparison[ATTENTION].spread.median
    T = len(curve)
    middle = float(np.median(curve[:-1]))
    size = from_log10(middle)
    text = (
        f"Attention reaches every step in one hop: nothing shrinks with the lag, but one gradient "
        f"is shared out among {count(T, 'step')}, typically {size} each"
    )
    if comparison.config.loss_kind != "direction":
        return text + "."
    uneven = ", most unevenly here" if abs(middle + math.log10(T)) > 0.5 else ""
    return text + f" (1/{T} = {plain(1 / T)}{uneven})."


def remarks(comparison: Comparison) -> str:
    """What must be known to read the picture: overflows, seeds left out, losses at every step."""
    said = []
    over = [c for c in comparison.cells if c.overflow is not None]
    if over:
        names = " and ".join(NAMES[c.cell] for c in over)
        step = min(c.overflow for c in over)
        said.append(
            f"The forward pass of {names} leaves float64 (first at step {step}); the curves go on "
            "with the exponent kept apart."
        )
    still = [c for c in comparison.cells if c.at_rest]
    if still:
        where = ", ".join(NAMES[c.cell] for c in still)
        if len(still) == len(recurrent(comparison)):
            where = "every cell"
        said.append(
            f"The state stays 0 in {where}: what is learned from it is exactly 0, and the gradient "
            "that of the linearisation there."
        )
    if comparison.seeds < comparison.wanted:
        said.append(
            f"{comparison.seeds} of {comparison.wanted} seeds are shown: more would take seconds "
            "at this size."
        )
    if comparison.config.loss_at == "every":
        said.append(
            "Every step has a loss of its own: lines, table and ranking are of what the last one "
            "alone sends back. The dotted lines are the totals, which stay up where nothing old "
            "arrives."
        )
    return " ".join(said)


def norm(comparison: Comparison) -> str:
    """What is drawn of every cell."""
    return norm_name(comparison.config, "s")


def caption(comparison: Comparison) -> str:
    """What the chart shows."""
    c = comparison.config
    of = f"the median of {count(comparison.seeds, 'seed')}"
    text = f"One line a cell: {of}, each the median of {count(c.batch_size, 'sequence')}"
    if comparison.seeds > 1:
        cells = recurrent(comparison) or comparison.cells
        widest = max(cells, key=_width)
        if len(cells) > 1:
            text += f"; ‖δ_1‖ / ‖δ_T‖ varies most in {the(widest.cell)}, from {_range(widest)}"
        else:
            text += f"; ‖δ_1‖ / ‖δ_T‖ is from {_range(widest)}"
        text += " (10–90 % of seeds)"
    return text + "."


def _width(cell: Compared) -> float:
    _, low, high = cell.ratio
    return high - low if math.isfinite(high) and math.isfinite(low) else 0.0


def _range(cell: Compared) -> str:
    _, low, high = cell.ratio
    return f"×{from_log10(low)} to ×{from_log10(high)}"


def summary(comparison: Comparison) -> str:
    """The chart in a sentence, for those who cannot see it."""
    said = ", ".join(
        f"{NAMES[c.cell]} ×{from_log10(c.ratio[0])}"
        + ("" if c.about.one_hop else f" ({c.verdict})")
        for c in comparison.cells
    )
    T = comparison.config.seq_len
    alone = "" if comparison.config.loss_at == "last" else " by the last loss alone"
    return f"Gradient norm by step for each cell; from step {T} back to step 1{alone}: {said}."


# -- the table


def columns(comparison: Comparison, step: int) -> list[tuple[str, str]]:
    """Header and explanation of each column after the cell's name."""
    T = comparison.config.seq_len
    at = "the loss end" if step == T else f"step {step}"
    return [
        (
            f"at {at}",
            f"{norm(comparison)} at step {step}, {count(T - step, 'step')} before the last: median "
            "over the seeds. s is h; for the LSTM h and c; for attention e_t = W_x x_t",
        ),
        ("of loss end", "the same, relative to the last step of the same curve"),
        (
            "per step back",
            "exp of the least-squares slope of ln‖∂L/∂s_t‖ against the lag, on the median curve "
            "of what the last loss sends back",
        ),
        (
            "horizon",
            "steps back until the median curve of what the last loss sends back is first below "
            "1/1000 of its last step",
        ),
        (
            "‖δ_1‖ / ‖δ_T‖",
            "the first step relative to the last, of what the last loss sends back: "
            "median over the seeds",
        ),
        (
            "verdict",
            "of that: below 10⁻³ vanishing, to 10⁻¹ fading, to 10 flowing, to 10³ growing, above "
            "it exploding; never flowing where it halves or doubles within a quarter of the "
            "sequence",
        ),
        ("10–90 %", "the same, from the 10 % to the 90 % quantile over the seeds (interpolated)"),
        (
            "parameters",
            "weights and one bias for each gate, between x_t, the last state and this "
            "one; PyTorch keeps two biases, of which only the sum counts. No readout",
        ),
        (
            "multiply-adds",
            "multiplications in a step of one sequence, forward: matrix products and "
            "elementwise ones. Attention's grow with the step: 2·H for each step it looks at",
        ),
    ]


def row(cell: Compared, step: int) -> list[str]:
    """One cell's numbers under `columns`."""
    curve = cell.spread.median
    T = len(curve)
    here = float(curve[step - 1])
    relative = here - float(curve[-1]) if math.isfinite(here) else here
    ratio, low, high = cell.ratio
    horizon = str(cell.horizon) if cell.horizon is not None else f"≥ {T}"
    costs = f"{cell.multiply_adds:,}"
    if cell.about.one_hop:
        horizon = "one hop"
        costs = f"{costs} at step {T}"
    return [
        from_log10(here),
        f"×{from_log10(relative)}" if math.isfinite(relative) else "0",
        factor(cell.factor),
        horizon,
        from_log10(ratio),
        "–" if cell.about.one_hop else cell.verdict,
        f"{from_log10(low)} … {from_log10(high)}" if cell.medians.shape[1] > 1 else "–",
        f"{cell.parameters:,}",
        costs,
    ]


def setting(cell: Compared) -> str:
    """The settings that only this cell has, as they are."""
    return cell.about.told(cell.config) if cell.about.settings else ""


# -- the LSTM's two paths


def paths_title(cell: str = "lstm") -> str:
    return f"{_capital(the(cell))}’s two paths, drawn apart"


def paths(found: LstmPaths) -> str:
    """How wrong the product of the forget gates is here, and which path does the work."""
    c = found.config
    law, total = (float(np.median(v[0] - found.total[-1])) for v in (found.law, found.total))
    off = float(np.median(found.off))
    seeds = found.total.shape[1]
    text = f"Over {count(c.seq_len - 1, 'step')} the product of the forget gates says "
    text += f"×{from_log10(law)}; the gradient changes by ×{from_log10(total)}: "
    if not math.isfinite(off):
        return text + "the two cannot be compared."
    if abs(off) < 0.5:
        text += f"right to within ×{from_log10(abs(off))}"
    else:
        text += f"{_decades(off)}, {_about(off)}, too {'small' if off < 0 else 'large'}"
    if seeds > 1:
        ends = np.sort(found.off)
        text += f" (median of {seeds} seeds, {_signed(ends[0])} to {_signed(ends[-1])} decades)"
    return text + ". " + _share(found)


def _decades(off: float) -> str:
    return f"{plain(abs(off), 2)} decades"


def _about(off: float) -> str:
    return f"a factor of {from_log10(abs(off), 2 if abs(off) < 4 else 3)}"


def _signed(value: float) -> str:
    return "0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "−")


def _share(found: LstmPaths) -> str:
    """Which of the two paths the gradient at step 1 came by."""
    direct, rest, total = (float(np.median(v[0])) for v in (found.direct, found.rest, found.total))
    if total == -math.inf:
        return "No gradient arrives at step 1."
    if rest == -math.inf:
        return "All of it comes by the forget gates: W_h carries nothing."
    if direct - total < -1:
        share = 10.0 ** (direct - total)
        amount = percent(share) if share >= 1e-3 else from_log10(direct - total)
        amount += " of the whole"
        return f"The way through W_h does the work: ‖direct path‖ is {amount} at step 1."
    if rest - total < -1:
        amount = percent(10.0 ** (rest - total))
        return f"The direct path does the work: ‖the rest‖ is {amount} of the whole at step 1."
    return (
        f"Both ways count: ‖direct‖ is {from_log10(direct)}, ‖rest‖ {from_log10(rest)}, "
        f"as vectors they sum to {from_log10(total)}."
    )


# -- gates


def gates_title(cell: str) -> str:
    return f"Gates of {the(cell)}, by unit and step"


def gate_maps(flow: GradientFlow) -> dict[str, np.ndarray]:
    """The gates that are drawn (T, B, H), by letter; the one that keeps the state comes first."""
    cell = flow.config.cell_used
    return {cell.kept.letter: cell.kept.share(flow.gates)} | {
        name: flow.gates[name] for name in cell.shown
    }


def gates(flow: GradientFlow) -> str:
    """What the gates do, from their values in every sequence."""
    maps = gate_maps(flow)
    said = [f"{name} is {_open(float(gate.mean()))} on average" for name, gate in maps.items()]
    letter, keep = next(iter(maps.items()))
    per_unit = keep.mean(axis=(0, 1))
    text = "Gate " + ", ".join(said) + "."
    if len(per_unit) > 1:
        text += (
            f" By unit, {letter} is from {_open(float(per_unit.min()))} to "
            f"{_open(float(per_unit.max()))}: by that gate alone the longest memory lasts "
            f"{_memory(float(per_unit.max()))}."
        )
    shut = float((keep < 0.1).mean())
    if shut >= 0.01:
        text += f" It is shut ({letter} < 0.1) in {percent(shut)} of unit-steps."
    sequence = flow.typical_sequence + 1
    return text + f" Drawn: seed {flow.config.seed}, sequence {sequence}, units sorted by {letter}."


def _open(gate: float) -> str:
    """A gate's value; more digits close to 1, where they decide."""
    return plain(gate, 2) if gate < 0.95 else f"{gate:.4f}"


def _memory(gate: float) -> str:
    """How long a value lasts under a gate of this size."""
    if gate >= 1:
        return "for ever"
    steps = -1.0 / math.log(gate) if gate > 0 else 0.0
    return f"about {plain(steps, 2)} steps"


def jobs(cell: str) -> str:
    """What each of the gates drawn is for."""
    own = CELLS[cell]
    drawn: list[Kept | Gate] = [own.kept, *(own.gate(name) for name in own.shown)]
    return "; ".join(f"{gate.title}: {gate.job}" for gate in drawn)


# -- formulas


def formulas() -> str:
    """Formula, gates and source of every cell, as a Markdown table."""
    lines = ["| cell | formula | gates | source |", "|---|---|---|---|"]
    for cell in ARCHITECTURES.values():
        gates = ", ".join(cell.gates) if len(cell.gates) > 1 else "–"
        lines.append(f"| **{cell.label}** | ${cell.formula}$ | {gates} | {cell.source} |")
    return "\n".join(lines)
