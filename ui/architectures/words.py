"""Telling: sentences and tables of a comparison of architectures, computed from it."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Gate, Kept
from rnn_core.flow.flow import GradientFlow
from rnn_core.flow.verdict import VERDICTS
from rnn_core.network.starts import STARTS
from rnn_core.numbers import spoken
from rnn_core.numbers.said import NOTHING, Said, alike, joined
from rnn_core.numbers.spoken import count, everyday, factor, from_log10, percent, plain, share_of
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


def title(comparison: Comparison) -> Said:
    """The answer in a few words."""
    ranked = by_distance(comparison)
    if not ranked:
        return alike("Attention: one hop from every step")
    best = ranked[0]
    if best.ratio[0] == -math.inf:
        return alike("No gradient reaches step 1")
    if len(ranked) == 1:
        ratio, who = best.ratio[0], _capital(the(best.cell))
        return Said(
            f"{who}: ×{from_log10(ratio)} from loss to step 1",
            plain=f"{who}: {share_of(ratio, 'the gradient')} reaches step 1",
        )
    if VERDICTS[best.verdict].way == 0:
        return alike(f"{_capital(the(best.cell))} carries the gradient best")
    word = VERDICTS[best.verdict].title
    if all(cell.verdict == best.verdict for cell in ranked):
        return alike(f"{word} in every cell, least in {the(best.cell)}")
    return alike(f"It flows in no cell; nearest is {the(best.cell)}, {word.lower()}")


def headline(comparison: Comparison) -> Said:
    """Which cell carries the gradient furthest here, and by how much."""
    T = comparison.config.seq_len
    ranked = by_distance(comparison)
    if not ranked:
        return NOTHING
    best = ranked[0]
    way = f"Over {count(T - 1, 'step')} back"
    whose = "it" if comparison.config.loss_at == "last" else "what the last loss sends"
    if best.ratio[0] == -math.inf:
        zero = best.reading.zero_until
        who = f"in every one of the {len(ranked)} cells" if len(ranked) > 1 else "here"
        end = f": from step {zero} back." if len(ranked) == 1 and zero else "."
        return alike(f"{way} the gradient becomes exactly 0 {who}{end}")
    what = "the gradient" if comparison.config.loss_at == "last" else whose
    text = Said(
        f"{way} {whose} changes by ×{from_log10(best.ratio[0])} in {the(best.cell)}",
        plain=f"After {count(T - 1, 'step')} back {spoken.is_left(best.ratio[0], what)} in "
        f"{the(best.cell)}",
    )
    if len(ranked) == 1:
        return text + _on_the_way(best)
    second = ranked[1]
    text += ". " + _next(best, second)
    if _bands_meet(best, second):
        text += "; their bands overlap: other seeds may rank them otherwise"
    text += "."
    if len(ranked) > 2:
        worst = ranked[-1]
        text += f" Furthest off is {the(worst.cell)}: " + _outcome(worst) + "."
    return text


def _on_the_way(cell: Compared) -> Said:
    """How a single curve gets from the loss to step 1."""
    curve = cell.reading.curve
    ends = curve[0], curve[-1]
    for extreme, beyond, word in (
        (int(curve.argmin()), min(ends) - curve.min(), "falls"),
        (int(curve.argmax()), curve.max() - max(ends), "grows"),
    ):
        if beyond > 0.3:
            size, at = float(curve[extreme] - curve[-1]), f", at step {extreme + 1}."
            return Said(
                f"; on the way it {word} to ×{from_log10(size)}{at}",
                plain=f"; on the way it {word} to {share_of(size, 'its size')}{at}",
            )
    text = Said(
        f", by {factor(cell.factor)} a step on average",
        plain=f"; on average a step back {spoken.kept(cell.factor, 'it')}",
    )
    if cell.horizon is not None:
        text += f", and is below a thousandth after {count(cell.horizon, 'step')}"
    return text + "."


def _amount(log10: float) -> Said:
    """What a gradient has become: ×0.262; in plain words 26 % of it, 36 times as much."""
    whole = "it" if log10 < 0 else "as much"
    return Said(f"×{from_log10(log10)}", plain=share_of(log10, whole))


def _outcome(cell: Compared) -> Said:
    ratio = cell.ratio[0]
    if ratio == -math.inf:
        return alike("exactly 0")
    if VERDICTS[cell.verdict].way > 0:
        return _amount(ratio) + f", it {VERDICTS[cell.verdict].it}"
    if cell.horizon is not None and ratio < 0:
        return _amount(ratio) + f", below a thousandth after {count(cell.horizon, 'step')}"
    return _amount(ratio)


def _next(best: Compared, second: Compared) -> Said:
    first, other = best.ratio[0], second.ratio[0]
    who, amount = f"Next is {the(second.cell)}", _amount(other)
    if other == -math.inf:
        return alike(f"{who}, with exactly 0")
    if abs(other - first) < 0.04:
        return f"{who}, with " + amount + " nearly the same"
    if first <= 0 and other <= 0:
        return f"{who}: " + amount + ", " + _times(first - other) + " less"
    if first >= 0 and other >= 0:
        return f"{who}: " + amount + ", " + _times(other - first) + " more"
    grown = "which grows it" if other > 0 else "which shrinks it"
    return f"{who}, " + Said(
        f"{grown} by ×{from_log10(other)}", plain=f"{grown} to {share_of(other, 'its size')}"
    )


def _bands_meet(one: Compared, other: Compared) -> bool:
    """Whether the 10–90 % bands of two cells at step 1 have a value in common."""
    (_, low, high), (_, other_low, other_high) = one.ratio, other.ratio
    return one.medians.shape[1] > 1 and low <= other_high and other_low <= high


def _times(decades: float) -> Said:
    return Said(
        f"{from_log10(decades, 2 if decades < 4 else 3)} times", plain=f"{everyday(decades)} times"
    )


def attention(comparison: Comparison) -> Said:
    """What the reference line shows, with its own numbers."""
    if ATTENTION not in comparison.names:
        return NOTHING
    curve = comparison[ATTENTION].spread.median
    T = len(curve)
    middle = float(np.median(curve[:-1]))
    among = f"but one gradient is shared out among {count(T, 'step')}, typically"
    text = Said(
        "Attention reaches every step in one hop: nothing shrinks with the lag, "
        f"{among} {from_log10(middle)} each",
        plain="Attention reaches every step in one hop: nothing shrinks with the distance, "
        f"{among} {share_of(middle, 'it')} each",
    )
    if comparison.config.loss_kind != "direction":
        return text + "."
    uneven = ", most unevenly here" if abs(middle + math.log10(T)) > 0.5 else ""
    return text + Said(f" (1/{T} = {plain(1 / T)}{uneven}).", plain=f"{uneven}.")


def _overflowing(comparison: Comparison) -> list[Compared]:
    return [c for c in comparison.cells if c.overflow is not None]


def remarks(comparison: Comparison) -> Said:
    """What must be known to read the picture: overflows, seeds left out, losses at every step."""
    said: list[str] = []
    for held in (False, True):
        over = [c for c in _overflowing(comparison) if held != c.about.additive]
        if not over:
            continue
        names = " and ".join(NAMES[c.cell] for c in over)
        step = min(c.overflow for c in over)
        on = Said("go on with the exponent kept apart", plain="go on all the same")
        if held:
            on = alike("have no gradient from there on, and are drawn with the state held")
        said.append(
            Said(
                f"The forward pass of {names} leaves float64 (first at step {step}); the curves "
                f"{on}.",
                plain=f"The numbers of {names} become too large for a computer (first at step "
                f"{step}); the curves {on.plain}.",
            )
        )
    still = [c for c in comparison.cells if c.at_rest]
    if still:
        where = ", ".join(NAMES[c.cell] for c in still)
        if len(still) == len(recurrent(comparison)):
            where = "every cell"
        learns = f"The state stays 0 in {where}: what is learned from it is exactly 0, and the "
        said.append(
            Said(
                f"{learns}gradient that of the linearisation there.",
                plain=f"{learns}gradient what a very small push would feel.",
            )
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
    return joined(said)


def norm(comparison: Comparison) -> Said:
    """What is drawn of every cell."""
    return Said(norm_name(comparison.config, "s"), plain="size of the gradient")


def norms_title(comparison: Comparison) -> Said:
    """Above the main chart."""
    return Said(
        f"Gradient norm {norm(comparison)} at each step, one experiment, many cells",
        plain="How much of the gradient arrives at each step, one experiment, many cells",
    )


def caption(comparison: Comparison) -> Said:
    """What the chart shows."""
    c = comparison.config
    of = f"the median of {count(comparison.seeds, 'seed')}"
    text = alike(f"One line a cell: {of}, each the median of {count(c.batch_size, 'sequence')}")
    if comparison.seeds > 1:
        cells = recurrent(comparison) or comparison.cells
        widest = max(cells, key=_width)
        varies = f" varies most in {the(widest.cell)}, from " if len(cells) > 1 else " is from "
        left = Said("; ‖δ_1‖ / ‖δ_T‖", plain="; what is left at step 1")
        text += left + varies + _range(widest) + " (10–90 % of seeds)"
    return text + ". " + starts(comparison)


def starts(comparison: Comparison) -> Said:
    """How the cells begin, and which of them do so in a way of their own."""
    name = comparison.config.start
    start, cells = STARTS[name], comparison.cells
    own = [the(c.cell) for c in cells if c.config.start_used != name]
    listed = " and ".join(filter(None, (", ".join(own[:-1]), *own[-1:])))
    if len(own) == len(cells):
        return alike(f"Start: {listed}’s own." if len(own) == 1 else "Start: each cell’s own.")
    begin = "begins in a way of its own" if len(own) == 1 else "begin in ways of their own"
    whose = f"{start.label}’s" if start.decides else start.label
    return alike(f"Start: {whose}" + (f"; {listed} {begin}." if own else "."))


def _width(cell: Compared) -> float:
    _, low, high = cell.ratio
    return high - low if math.isfinite(high) and math.isfinite(low) else 0.0


def _range(cell: Compared) -> Said:
    _, low, high = cell.ratio
    return Said(
        f"×{from_log10(low)} to ×{from_log10(high)}",
        plain=f"{_share(low)} to {_share(high)}",
    )


def _share(log10: float) -> str:
    """27 %, 0.000072, 36 times."""
    return share_of(log10, "").rstrip().removesuffix(" of")


def summary(comparison: Comparison) -> Said:
    """The chart in a sentence, for those who cannot see it."""
    said = joined(
        (
            f"{NAMES[c.cell]} "
            + _amount(c.ratio[0])
            + ("" if c.about.one_hop else f" ({c.verdict})")
            for c in comparison.cells
        ),
        ", ",
    )
    T = comparison.config.seq_len
    alone = "" if comparison.config.loss_at == "last" else " by the last loss alone"
    start = Said("Gradient norm", plain="Size of the gradient")
    return start + f" by step for each cell; from step {T} back to step 1{alone}: " + said + "."


# -- the table


def columns(comparison: Comparison, step: int) -> list[tuple[str, Said]]:
    """Header and explanation of each column after the cell's name."""
    T = comparison.config.seq_len
    at = "the loss end" if step == T else f"step {step}"
    return [
        (
            f"at {at}",
            Said(
                f"{norm(comparison)} at step {step}, {count(T - step, 'step')} before the last: "
                "median over the seeds. s is h; for the LSTM h and c; for attention e_t = W_x x_t",
                plain=f"the size of the gradient at step {step}, {count(T - step, 'step')} before "
                "the last: median over the seeds",
            ),
        ),
        ("of loss end", alike("the same, relative to the last step of the same curve")),
        (
            Said("per step back", plain="each step keeps"),
            Said(
                "exp of the least-squares slope of ln‖∂L/∂s_t‖ against the lag, on the median "
                "curve of what the last loss sends back",
                plain="what one more step back leaves, on average, of what the last loss sends",
            ),
        ),
        (
            Said("horizon", plain="1/1000 is left after"),
            alike(
                "steps back until the median curve of what the last loss sends back is first below "
                "1/1000 of its last step"
            ),
        ),
        (
            Said("‖δ_1‖ / ‖δ_T‖", plain="left at step 1"),
            alike(
                "the first step relative to the last, of what the last loss sends back: "
                "median over the seeds"
            ),
        ),
        (
            "verdict",
            Said(
                "of that: below 10⁻³ vanishing, to 10⁻¹ fading, to 10 flowing, to 10³ growing, "
                "above it exploding; never flowing where it halves or doubles within a quarter of "
                "the sequence",
                plain="of that: under a thousandth vanishing, to a tenth fading, to 10 times "
                "flowing, to 1,000 times growing, above it exploding; never flowing where it "
                "halves or doubles within a quarter of the sequence",
            ),
        ),
        (
            "10–90 %",
            alike("the same, from the 10 % to the 90 % quantile over the seeds (interpolated)"),
        ),
        (
            "parameters",
            Said(
                "weights and one bias for each gate, between x_t, the last state and this "
                "one; PyTorch keeps two biases, of which only the sum counts. No readout",
                plain="the numbers that training changes, between the input, the last state and "
                "this one; without the readout",
            ),
        ),
        (
            "multiply-adds",
            Said(
                "multiplications in a step of one sequence, forward: matrix products and "
                "elementwise ones. Attention's grow with the step: 2·H for each step it looks at",
                plain="multiplications in a step of one sequence, forward. Attention’s grow with "
                "the step: it looks at all before",
            ),
        ),
    ]


