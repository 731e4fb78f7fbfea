"""Findings: what the doctor sees in a recording, each with its evidence and what to change.

    broken     a number was not finite: the layer, the tensor, the step and the update of the first
    unproved   the terms do not sum to PyTorch's own gradient: nothing of that module counts
    exploding  the norm grows a thousandfold on its way back, or more
    vanishing  less than 1/1000 arrives at the far end, whatever the parameters' norm says
    stuck      a good part of a gate's units never move, or of a layer's units are saturated
    clipped    nearly every update is clipped to half its norm or less
    pads       a good part of the steps are pads

They are looked for in the latest record, but for what was not finite (the first one that was) and
the clipping (the last hundred updates).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from rnn_core.flow.verdict import VANISHED, VERDICTS
from rnn_core.numbers.said import Said, alike
from rnn_core.numbers.spoken import count, from_log10, number, percent
from rnn_core.recording import remedies
from rnn_core.recording.layer_reading import LayerReading
from rnn_core.recording.layer_record import GATE_OPEN, GATE_SHUT
from rnn_core.recording.remedies import Remedy

# What the proof may be off by: rounding, with room for sums that cancel; half precision is
# replayed in float32, and its states are not the same.
PROVED = {"float64": 1e-8, "float32": 1e-3}
PROVED_HALF = 0.3
STUCK = 0.25  # share of units from which it is told
STILL = 0.01  # standard deviation of a gate's unit below which it does not move
RECENT, ALWAYS, HALF = 100, 0.95, 0.5
PADS = 0.3
OPEN = 0.9  # mean from which a gate that keeps the state needs no opening


class Run(Protocol):
    """What is asked of a `Recording`."""

    @property
    def run(self) -> dict[str, str]: ...

    @property
    def modules(self) -> Any: ...

    @property
    def moments(self) -> Any: ...

    @property
    def steps(self) -> list[int]: ...

    def readings(self, step: int = -1) -> list[LayerReading]: ...

    def first_broken(self) -> LayerReading | None: ...


@dataclass(frozen=True)
class Finding:
    """kind: a name above. where: a module's layer, "" for the training."""

    kind: str
    where: str
    title: str
    evidence: tuple[str, ...]
    remedies: tuple[Remedy, ...] = ()


def findings(run: Run) -> list[Finding]:
    """Everything seen, the worst first."""
    if not run.steps:
        return []
    found = _broken(run)
    latest = run.readings()
    dtypes = {name: str(one.settings.get("dtype", "float32")) for name, one in run.modules.items()}
    unproved = [f for one in latest if (f := _unproved(one, dtypes[one.module])) is not None]
    found += unproved
    doubted = {finding.where for finding in unproved}
    read = [one for one in latest if one.finite and one.title not in doubted]
    for look in (_exploding, _vanishing, _stuck, _pads):
        found += [finding for one in read for finding in look(one, run)]
    return found + _clipped(run)


def _broken(run: Run) -> list[Finding]:
    one = run.first_broken()
    if one is None or one.broken is None:
        return []
    told = one.broken
    what = str(told.get("what", "?"))[:60]
    t, sequence = told.get("t"), told.get("sequence")
    place = f" at step {t} of {one.length}" if t else ""
    way = "on the way forward" if told.get("way") == "forward" else "on the way back"
    evidence = [
        f"In update {one.step:,} {what} of {one.title} is the first number that is not finite"
        f"{place}{f', in sequence {sequence} of the batch' if sequence else ''}, {way}."
    ]
    if what.startswith("the weight"):
        evidence.append("The weights came into that update broken: an update before it did that.")
    losses = run.moments
    before = losses.step < one.step
    bad = losses.step[before & ~np.isnan(losses.loss) & ~np.isfinite(losses.loss)]
    if len(bad):
        evidence.append(f"The loss was infinite first at update {int(bad[0]):,}.")
    return [
        Finding(
            "broken",
            one.title,
            f"{one.title}: not finite from update {one.step:,} on",
            tuple(evidence),
            (
                remedies.clip(None),
                Remedy(
                    "Record every update around it to see it grow: the record names the first.",
                    f'tap(model, "closer.unroll", every=1, modules=[{one.module!r}])',
                ),
            ),
        )
    ]


