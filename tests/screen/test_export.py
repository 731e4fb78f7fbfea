"""What one takes away prints the numbers that were on screen."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.config import CHOICES
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.studies.whole_gradient import gradient_of
from tests.tools.output import comments, read_csv, run_alone
from ui import export
from ui.architectures import export as arch_export

SMALL = {"hidden_size": 12, "batch_size": 4, "seq_len": 25}
BEGUN = {"bias_scale": 0.6, "start_scale": 1.3, "input_size": 3}
# In one sequence every unit dies: a δ of exactly 0 has no size for the next loss to be beside.
DYING = RNNConfig(
    activation="relu",
    init="gaussian",
    gain=10.0,
    seq_len=500,
    batch_size=3,
    hidden_size=4,
    loss_kind="squared_error",
    loss_at="every",
)
CASES = [
    DYING,
    RNNConfig(),
    *(RNNConfig(activation=name, **SMALL) for name in CHOICES["activation"]),
    *(RNNConfig(activation=name, gain=3.0, **BEGUN, **SMALL) for name in CHOICES["activation"]),
    RNNConfig(activation="sigmoid", init="gaussian", gain=10.0, **SMALL),
    RNNConfig(cell="irnn", start_scale=2.0, loss_at="every", **SMALL),
    *(RNNConfig(init=name, **SMALL) for name in CHOICES["init"]),
    *(RNNConfig(input=name, loss_at="every", **SMALL) for name in CHOICES["input"]),
    RNNConfig(loss_kind="squared_error", loss_at="every", scale_sets="radius", gain=0.7, **SMALL),
    RNNConfig(loss_kind="squared_error", input_size=3, output_size=2, **SMALL),
    *(RNNConfig(start=name, gain=1.5, **BEGUN, **SMALL) for name in CHOICES["start"]),
    RNNConfig(start="pytorch", activation="relu", gain=3.0, seq_len=900, hidden_size=5),
    RNNConfig(init="identity", gain=3.0, seq_len=400, batch_size=3),
    RNNConfig(
        activation="relu", init="gaussian", gain=3.0, seq_len=1000, batch_size=3, hidden_size=32
    ),
    RNNConfig(
        activation="linear",
        init="gaussian",
        gain=3.0,
        seq_len=800,
        batch_size=2,
        loss_kind="squared_error",
        loss_at="every",
    ),
    RNNConfig(activation="relu", input="zeros", **SMALL),
    RNNConfig(gain=0.0, **SMALL),
    RNNConfig(cell="irnn", init="gaussian", loss_at="every", **SMALL),
    # Fading states, far below float64.
    RNNConfig(cell="irnn", gain=0.3, input="impulse", seq_len=1000, hidden_size=16, batch_size=3),
    RNNConfig(
        activation="leaky_relu",
        gain=0.3,
        input="impulse",
        seq_len=600,
        hidden_size=16,
        batch_size=3,
    ),
    RNNConfig(activation="linear", init="identity", gain=1.0, input="zeros", **SMALL),
]


def assert_learned(printed, flow):
    """Plain floats: what is too large for them is no number, what is too small is 0."""
    alone = flow.last_alone.sweep
    whole = gradient_of(flow.trace.tape, alone.delta, alone.exponent)
    for name, part in whole.parts.items():
        expected = float(log10_norm(part.reshape(1, -1), np.array([whole.exponent]))[0])
        if name in printed and np.isfinite(part).all() and abs(expected) < 140:
            assert float(printed[name]) == pytest.approx(expected, abs=1e-7), name
    if not ACTIVATIONS[flow.config.activation_used].homogeneous:  # whose states may be no floats
        assert set(flow.config.cell_used.learned) - {"b_x"} <= set(printed)


@pytest.mark.parametrize(
    "config", CASES, ids=lambda c: f"{c.cell}-{c.activation}-{c.init}-{c.start}-{c.input}"
)
def test_the_script_runs_as_it_is_and_prints_the_same_curve(config, tmp_path):
    flow = gradient_flow(config)
    lines = run_alone(export.script(config), tmp_path).splitlines()
    printed = np.array([float(line.split()[1]) for line in lines[1 : config.seq_len + 1]])
    both_zero = np.isneginf(printed) & np.isneginf(flow.spread.median)
    scale = max(1.0, float(np.abs(printed[np.isfinite(printed)]).max()))
    assert np.allclose(printed[~both_zero], flow.spread.median[~both_zero], atol=1e-9 * scale)
    alone = np.array([float(line.split()[-1]) for line in lines[1 : config.seq_len + 1]])
    finite = np.isfinite(flow.reading.curve)
    assert np.allclose(alone[finite], flow.reading.curve[finite], atol=1e-9 * scale)
    assert lines[-1].split() == ["verdict", flow.verdict]
    words = dict(line.rsplit("  ", 1) for line in lines[config.seq_len + 1 :] if "  " in line)
    if "factor per step back" in {k.strip() for k in words}:
        factor = next(float(v) for k, v in words.items() if k.startswith("factor"))
        assert factor == pytest.approx(flow.factor, rel=1e-6)
    learned = {n: v for n, v in re.findall(r"log10 of dL_T/d(\S+)\s+(\S+)", "\n".join(lines))}
    assert_learned(learned, flow)
    horizon = next(line for line in lines if line.startswith("horizon"))
    expected = f"{flow.horizon}" if flow.horizon is not None else f">= {config.seq_len}"
    assert horizon.split("horizon")[1].split("steps")[0].strip() == expected


OTHER_CELLS = [
    DYING,
    replace(DYING, cell="leaky", hidden_size=2),
    *(
        RNNConfig(cell=cell, init="gaussian", loss_at=loss_at, loss_kind=loss_kind, **SMALL)
        for cell in CELLS
        if cell not in ("vanilla", "irnn")
        for loss_at, loss_kind in (("last", "direction"), ("every", "squared_error"))
    ),
    RNNConfig(
        cell="lstm", forget_bias=3.0, scale_sets="radius", seq_len=900, batch_size=2, hidden_size=5
    ),
    RNNConfig(cell="lru", hidden_size=7, lambda_low=0.6, lambda_high=0.7, seq_len=900),
    RNNConfig(cell="lru", hidden_size=6, lambda_low=0.999, lambda_high=0.9999, start_scale=1.0),
    *(
        RNNConfig(cell=cell, **BEGUN, **SMALL, loss_kind="squared_error")
        for cell in CELLS
        if cell not in ("vanilla", "irnn")
    ),
    RNNConfig(
        cell="residual", activation="relu", gain=3.0, seq_len=700, batch_size=2, alpha=1.0, **BEGUN
    ),
    *(
        RNNConfig(cell=cell, start=name, forget_bias=4.0, **BEGUN, **SMALL)
        for name in CHOICES["start"]
        for cell in ("lstm", "min_gru", "layer_norm")
    ),
    RNNConfig(cell="gru", start="keras", scale_sets="radius", gain=0.9, **SMALL),
    RNNConfig(cell="lstm", start="pytorch", added_bias=2.0, input_bias=-1.0, **SMALL),
    *(RNNConfig(cell=cell, chrono=40, start="pytorch", **SMALL) for cell in ("gru", "lstm")),
    RNNConfig(
        cell="residual", start="pytorch", activation="relu", gain=3.0, seq_len=700, batch_size=2
    ),
    RNNConfig(cell="gru", gain=0.0, seq_len=40),
    RNNConfig(cell="gru", update_bias=3.0, init="gaussian", **SMALL),
    RNNConfig(cell="gru", init="gaussian", scale_sets="radius", gain=0.9, **SMALL),
    RNNConfig(
        cell="residual",
        activation="relu",
        alpha=1.0,
        init="gaussian",
        gain=3.0,
        seq_len=1000,
        batch_size=2,
        hidden_size=16,
        loss_kind="squared_error",
    ),
    RNNConfig(
        cell="leaky",
        activation="relu",
        alpha=0.9,
        gain=0.3,
        input="impulse",
        seq_len=700,
        hidden_size=16,
        batch_size=3,
    ),
]


def test_a_sequence_whose_gradient_is_exactly_zero_does_not_hide_the_others():
    """By mpmath: of the total a factor of 1.680 a step, 10^-168 at step 1."""
    total = gradient_flow(DYING).total
    assert total.rate.factor == pytest.approx(1.680266, abs=1e-6)
    assert total.reach.log10_ratio == pytest.approx(-168.0638, abs=1e-4)


@pytest.mark.parametrize(
    "config", OTHER_CELLS, ids=lambda c: f"{c.cell}-{c.start}-{c.loss_at}-{c.seq_len}"
)
def test_the_script_of_another_cell_prints_the_same_curve(config, tmp_path):
    text = run_alone(arch_export.script(config, (config.cell,), [config.seed]), tmp_path)
    printed = np.array([float(list(row.values())[3]) for row in read_csv(text)])
    flow = gradient_flow(config)
    pattern = r"log10 of the norm of dL_T/d(\S+) = (\S+)"
    assert_learned(dict(re.findall(pattern, text)), flow)
    scale = max(1.0, float(np.abs(printed).max()))
    assert np.allclose(printed, flow.spread.median, atol=1e-9 * scale)
    alone = np.array([float(row["log10_last_loss"]) for row in read_csv(text)])
    zero = np.isneginf(flow.reading.curve)
    assert np.array_equal(np.isneginf(alone), zero)
    scale = max(1.0, float(np.abs(alone[~zero]).max(initial=0.0)))
    assert np.allclose(alone[~zero], flow.reading.curve[~zero], atol=1e-9 * scale)


def test_the_csv_holds_every_curve_and_every_setting():
    config = RNNConfig(seq_len=30, batch_size=3, loss_at="every")
    flow = gradient_flow(config)
    text = export.csv(flow)
    assert {"# seed = 7", "# seq_len = 30"} <= set(comments(text))
    rows = read_csv(text)
    assert [int(row["step"]) for row in rows] == list(range(1, 31))
    for b in range(3):
        column = [float(row[f"log10_norm_sequence_{b + 1}"]) for row in rows]
        assert np.allclose(column, flow.log10_norms[:, b], rtol=1e-11)
        column = [float(row[f"log10_last_loss_sequence_{b + 1}"]) for row in rows]
        assert np.allclose(column, flow.log10_last[:, b], rtol=1e-11)
    for name, band in (("p10", flow.last_alone.spread.low), ("p90", flow.last_alone.spread.high)):
        column = [float(row[f"log10_last_loss_{name}"]) for row in rows]
        assert np.allclose(column, band, rtol=1e-11)
    assert "log10_last_loss_p10" not in export.csv(gradient_flow(replace(config, loss_at="last")))
    alone = [float(row["log10_last_loss_median"]) for row in rows]
    assert np.allclose(alone, flow.reading.curve, rtol=1e-11)
    said = next(line for line in comments(text) if line.startswith("# of the last loss alone"))
    assert f": {flow.verdict}; factor per step back = {flow.factor:.12g}" in said
    assert sum(float(row["share_of_dL_dW_h"]) for row in rows) == pytest.approx(1.0)