def row(cell: Compared, step: int) -> list[Said]:
    """One cell's numbers under `columns`."""
    curve = cell.spread.median
    T = len(curve)
    here = float(curve[step - 1])
    relative = here - float(curve[-1]) if math.isfinite(here) else here
    ratio, low, high = cell.ratio
    horizon = Said(f"≥ {T}", plain=f"not in {T - 1}")
    if cell.horizon is not None:
        horizon = alike(str(cell.horizon))
    costs = f"{cell.multiply_adds:,}"
    if cell.about.one_hop:
        horizon = alike("one hop")
        costs = f"{costs} at step {T}"
    several = cell.medians.shape[1] > 1
    rate = factor(cell.factor)
    plainly = rate.removeprefix("×")
    if math.isfinite(cell.factor) and cell.factor >= 10:
        plainly = everyday(math.log10(cell.factor))
    return [
        Said(from_log10(here), plain=everyday(here)),
        Said(f"×{from_log10(relative)}", plain=_share(relative))
        if math.isfinite(relative)
        else alike("0"),
        Said(
            rate,
            plain=percent(cell.factor) if cell.factor < 1 else f"{plainly} times",
        ),
        horizon,
        Said(from_log10(ratio), plain=_share(ratio)),
        alike("–" if cell.about.one_hop else cell.verdict),
        Said(f"{from_log10(low)} … {from_log10(high)}", plain=f"{_share(low)} … {_share(high)}")
        if several
        else alike("–"),
        alike(f"{cell.parameters:,}"),
        alike(costs),
    ]