def _unproved(one: LayerReading, dtype: str) -> Finding | None:
    if math.isnan(one.check) or not one.finite or one.check <= PROVED.get(dtype, PROVED_HALF):
        return None
    return Finding(
        "unproved",
        one.title,
        f"{one.title}: the record does not prove itself",
        (
            f"The sum of the steps’ terms is {number(one.check)} off PyTorch’s own gradient, "
            "relatively: what was run again is not what ran (a mask, a weight changed in between, "
            "a second-order term). Nothing else is said of this layer.",
        ),
    )


def _ends(one: LayerReading) -> str:
    T, last = len(one.curve), one.last_alone
    which = "what arrives at the last step alone" if last else "the gradient"
    left = from_log10(one.reading.reach.log10_ratio)
    return (
        f"In update {one.step:,}, of {which}, {left} times its size at the loss end is left "
        f"{count(T - 1, 'step')} back (median of {count(one.norms.shape[1], 'sequence')})."
    )


def _exploding(one: LayerReading, run: Run) -> list[Finding]:
    if one.verdict != VERDICTS["exploding"].name:
        return []
    norm = one.about.get("norm")
    return [
        Finding(
            "exploding",
            one.title,
            f"{one.title}: the gradient explodes",
            (_ends(one), _factor(one)),
            (remedies.clip(norm if isinstance(norm, float) else None),),
        )
    ]


def _vanishing(one: LayerReading, run: Run) -> list[Finding]:
    if one.verdict != VERDICTS["vanishing"].name:
        return []
    far = count(one.horizon, "step")
    evidence = [
        _ends(one),
        Said(f"Its horizon is {far} of {one.length}", plain=f"It reaches {far} of {one.length}")
        + ": further back less than 1/1000 arrives.",
    ]
    norm = one.about.get("norm")
    if isinstance(norm, int | float) and norm > 0:
        text = f"The norm of this layer’s parameter gradient is {number(norm)}"
        if not math.isnan(one.share_of_last):
            hides = ", and shows nothing of it" if one.share_of_last > HALF else ""
            text += (
                f"{hides}: the last {min(5, one.length)} steps make up "
                f"{percent(one.share_of_last)} of "
                + Said("the terms of ∂L/∂W_h", plain="what the recurrent weights learn")
            )
        evidence.append(text + ".")
    is_open, carried = _gate_is_open(one), _left_of_c(one)
    what = alike(f"the gradient vanishes {far} back")
    if carried is not None and carried >= VANISHED:
        what = Said(
            f"∂L/∂h_t vanishes {far} back, ∂L/∂c_t does not",
            plain=f"the gradient of its output vanishes {far} back, that of its memory does not",
        )
    evidence += is_open + _before(one, run)
    return [
        Finding(
            "vanishing",
            one.title,
            f"{one.title}: " + what,
            tuple(evidence),
            () if is_open else tuple(remedies.keep_more(one.module, one.kind)),
        )
    ]


def _gate_is_open(one: LayerReading) -> list[str]:
    """[] unless the gate that an advice would open stands open by itself."""
    cell = remedies.cell_of(one.kind)
    if cell is None or cell.kept is None:
        return []
    mean = one.gates.mean.get(cell.kept.letter, np.zeros(0))
    mean = mean[np.isfinite(mean)]
    if not mean.size or float(mean.mean()) < OPEN:
        return []
    keeps = f"it keeps {number(float(mean.mean()))} of "
    of = Said(cell.kept.of, plain="the state")
    text = f"The {cell.kept.title} is open already: {keeps}" + of
    if (left := _left_of_c(one)) is not None:
        memory = Said("∂L/∂c_t", plain="the gradient of its memory")
        size = f" {from_log10(left)} times its size at the loss end is left at the far end"
        text += ", and of " + memory + size
    return [text + "."]


def _left_of_c(one: LayerReading) -> float | None:
    """log₁₀ of what is left of an LSTM's ∂L/∂c_t at the far end; None where nothing tells."""
    if one.c_curve is None or one.last_alone or len(one.c_curve) < 2:
        return None
    return float(one.c_curve[0] - one.c_curve[-1])


