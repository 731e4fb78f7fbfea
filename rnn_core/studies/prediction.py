"""Set a law beside the measurement: the same loss, the same sequences, the same lags."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rnn_core.flow.flow import GradientFlow
from rnn_core.laws import LAWS
from rnn_core.laws.law import Forward
from rnn_core.limits import MOST_OF_JACOBIANS
from rnn_core.numbers.said import Said

OFF = 0.3  # decades: a factor of two is no news of a law


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a law says about one run, and what the run did; both as log₁₀ ‖δ_t‖/‖δ_T‖ (T,).

    δ is that of the last step's loss alone. Curves are medians over the sequences; a law that is
    worked out for one sequence only is compared with that one (`sequence`). missing: why the law
    says nothing here, or "".
    """

    name: str
    log10: np.ndarray
    measured: np.ndarray
    sequence: int | None
    missing: str = ""
    caveat: str = ""  # what the law leaves out here, where it is off
    number: str = ""  # a sentence with the law's own number

    @property
    def off(self) -> float:
        """Decades between prediction and measurement at step 1: positive where it promises more."""
        predicted, measured = float(self.log10[0]), float(self.measured[0])
        return 0.0 if predicted == measured else predicted - measured


def forward_of(flow: GradientFlow, sequence: int | None = None) -> Forward:
    """What the laws may see of a run: of all its sequences, or of one."""
    shown = slice(None) if sequence is None else slice(sequence, sequence + 1)
    dphi, cell = flow.dphi, flow.config.cell_used
    start, factors = flow.trace.start, flow.trace.factors
    forget = cell.kept.share(flow.gates) if cell.kept and cell.direct_path else None
    return Forward(
        config=flow.config,
        params=flow.params,
        x=flow.inputs[:, shown],
        dphi=None if dphi is None else dphi[:, shown],
        forget=None if forget is None else forget[:, shown],
        jacobians=lambda b: flow.jacobians(b if sequence is None else sequence),
        start=None if start is None else start[shown],
        factors=None if factors is None else factors[:, shown],
        last=flow.direct.value[-1, shown],
    )


def predict(flow: GradientFlow, name: str) -> Prediction:
    """The law `name` of LAWS beside the run of `flow`."""
    law, c = LAWS[name], flow.config
    nothing = np.full(c.seq_len, np.nan)
    missing = law.missing(c)
    states = flow.sweep.delta.shape[2]
    if not missing and law.one_sequence and c.seq_len * states**3 > MOST_OF_JACOBIANS:
        missing = Said(
            f"It takes the factors of {c.seq_len} Jacobians of {states} × {states}; "
            "a shorter sequence or a smaller hidden size shows it.",
            plain="It would take too long at this size; a shorter sequence or a smaller hidden "
            "size shows it.",
        )
    if missing:
        return Prediction(name, nothing, nothing, None, missing)
    measured = flow.log10_last - flow.log10_last[-1]
    if not np.isfinite(flow.log10_last[-1]).any():
        return Prediction(name, nothing, nothing, None, "The last loss sends nothing back.")
    if law.one_sequence:
        b = flow.typical_sequence
        seen = forward_of(flow, b)
        said = Prediction(name, law.predict(seen)[:, 0], measured[:, b], b)
    else:
        seen = forward_of(flow)
        found = law.predict(seen)
        with np.errstate(invalid="ignore"):
            said = Prediction(name, np.median(found, axis=1), np.median(measured, axis=1), None)
    if law.number is not None:
        said = replace(said, number=law.number(seen))
    return replace(said, caveat=law.caveat(seen)) if abs(said.off) > OFF else said


def tightest(predictions: list[Prediction]) -> str | None:
    """Of the upper bounds among `predictions`, the one that is lowest at step 1."""
    bounds = [p for p in predictions if LAWS[p.name].upper_bound and not p.missing and len(p.log10)]
    return min(bounds, key=lambda p: round(float(p.log10[0]), 9)).name if bounds else None