def setting(cell: Compared) -> str:
    """The settings that only this cell has, as they are."""
    return cell.about.told(cell.config) if cell.about.settings else ""


# -- the LSTM's two paths


def paths_title(cell: str = "lstm") -> Said:
    return alike(f"{_capital(the(cell))}’s two paths, drawn apart")


def paths(found: LstmPaths) -> Said:
    """How wrong the product of the forget gates is here, and which path does the work."""
    c = found.config
    law, total = (float(np.median(v[0] - found.total[-1])) for v in (found.law, found.total))
    off = float(np.median(found.off))
    seeds = found.total.shape[1]
    lags = count(c.seq_len - 1, "step")
    text = Said(
        f"Over {lags} the product of the forget gates says "
        f"×{from_log10(law)}; the gradient changes by ×{from_log10(total)}: ",
        plain=f"By the forget gates alone {spoken.is_left(law)} after {lags}; really "
        f"{spoken.is_left(total, 'the gradient')}: ",
    )
    if not math.isfinite(off):
        return text + "the two cannot be compared."
    if abs(off) < 0.5:
        within = "right to within "
        text += Said(
            f"{within}×{from_log10(abs(off))}", plain=f"{within}a factor of {everyday(abs(off))}"
        )
    else:
        size = "small" if off < 0 else "large"
        text += Said(
            f"{_decades(off)}, {_about(off)}, too {size}",
            plain=f"{everyday(abs(off))} times too {size}",
        )
    if seeds > 1:
        ends = np.sort(found.off)
        text += Said(
            f" (median of {seeds} seeds, {_signed(ends[0])} to {_signed(ends[-1])} decades)",
            plain=f" (median of {seeds} seeds)",
        )
    return text + ". " + _which_path(found)