def _before(one: LayerReading, run: Run) -> list[str]:
    """What it was in the first record, if it was not this: then it came with learning."""
    first = next((r for r in run.readings(0) if r.path == one.path), None)
    if first is None or first.step == one.step or first.verdict == one.verdict:
        return []
    if first.verdict not in VERDICTS:
        return []
    text = f"In update {first.step:,} it was {first.verdict}"
    moments = run.moments
    losses = dict(zip(moments.step.tolist(), moments.loss.tolist(), strict=True))
    then, now = losses.get(first.step, math.nan), losses.get(one.step, math.nan)
    if math.isfinite(then) and math.isfinite(now):
        text += f"; the loss was {number(then)} then, and is {number(now)} now"
    return [f"{text}."]


def _factor(one: LayerReading) -> str:
    rate = one.reading.rate
    if not math.isfinite(rate.factor):
        return "No one factor describes it."
    return f"One step back multiplies it by {number(rate.factor)} (least squares)."


def _stuck(one: LayerReading, run: Run) -> list[Finding]:
    found, cell = [], remedies.cell_of(one.kind)
    gates = one.gates
    sigmoids = [gate for gate in cell.blocks if gate.activation] if cell is not None else []
    for gate in sigmoids:
        mean, spread = gates.unit_mean.get(gate.name), gates.unit_std.get(gate.name)
        if mean is None or spread is None or mean.shape != spread.shape or not mean.size:
            continue
        for word, where, ends in (
            ("shut", f"below {GATE_SHUT}", mean < GATE_SHUT),
            ("open", f"above {GATE_OPEN}", mean > GATE_OPEN),
        ):
            share = float((ends & (spread < STILL)).mean())
            kept = cell is not None and cell.kept is not None and gate.name == cell.kept.letter
            if share < STUCK or (kept and word == "open"):  # that is what carries a gradient
                continue
            k = [block.name for block in cell.blocks].index(gate.name) if cell else 0
            found.append(
                Finding(
                    "stuck",
                    one.title,
                    f"{one.title}: gate {gate.name} is stuck {word}",
                    (
                        f"In update {one.step:,} {percent(share)} of the units of gate "
                        f"{gate.name} are {word} (mean {where}) and move by less than "
                        f"{STILL} over all steps and sequences: next to no gradient reaches their "
                        "weights.",
                    ),
                    (remedies.restart_gate(one.module, f"gate {gate.name}", k),),
                )
            )
    units = gates.unit_saturated
    if units is not None and units.size and float((units > GATE_OPEN).mean()) >= STUCK:
        share = float((units > GATE_OPEN).mean())
        found.append(
            Finding(
                "stuck",
                one.title,
                f"{one.title}: units are saturated",
                (
                    f"In update {one.step:,} {percent(share)} of the units "
                    + Said("have |φ′| < 0.1", plain="are flat")
                    + " at more than 95 % of all steps: they pass no gradient on.",
                ),
                tuple(remedies.keep_more(one.module, one.kind)[:1]),
            )
        )
    return found


def _pads(one: LayerReading, run: Run) -> list[Finding]:
    lengths = one.about.get("lengths")
    if not isinstance(lengths, list) or one.about.get("packed") or not one.length:
        return []
    share = 1.0 - float(np.mean([min(float(n), one.length) for n in lengths])) / one.length
    if share < PADS:
        return []
    return [
        Finding(
            "pads",
            one.title,
            f"{one.title}: {percent(share)} of the steps are pads",
            (
                f"The batch is padded to {count(one.length, 'step')} without packing; the gradient "
                "of a loss at the end goes through every pad, and is multiplied at each.",
            ),
            (remedies.pack(one.module),),
        )
    ]


def _clipped(run: Run) -> list[Finding]:
    try:
        limit = float(run.run.get("max_norm", "nan"))
    except ValueError:
        return []
    norms = run.moments.grad_norm
    norms = norms[np.isfinite(norms)][-RECENT:]
    if not limit > 0 or len(norms) < 20:
        return []
    over = norms > limit
    usual = float(np.median(norms))
    if over.mean() < ALWAYS or limit / usual > HALF:
        return []
    return [
        Finding(
            "clipped",
            "",
            "Nearly every update is clipped",
            (
                f"Of the last {count(len(norms), 'update')} {percent(float(over.mean()))} had a "
                f"gradient norm above {limit:g}; the median is {number(usual)}, so that clipping "
                f"leaves {percent(limit / usual)} of it.",
            ),
            (remedies.slower(float(np.quantile(norms, 0.9)), limit),),
        )
    ]