def _decades(off: float) -> str:
    return f"{plain(abs(off), 2)} decades"


def _about(off: float) -> str:
    return f"a factor of {from_log10(abs(off), 2 if abs(off) < 4 else 3)}"


def _signed(value: float) -> str:
    return "0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "−")


def _which_path(found: LstmPaths) -> Said:
    """Which of the two paths the gradient at step 1 came by."""
    direct, rest, total = (float(np.median(v[0])) for v in (found.direct, found.rest, found.total))
    if total == -math.inf:
        return alike("No gradient arrives at step 1.")
    if rest == -math.inf:
        return Said(
            "All of it comes by the forget gates: W_h carries nothing.",
            plain="All of it comes by the forget gates: the recurrent weights carry nothing.",
        )
    if direct - total < -1:
        share = 10.0 ** (direct - total)
        amount = percent(share) if share >= 1e-3 else from_log10(direct - total)
        amount += " of the whole"
        return Said(
            f"The way through W_h does the work: ‖direct path‖ is {amount} at step 1.",
            plain="The way through the recurrent weights does the work: by the gates alone comes "
            f"{share_of(direct - total, 'the whole')} at step 1.",
        )
    if rest - total < -1:
        amount = percent(10.0 ** (rest - total))
        return Said(
            f"The direct path does the work: ‖the rest‖ is {amount} of the whole at step 1.",
            plain=f"The direct path does the work: the rest is {amount} of the whole at step 1.",
        )
    return Said(
        f"Both ways count: ‖direct‖ is {from_log10(direct)}, ‖rest‖ {from_log10(rest)}, "
        f"as vectors they sum to {from_log10(total)}.",
        plain=f"Both ways count: the direct one brings {everyday(direct)}, the rest "
        f"{everyday(rest)}, together {everyday(total)}, since they may point apart.",
    )


# -- gates


def gates_title(cell: str) -> Said:
    return alike(f"Gates of {the(cell)}, by {CELLS[cell].kept.by} and step")


def gate_maps(flow: GradientFlow) -> dict[str, np.ndarray]:
    """The gates that are drawn (T, B, H), by letter; the one that keeps the state comes first."""
    cell = flow.config.cell_used
    return {cell.kept.letter: cell.kept.share(flow.gates)} | {
        name: flow.gates[name] for name in cell.shown
    }


def gates(flow: GradientFlow) -> Said:
    """What the gates do, from their values in every sequence."""
    by = flow.config.cell_used.kept.by
    maps = gate_maps(flow)
    said = [f"{name} is {_open(float(gate.mean()))} on average" for name, gate in maps.items()]
    called = gate_names(flow)
    plainly = [f"{called[name]} {_lets_pass(float(g.mean()))}" for name, g in maps.items()]
    letter, keep = next(iter(maps.items()))
    per_unit = keep.mean(axis=(0, 1))
    text = Said(
        "Gate " + ", ".join(said) + ".",
        plain="On average the " + ", the ".join(plainly) + ".",
    )
    if len(per_unit) > 1:
        low, high = float(per_unit.min()), float(per_unit.max())
        lasts = f": by that gate alone the longest memory lasts {_memory(high)}."
        if not flow.config.cell_used.kept.alone:
            lasts = "."
        text += Said(
            f" By {by}, {letter} is from {_open(low)} to {_open(high)}{lasts}",
            plain=f" By {by}, the {called[letter]} is open from {percent(low)} to "
            f"{percent(high)}{lasts}",
        )
    shut = float((keep < 0.1).mean())
    if shut >= 0.01:
        text += Said(
            f" It is shut ({letter} < 0.1) in {percent(shut)} of {by}-steps.",
            plain=f" It is shut, under a tenth open, in {percent(shut)} of {by}s and steps.",
        )
    drawn = (
        f" Drawn: seed {flow.config.seed}, sequence {flow.typical_sequence + 1}, {by}s sorted by "
    )
    return text + Said(f"{drawn}{letter}.", plain=f"{drawn}the {called[letter]}.")


def _lets_pass(gate: float) -> str:
    """Gates of exp may be more than 1."""
    return (
        f"lets {percent(gate)} pass" if gate <= 1 else f"makes it {plain(gate, 2)} times as large"
    )


def gate_names(flow: GradientFlow) -> dict[str, str]:
    """What the gates that are drawn are called, by letter: forget gate, input gate."""
    cell = flow.config.cell_used
    letters = (cell.kept.letter, *cell.shown)
    return {
        letter: _without_letter(gate.title)
        for letter, gate in zip(letters, _drawn(flow.config.cell), strict=True)
    }


def _without_letter(title: str) -> str:
    """The forget gate, of "forget gate f"; the kept share, of "share 1−z"."""
    name = title.rpartition(" ")[0]
    return "kept share" if name == "share" else name


def _drawn(cell: str) -> list[Kept | Gate]:
    own = CELLS[cell]
    return [own.kept, *(own.gate(name) for name in own.shown)]


def _open(gate: float) -> str:
    """A gate's value; more digits close to 1, where they decide."""
    return plain(gate, 2) if gate < 0.95 else f"{gate:.4f}"


def _memory(gate: float) -> str:
    """How long a value lasts under a gate of this size."""
    if gate >= 1:
        return "for ever"
    steps = -1.0 / math.log(gate) if gate > 0 else 0.0
    return f"about {plain(steps, 2)} steps"


def jobs(cell: str) -> Said:
    """What each of the gates drawn is for."""
    return joined(
        (
            Said(gate.title, plain=_without_letter(gate.title)) + f": {gate.job}"
            for gate in _drawn(cell)
        ),
        "; ",
    )


# -- formulas


def formulas() -> str:
    """Formula, gates and source of every cell, as a Markdown table."""
    lines = ["| cell | formula | gates | source |", "|---|---|---|---|"]
    for cell in ARCHITECTURES.values():
        gates = ", ".join(cell.gates) if len(cell.gates) > 1 else "–"
        lines.append(f"| **{cell.label}** | ${cell.formula}$ | {gates} | {cell.source} |")
    return "\n".join(lines)
